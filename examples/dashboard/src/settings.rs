//! What can be set, by flag or environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use handoff_axum::{InvalidOptions, Limits, Options};
use handoff_store_sqlite::{Durability, SqliteOptions};

/// Puts people in the loop of an AI chat: dashboard, chat widget, and a demo shop to try them on.
#[derive(Debug, Parser)]
#[command(name = "handoff", version)]
pub(crate) struct Settings {
    /// Address and port to listen on.
    #[arg(long, env = "HANDOFF_LISTEN", default_value = "127.0.0.1:8080", value_parser = listen_address)]
    pub(crate) listen: SocketAddr,
    /// Folder for conversations and accounts; made where it does not exist.
    #[arg(long, env = "HANDOFF_DATA", default_value = "./handoff-data")]
    pub(crate) data: PathBuf,
    /// Where people reach this server, like `https://chat.example` [default: the address it listens on].
    #[arg(long, env = "HANDOFF_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// Folder with help pages in Markdown, from which the assistant answers [default: those of the demo shop].
    #[arg(long, env = "HANDOFF_HELP_PAGES", value_name = "DIR")]
    pub(crate) help_pages: Option<PathBuf>,
    /// Milliseconds between two pieces of the assistant's reply.
    #[arg(long, env = "HANDOFF_ASSISTANT_PACE", default_value_t = 25, value_name = "MS",
          value_parser = clap::value_parser!(u64).range(..=10_000))]
    pub(crate) assistant_pace: u64,
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

    /// The store's settings.
    pub(crate) fn store(&self) -> SqliteOptions {
        SqliteOptions::default().durability(match self.durability {
            Keep::Full => Durability::Full,
            Keep::Normal => Durability::Normal,
        })
    }

    pub(crate) fn pace(&self) -> Duration {
        Duration::from_millis(self.assistant_pace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &[&str]) -> Result<Settings, clap::Error> {
        Settings::try_parse_from([&["handoff"], arguments].concat())
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
