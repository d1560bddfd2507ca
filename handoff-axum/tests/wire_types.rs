//! The pages' TypeScript types are those of the Rust types. To write them anew: `HANDOFF_WRITE_TYPES=1 cargo test -p
//! handoff-axum --test wire_types`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that can't read or write its files has failed"
)]

use std::collections::BTreeMap;
use std::path::Path;

use handoff_axum::ws::protocol::{Problem, TeamFrame, TeamRequest, VisitorFrame, VisitorRequest};
use handoff_core::conversation::Summary;
use handoff_core::runtime::DryRunReport;
use handoff_core::store::BoardSort;
use ts_rs::{Config, TS};

fn export(dir: &Path) {
    let config = Config::new().with_out_dir(dir);
    TeamFrame::export_all(&config).unwrap();
    TeamRequest::export_all(&config).unwrap();
    VisitorFrame::export_all(&config).unwrap();
    VisitorRequest::export_all(&config).unwrap();
    Problem::export_all(&config).unwrap();
    BoardSort::export_all(&config).unwrap();
    Summary::export_all(&config).unwrap();
    DryRunReport::export_all(&config).unwrap();
}

fn read(dir: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_committed_types_are_current() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/wire");
    if std::env::var_os("HANDOFF_WRITE_TYPES").is_some() {
        if committed.exists() {
            std::fs::remove_dir_all(&committed).unwrap();
        }
        export(&committed);
        return;
    }
    let fresh = tempfile::tempdir().unwrap();
    export(fresh.path());
    let (fresh, committed) = (read(fresh.path()), read(&committed));
    assert!(fresh.len() > 30, "the export wrote nothing");
    assert_eq!(
        fresh, committed,
        "the wire types changed: run HANDOFF_WRITE_TYPES=1 cargo test -p handoff-axum --test wire_types"
    );
}
