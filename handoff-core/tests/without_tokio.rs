//! The pure part stays pure: without its default features the core has no async runtime among its dependencies.

use std::process::Command;

#[test]
fn the_core_without_default_features_has_no_tokio() {
    let tree = |extra: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "-p",
                "handoff-core",
                "--edges",
                "normal",
                "--prefix",
                "none",
            ])
            .args(extra)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let has_tokio = |tree: &str| tree.lines().any(|line| line.starts_with("tokio"));
    assert!(
        has_tokio(&tree(&[])),
        "the question finds tokio where it is"
    );
    assert!(!has_tokio(&tree(&["--no-default-features"])));
    assert!(!has_tokio(&tree(&[
        "--no-default-features",
        "--features",
        "testing"
    ])));
}
