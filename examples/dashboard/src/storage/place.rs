//! `--store`.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Address;

/// Where conversations are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this process, and gone with it.
    Memory,
    /// In one file, for one process.
    Sqlite(PathBuf),
    /// On a Postgres server.
    Postgres(Address),
    /// On a Redis server or cluster.
    Redis(Address),
}

/// What was written is no store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "--store is not understood: write sqlite:PATH, postgres://user:password@host/database, redis://host:6379/0 or memory"
)]
pub(crate) struct PlaceError;

impl Place {
    /// The file in a data folder, where nothing else is wanted.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self::Sqlite(folder.join("handoff.db"))
    }

    /// Whether several nodes can use it at once.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_) | Self::Redis(_))
    }
}

impl TryFrom<&Address> for Place {
    type Error = PlaceError;

    fn try_from(address: &Address) -> Result<Self, PlaceError> {
        let text = address.as_str();
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(address.clone()))
            }
            Some(("redis", rest)) if rest.starts_with("//") => Ok(Self::Redis(address.clone())),
            _ => Err(PlaceError),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) | Self::Redis(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<Place, PlaceError> {
        Place::try_from(&text.parse::<Address>().unwrap())
    }

    #[test]
    fn a_store_is_told_by_how_it_begins() {
        assert_eq!(place("memory"), Ok(Place::Memory));
        assert_eq!(place("sqlite:a/b.db"), Ok(Place::Sqlite("a/b.db".into())));
        assert!(matches!(place("postgres://h/d"), Ok(Place::Postgres(_))));
        assert!(matches!(place("postgresql://h/d"), Ok(Place::Postgres(_))));
        assert!(matches!(place("redis://h"), Ok(Place::Redis(_))));
        for bad in [
            "",
            "sqlite:",
            "mysql://h/d",
            "postgres:h",
            "redis",
            "memory:",
            "a.db",
        ] {
            assert_eq!(place(bad), Err(PlaceError), "{bad}");
        }
    }
}
