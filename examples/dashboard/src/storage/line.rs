//! `--bus`.

use super::{Address, Place};

/// How nodes hear of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// There is one node.
    Local,
    /// By a Postgres server's notifications.
    Postgres(Address),
    /// By a Redis server.
    Redis(Address),
}

/// Why store and bus do not go together, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineError {
    #[error(
        "--bus is not understood: write local, postgres, postgres://user:password@host/database or redis://host:6379"
    )]
    Unknown,
    #[error(
        "--bus {0} has no address: write it out, like {0}://host, or choose a {0} store, whose server then carries both"
    )]
    NoAddress(&'static str),
    #[error(
        "--bus local does not go with a store that several nodes share: they would not hear of each other. Leave --bus out, \
         or name a Postgres or Redis server"
    )]
    LocalForMany,
    #[error(
        "this --bus is for several nodes, and the store is one process's alone: leave --bus out, or keep conversations on a \
         server that nodes share with --store postgres://… or redis://…"
    )]
    SharedForOne,
}

impl Line {
    /// The bus that goes with a store: what was written, or the store's own.
    pub(crate) fn choose(place: &Place, written: Option<&Address>) -> Result<Self, LineError> {
        let line = match written {
            None => Self::of(place),
            Some(address) => Self::read(place, address)?,
        };
        match (place.is_shared(), line == Self::Local) {
            (true, true) => Err(LineError::LocalForMany),
            (false, false) => Err(LineError::SharedForOne),
            _ => Ok(line),
        }
    }

    fn of(place: &Place) -> Self {
        match place {
            Place::Memory | Place::Sqlite(_) => Self::Local,
            Place::Postgres(address) => Self::Postgres(address.clone()),
            Place::Redis(address) => Self::Redis(address.clone()),
        }
    }

    fn read(place: &Place, address: &Address) -> Result<Self, LineError> {
        match (address.as_str(), place) {
            ("local", _) => Ok(Self::Local),
            ("postgres", Place::Postgres(own)) => Ok(Self::Postgres(own.clone())),
            ("redis", Place::Redis(own)) => Ok(Self::Redis(own.clone())),
            ("postgres", _) => Err(LineError::NoAddress("postgres")),
            ("redis", _) => Err(LineError::NoAddress("redis")),
            _ => match Place::try_from(address) {
                Ok(Place::Postgres(address)) => Ok(Self::Postgres(address)),
                Ok(Place::Redis(address)) => Ok(Self::Redis(address)),
                _ => Err(LineError::Unknown),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PG: &str = "postgres://db/handoff";
    const REDIS: &str = "redis://cache/0";

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn choose(store: &str, bus: Option<&str>) -> Result<Line, LineError> {
        let place = Place::try_from(&address(store)).unwrap();
        Line::choose(&place, bus.map(address).as_ref())
    }

    #[test]
    fn a_store_brings_its_own_bus() {
        for store in ["memory", "sqlite:a.db"] {
            assert_eq!(choose(store, None), Ok(Line::Local));
            assert_eq!(choose(store, Some("local")), Ok(Line::Local));
        }
        let (postgres, redis) = (Line::Postgres(address(PG)), Line::Redis(address(REDIS)));
        for bus in [None, Some("postgres"), Some(PG)] {
            assert_eq!(choose(PG, bus), Ok(postgres.clone()));
        }
        for bus in [None, Some("redis"), Some(REDIS)] {
            assert_eq!(choose(REDIS, bus), Ok(redis.clone()));
        }
        assert_eq!(choose(PG, Some(REDIS)), Ok(redis));
        assert_eq!(choose(REDIS, Some(PG)), Ok(postgres));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for store in [PG, REDIS] {
            assert_eq!(choose(store, Some("local")), Err(LineError::LocalForMany));
        }
        for store in ["memory", "sqlite:a.db"] {
            for bus in [PG, REDIS] {
                assert_eq!(choose(store, Some(bus)), Err(LineError::SharedForOne));
            }
        }
        assert_eq!(
            choose(REDIS, Some("postgres")),
            Err(LineError::NoAddress("postgres"))
        );
        assert_eq!(
            choose("sqlite:a", Some("redis")),
            Err(LineError::NoAddress("redis"))
        );
        for bus in ["", "nats://h", "sqlite:a.db", "memory"] {
            assert_eq!(choose(PG, Some(bus)), Err(LineError::Unknown), "{bus}");
        }
    }
}
