//! The server's program, built as this one was.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::PathBuf;
use tokio::{process::Command, sync::OnceCell};

/// The server, once it is built.
static BINARY: OnceCell<PathBuf> = OnceCell::const_new();

/// Builds the server, the first time, unless `HANDOFF_SERVER` names one; where it is.
///
/// # Errors
/// It does not build.
pub(crate) async fn server_binary() -> Result<PathBuf> {
    Ok(BINARY.get_or_try_init(build).await?.clone())
}

async fn build() -> Result<PathBuf> {
    if let Some(server) = std::env::var_os("HANDOFF_SERVER") {
        return Ok(server.into());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--message-format", "json"]);
    build.args(["--package", "handoff-server", "--bin", "handoff"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the server does not build: {said}");
    built(&output.stdout).context("cargo does not say where the server is")
}

/// Where cargo says that it put the server.
fn built(messages: &[u8]) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Artifact {
        executable: Option<PathBuf>,
    }
    let lines = messages.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice::<Artifact>(line).ok()?.executable)
        .next_back()
}
