//! The owner's one-time link in the data folder, for whoever started the server without looking at a terminal.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

const FILE: &str = "owner-link.txt";

/// Keeps the link where only this user can read it; where there is an owner, no link is left.
pub(crate) fn keep(folder: &Path, link: Option<&str>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let Some(link) = link else { return Ok(()) };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(path)?, "{link}")
}
