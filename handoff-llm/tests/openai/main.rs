//! The assistant that speaks OpenAI's protocol, against a server that misbehaves, and against a real one.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod answers;
#[path = "../common/mod.rs"]
mod common;
mod fake;
mod faults;
mod real;
mod spending;
mod tools;

use std::time::Duration;

use handoff_llm::{OpenAi, OpenAiOptions};

use fake::Fake;

/// Options for tests: as patient as they need, and no more.
fn options(fake: &Fake) -> OpenAiOptions {
    let mut options = OpenAiOptions::new("test-model", "sk-test").base_url(&fake.base_url);
    options.retries = 0;
    options.failures_to_open = 1_000;
    options.longest_pause = Duration::from_millis(20);
    options
}

fn assistant(fake: &Fake) -> OpenAi {
    OpenAi::new(options(fake)).unwrap()
}
