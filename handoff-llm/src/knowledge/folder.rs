//! Reading a folder of pages.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::error::{KnowledgeError, PageProblem};
use super::library::{MAX_PAGE_BYTES, MAX_PAGES};

/// Names and texts of the `*.md` files in a folder, sorted by name. Hidden files and folders in it are left out.
pub(super) fn read(folder: &Path) -> Result<Vec<(String, String)>, KnowledgeError> {
    let mut files = list(folder)?;
    files.sort();
    match files.len() {
        0 => Err(KnowledgeError::NoPages {
            path: folder.to_owned(),
        }),
        more if more > MAX_PAGES => Err(KnowledgeError::TooManyPages),
        _ => files.iter().map(|path| read_file(path)).collect(),
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, KnowledgeError> {
    let unreadable = |source| KnowledgeError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_markdown = path
            .extension()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("md"));
        if is_markdown && !hidden && path.is_file() {
            files.push(path);
        }
        // One more than allowed is enough to know that there are too many.
        if files.len() > MAX_PAGES {
            break;
        }
    }
    Ok(files)
}

fn read_file(path: &Path) -> Result<(String, String), KnowledgeError> {
    let unreadable = |source| KnowledgeError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let wrong = |problem| KnowledgeError::Page {
        name: path.display().to_string(),
        problem,
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_PAGE_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    fs::File::open(path)
        .map_err(unreadable)?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > MAX_PAGE_BYTES {
        return Err(wrong(PageProblem::TooLarge));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong(PageProblem::NotUtf8))?;
    let name = path
        .file_stem()
        .and_then(OsStr::to_str)
        .ok_or_else(|| wrong(PageProblem::NotUtf8))?;
    Ok((name.to_owned(), text))
}
