//! Plays real texts as visitors against a running server, with agents who take over, answer and return at random; then
//! reads every transcript back and counts what was lost, doubled, out of order, or said after a takeover.

mod agents;
mod audit;
mod observer;
mod report;
mod run;
mod sign_in;
mod texts;
mod visitor;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Plays a folder of texts as visitors, 200 at a time, and checks that nothing is lost, doubled or out of order.
#[derive(Debug, Clone, Parser)]
#[command(name = "replay")]
pub struct Options {
    /// The folder with `support_requests.csv`, `everyday_requests.csv`, `customer_tweets.csv`, `human_dialogues.json` (or some of them).
    #[arg(long)]
    data: PathBuf,
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The service that the visitors visit.
    #[arg(long, default_value = "store")]
    service: String,
    /// So many visitors at a time.
    #[arg(long, default_value_t = 200)]
    visitors: usize,
    /// So many agents.
    #[arg(long, default_value_t = 6)]
    agents: usize,
    /// At most so many conversations; all by default.
    #[arg(long)]
    conversations: Option<usize>,
    /// The seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The e-mail address of an owner or admin of the server, who invites the agents.
    #[arg(long, env = "HANDOFF_EMAIL")]
    email: Option<String>,
    /// The password.
    #[arg(long, env = "HANDOFF_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The one-time owner link of a new server; default: the one in its data folder.
    #[arg(long)]
    owner_link: Option<String>,
    /// The server's data folder, for the owner link.
    #[arg(long, default_value = "handoff-data")]
    data_folder: PathBuf,
    /// Writes the figures there.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Runs the command.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints its report"
)]
pub fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("replay: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run::run(&options)) {
        Ok(report) => {
            println!("{report}");
            if let Some(path) = &options.json
                && let Err(error) = report.save(path)
            {
                eprintln!("replay: {}: {error}", path.display());
                return ExitCode::FAILURE;
            }
            if report.is_clean() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("replay: {error:#}");
            ExitCode::FAILURE
        }
    }
}
