//! What can be set, by flag or environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use handoff_axum::{InvalidOptions, Limits, Options};
use handoff_store_sqlite::{Durability, SqliteOptions};

use crate::assistant::AssistantSettings;
use crate::storage::{Address, Line, LineError, Place, PlaceError};

/// Puts people in the loop of an AI chat: dashboard, chat widget, and a demo shop to try them on.
#[derive(Debug, Parser)]
#[command(name = "handoff", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Run the server; what happens where nothing else is named.
    Run(Box<Settings>),
    /// Make or upgrade a store's tables, and end.
    Migrate {
        /// The store: sqlite:PATH, postgres://… or redis://…
        #[arg(
            long,
            env = "HANDOFF_STORE",
            value_name = "STORE",
            hide_env_values = true
        )]
        store: Address,
    },
    /// Copy everything from one store to another and compare them. No server may be using either. What was broken off is
    /// taken up when it is repeated.
    Copy {
        /// Where everything is, like sqlite:handoff-data/handoff.db.
        #[arg(long, value_name = "STORE")]
        from: Address,
        /// Where it is to be, like postgres://…
        #[arg(long, value_name = "STORE")]
        to: Address,
    },
}

/// How the server runs.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Address and port to listen on.
    #[arg(long, env = "HANDOFF_LISTEN", default_value = "127.0.0.1:8080", value_parser = listen_address)]
    pub(crate) listen: SocketAddr,
    /// Folder for conversations and accounts; made where it does not exist.
    #[arg(long, env = "HANDOFF_DATA", default_value = "./handoff-data")]
    pub(crate) data: PathBuf,
    /// Where conversations are kept: sqlite:PATH, postgres://…, redis://… or memory [default: handoff.db in the data folder].
    /// Several servers may share one on Postgres or Redis.
    #[arg(long, env = "HANDOFF_STORE", hide_env_values = true)]
    pub(crate) store: Option<Address>,
    /// How servers that share a store hear of each other: local, postgres, postgres://… or redis://… [default: by the
    /// store's own server].
    #[arg(long, env = "HANDOFF_BUS", hide_env_values = true)]
    pub(crate) bus: Option<Address>,
    /// At the end /readyz says no for so many seconds before connections are ended: time for a load balancer to look
    /// elsewhere.
    #[arg(long, env = "HANDOFF_DRAIN", default_value_t = 0, value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(..=300))]
    pub(crate) drain: u64,
    /// Where people reach this server, like `https://chat.example` [default: the address it listens on].
    #[arg(long, env = "HANDOFF_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// Folder with help pages in Markdown, from which the assistant answers [default: those of the demo shop].
    #[arg(long, env = "HANDOFF_HELP_PAGES", value_name = "DIR")]
    pub(crate) help_pages: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) assistant: AssistantSettings,
    /// Show the demo shop at / and set up its service "store" in a fresh data folder.
    #[arg(long, env = "HANDOFF_DEMO", default_value = "on")]
    pub(crate) demo: Switch,
    /// Proxies whose X-Forwarded-For counts, by address; repeat or part with commas.
    #[arg(
        long,
        env = "HANDOFF_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "IP"
    )]
    pub(crate) trusted_proxy: Vec<IpAddr>,
    /// Limits on how often visitors and clients may do things. Off is for measurements on a machine of your own.
    #[arg(long, env = "HANDOFF_LIMITS", default_value = "on")]
    pub(crate) limits: Switch,
    /// When a message counts as kept: on the disk, or with the operating system.
    #[arg(long, env = "HANDOFF_DURABILITY", default_value = "full")]
    pub(crate) durability: Keep,
    /// What to log: error, warn, info, debug, or a filter like `handoff_core=debug`.
    #[arg(
        long,
        env = "HANDOFF_LOG",
        default_value = "info",
        value_name = "FILTER"
    )]
    pub(crate) log: String,
    /// How to log.
    #[arg(long, env = "HANDOFF_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    /// Survives a power cut.
    Full,
    /// Survives a crash of the process; a power cut may take the last moments.
    Normal,
}

fn listen_address(text: &str) -> Result<SocketAddr, String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() > 0 => Ok(address),
        _ => Err("write an address and a port from 1 to 65535, like 127.0.0.1:8080".into()),
    }
}

impl Settings {
    /// Where people reach this server.
    pub(crate) fn base_url(&self) -> String {
        self.base_url.clone().unwrap_or_else(|| {
            let host = if self.listen.ip().is_unspecified() {
                "127.0.0.1".parse().unwrap_or(self.listen.ip())
            } else {
                self.listen.ip()
            };
            format!("http://{}", SocketAddr::new(host, self.listen.port()))
        })
    }

    /// The transport's settings.
    pub(crate) fn transport(&self) -> Result<Options, InvalidOptions> {
        let mut options = Options::new(&self.base_url())?;
        options.trusted_proxies.clone_from(&self.trusted_proxy);
        if self.limits == Switch::Off {
            options.limits = Limits::open();
        }
        Ok(options)
    }

    /// Where conversations are kept.
    pub(crate) fn place(&self) -> Result<Place, PlaceError> {
        match &self.store {
            Some(address) => Place::try_from(address),
            None => Ok(Place::in_folder(&self.data)),
        }
    }

    /// How nodes hear of each other.
    pub(crate) fn line(&self, place: &Place) -> Result<Line, LineError> {
        Line::choose(place, self.bus.as_ref())
    }

    /// A file's settings.
    pub(crate) fn sqlite(&self) -> SqliteOptions {
        SqliteOptions::default().durability(match self.durability {
            Keep::Full => Durability::Full,
            Keep::Normal => Durability::Normal,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &[&str]) -> Result<Settings, clap::Error> {
        Cli::try_parse_from([&["handoff"], arguments].concat()).map(|cli| cli.settings)
    }

    #[test]
    fn without_a_task_the_server_runs() {
        let task = |arguments: &[&str]| {
            let cli = Cli::try_parse_from([&["handoff"], arguments].concat());
            cli.map(|cli| cli.task)
        };
        assert!(matches!(task(&[]), Ok(None)));
        assert!(matches!(task(&["--demo", "off"]), Ok(None)));
        assert!(matches!(
            task(&["run", "--demo", "off"]),
            Ok(Some(Task::Run(_)))
        ));
        let migrate = ["migrate", "--store", "sqlite:a"];
        assert!(matches!(task(&migrate), Ok(Some(Task::Migrate { .. }))));
        assert!(task(&["copy", "--from", "sqlite:a"]).is_err());
    }

    #[test]
    fn what_can_not_be_listened_on_is_refused() {
        for bad in [
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1",
            "nonsense",
            "",
        ] {
            assert!(settings(&["--listen", bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_base_url_is_the_address_where_none_is_named() {
        assert_eq!(
            settings(&["--listen", "127.0.0.1:81"]).unwrap().base_url(),
            "http://127.0.0.1:81"
        );
        assert_eq!(
            settings(&["--listen", "0.0.0.0:81"]).unwrap().base_url(),
            "http://127.0.0.1:81"
        );
        assert_eq!(
            settings(&["--listen", "[::1]:81"]).unwrap().base_url(),
            "http://[::1]:81"
        );
        assert!(
            settings(&["--base-url", "ftp://x"])
                .unwrap()
                .transport()
                .is_err()
        );
    }
}
