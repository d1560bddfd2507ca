//! [`Generation`]: one answer of a model, with its timeouts and retries.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use handoff_core::assistant::ReplySink;
use tokio::time::{Instant, timeout_at};

use super::collect::{Collected, Completion};
use super::endpoint::{self, Endpoint};
use super::failure::{Failure, Stop};
use super::watch::Watch;
use super::wire::{Chunk, Request, Usage};

/// The pause before the first retry; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// A token is at least so many bytes of most texts: what is estimated by it is rather too much.
const BYTES_PER_TOKEN: u64 = 3;

/// Asks one server for one turn.
pub(super) struct Generation<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) sink: &'a dyn ReplySink,
    /// Spreads retries of many conversations over time.
    pub(super) spread: u64,
}

/// What a request's prompt takes, about.
pub(super) fn estimate(request: &Request) -> u64 {
    let bytes = serde_json::to_string(&request.messages).map_or(0, |text| text.len())
        + serde_json::to_string(&request.tools).map_or(0, |text| text.len());
    (bytes as u64).div_ceil(BYTES_PER_TOKEN)
}

impl Generation<'_> {
    /// The whole answer. Its text is shown as it comes, `lead` before it. Dropping the future ends the request.
    ///
    /// # Errors
    /// [`Stop`]: the floor was lost, or the answer came to nothing; then what was shown is no reply.
    pub(super) async fn run(&self, request: &Request, lead: &str) -> Result<Completion, Stop> {
        let mut attempt = 0;
        loop {
            if !self.endpoint.circuit.lets_through(Instant::now()) {
                return Err(Failure::Resting.into());
            }
            let mut shown = false;
            let result = self.once(request, lead, &mut shown).await;
            let failure = match result {
                Err(Stop::Failed(failure)) => failure,
                done => {
                    self.endpoint.circuit.succeeded();
                    return done;
                }
            };
            if failure.is_outage() {
                self.endpoint.circuit.failed(Instant::now());
            }
            if shown || !failure.is_temporary() || attempt >= self.endpoint.options.retries {
                return Err(failure.into());
            }
            let pause = self.pause(&failure, attempt);
            tracing::debug!(%failure, attempt, ?pause, "asking the provider again");
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    fn pause(&self, failure: &Failure, attempt: u32) -> Duration {
        let backoff = FIRST_PAUSE.saturating_mul(1 << attempt.min(8));
        let spread = Duration::from_millis(self.spread % 250);
        let asked = failure.retry_after().unwrap_or_default().max(backoff);
        asked
            .saturating_add(spread)
            .min(self.endpoint.options.longest_pause)
    }

    async fn once(
        &self,
        request: &Request,
        lead: &str,
        shown: &mut bool,
    ) -> Result<Completion, Stop> {
        let watch = Arc::new(Watch::default());
        let mut meter = Meter {
            sink: self.sink,
            prompt: estimate(request),
            answered: 0,
            usage: None,
            counts: true,
        };
        let result = if request.stream {
            self.streamed(request, lead, shown, &watch, &mut meter)
                .await
        } else {
            self.whole(request, lead, shown, &watch, &mut meter).await
        };
        if let Err(Stop::Failed(Failure::Refused { .. } | Failure::Unreachable)) = &result {
            meter.counts = false;
        }
        result
    }

    async fn streamed(
        &self,
        request: &Request,
        lead: &str,
        shown: &mut bool,
        watch: &Arc<Watch>,
        meter: &mut Meter<'_>,
    ) -> Result<Completion, Stop> {
        let options = &self.endpoint.options;
        let first = Instant::now() + options.first_token;
        let client = self.endpoint.client(watch);
        let chat = client.chat();
        let opening = chat.create_stream_byot::<_, Chunk>(request);
        let opened = timeout_at(first, opening).await;
        let mut stream = opened
            .map_err(|_| Failure::FirstToken)?
            .map_err(|error| endpoint::failure(error, watch))?;
        let mut collected = Collected::default();
        loop {
            let begun = collected.has_begun();
            let until = if begun {
                Instant::now() + options.idle
            } else {
                first
            };
            let late = if begun {
                Failure::Idle
            } else {
                Failure::FirstToken
            };
            let Some(chunk) = timeout_at(until, stream.next()).await.map_err(|_| late)? else {
                break;
            };
            let chunk = chunk.map_err(|error| endpoint::failure(error, watch))?;
            let added = collected.add(chunk);
            meter.answered = collected.bytes;
            meter.usage = collected.usage;
            self.show(&added?, lead, shown).await?;
        }
        Ok(collected.finish(watch.is_marked())?)
    }

    async fn whole(
        &self,
        request: &Request,
        lead: &str,
        shown: &mut bool,
        watch: &Arc<Watch>,
        meter: &mut Meter<'_>,
    ) -> Result<Completion, Stop> {
        let client = self.endpoint.client(watch);
        let chat = client.chat();
        let answer = chat.create_byot::<_, Chunk>(request).await;
        let answer = answer.map_err(|error| endpoint::failure(error, watch))?;
        let mut collected = Collected::default();
        let added = collected.add(answer);
        meter.answered = collected.bytes;
        meter.usage = collected.usage;
        added?;
        // A whole body has its length, or its last chunk: there is no other marker.
        let done = collected.finish(true)?;
        self.show(&done.text, lead, shown).await?;
        Ok(done)
    }

    async fn show(&self, text: &str, lead: &str, shown: &mut bool) -> Result<(), Stop> {
        if text.is_empty() {
            return Ok(());
        }
        if !*shown && !lead.is_empty() {
            self.sink.piece(lead).await?;
        }
        *shown = true;
        Ok(self.sink.piece(text).await?)
    }
}

/// Counts what a request cost when it ends, in whichever way: by what the server says, else by an estimate.
struct Meter<'a> {
    sink: &'a dyn ReplySink,
    prompt: u64,
    answered: u64,
    usage: Option<Usage>,
    counts: bool,
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        if !self.counts {
            return;
        }
        let told = self.usage.map(Usage::tokens).filter(|tokens| *tokens > 0);
        let estimated = self.prompt + self.answered.div_ceil(BYTES_PER_TOKEN);
        self.sink.spent(told.unwrap_or(estimated));
    }
}
