//! The log.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::settings::{LogFormat, Settings};

/// Why the log does not start.
#[derive(Debug, thiserror::Error)]
#[error(
    "the log filter can't be read: {0}. Write error, warn, info, debug, or a filter like handoff_core=debug."
)]
pub(crate) struct BadFilter(#[from] ParseError);

/// This library logs the whole of an answer that it can't read, and there are people's words in it.
const SILENT: &str = "async_openai=off";

/// Writes the log to standard error. It names ids and codes, never what people wrote.
pub(crate) fn start(settings: &Settings) -> Result<(), BadFilter> {
    let filter = EnvFilter::try_new(&settings.log)?.add_directive(SILENT.parse()?);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
