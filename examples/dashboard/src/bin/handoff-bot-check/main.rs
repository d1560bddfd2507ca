//! Checks a bot of one's own against a real engine: does it answer once, keep order, stop at a takeover, and go on after
//! the return?

mod checks;
mod stage;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use stage::Stage;

/// Checks a bot. Start the bot with `HANDOFF_URL` at the address to listen on, and with the same `HANDOFF_BOT_TOKEN` and
/// `HANDOFF_BOT_SECRET` as this program.
#[derive(Debug, Parser)]
#[command(name = "handoff-bot-check", version)]
struct Cli {
    /// Where the bot is told of its turns, like <http://127.0.0.1:9000/>.
    url: String,
    /// Where the bot answers.
    #[arg(long, env = "HANDOFF_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> ExitCode {
    let checked = run(Cli::parse()).await.unwrap_or_else(|problem| {
        writeln!(std::io::stderr(), "handoff-bot-check: {problem}").ok();
        false
    });
    if checked {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the bot did everything as it should.
async fn run(cli: Cli) -> Result<bool, Box<dyn std::error::Error>> {
    let variable = |name| std::env::var(name).map_err(|_| format!("set {name} as the bot has it"));
    let (token, secret) = (
        variable("HANDOFF_BOT_TOKEN")?,
        variable("HANDOFF_BOT_SECRET")?,
    );
    let stage = Stage::open(cli.listen, &cli.url, &secret, &token).await?;
    let mut good = true;
    for check in checks::ALL {
        let (mark, why) = match (check.run)(&stage).await {
            Ok(()) => ("ok    ", String::new()),
            Err(why) => {
                good = false;
                ("FAILED", format!(": {why}"))
            }
        };
        writeln!(std::io::stdout(), "{mark} {}{why}", check.name)?;
    }
    stage.handoff.shutdown().await;
    Ok(good)
}
