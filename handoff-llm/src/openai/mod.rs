//! The assistant that asks a server which speaks OpenAI's chat protocol.

mod assistant;
mod circuit;
mod citations;
mod collect;
mod endpoint;
mod failure;
mod generate;
mod options;
mod prompt;
mod shelf;
mod talk;
mod tools;
mod voice;
mod watch;
mod wire;

pub use assistant::OpenAi;
pub use options::{InvalidOpenAi, OpenAiOptions};
