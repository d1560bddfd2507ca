//! [`OpenAi`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, FloorLost, ReplySink, Turn};
use handoff_core::conversation::Reply;
use handoff_core::id::ServiceId;
use serde_json::json;

use super::endpoint::Endpoint;
use super::failure::{Failure, Stop};
use super::generate::{Generation, estimate};
use super::options::{InvalidOpenAi, OpenAiOptions};
use super::prompt;
use super::tools::{self, Tool};
use super::wire::{Message, Request, Role};

/// A turn asks the model at most so often: each time it may use tools.
const MAX_ROUNDS: usize = 6;
/// An answer that may have fewer tokens is not worth asking for.
const LEAST_ANSWER: u64 = 32;

/// Writes replies with a model behind any server that speaks OpenAI's chat protocol.
///
/// A reply is whole only if the stream had both its ends, the model's reason to stop and the end marker; everything else
/// is a failure, and what was shown of it is withdrawn. Dropping the future closes the connection, so that a takeover
/// ends the generation also at the provider. It keeps nothing of a conversation.
#[derive(Debug)]
pub struct OpenAi {
    default: Endpoint,
    services: HashMap<ServiceId, Endpoint>,
}

impl OpenAi {
    /// An assistant that asks this server.
    ///
    /// # Errors
    /// [`InvalidOpenAi`] names the first setting that can't work.
    pub fn new(options: OpenAiOptions) -> Result<Self, InvalidOpenAi> {
        Ok(Self {
            default: Endpoint::new(options)?,
            services: HashMap::new(),
        })
    }

    /// Asks another server, or with another key or model, for one service.
    ///
    /// # Errors
    /// As for [`OpenAi::new`].
    pub fn for_service(
        mut self,
        service: ServiceId,
        options: OpenAiOptions,
    ) -> Result<Self, InvalidOpenAi> {
        self.services.insert(service, Endpoint::new(options)?);
        Ok(self)
    }

    async fn answer(
        &self,
        endpoint: &Endpoint,
        turn: &Turn,
        sink: &dyn ReplySink,
    ) -> Result<Answer, Stop> {
        let purse = Purse {
            sink,
            spent: AtomicU64::new(0),
        };
        let generation = Generation {
            endpoint,
            sink: &purse,
            spread: turn.ticket.turn ^ turn.ticket.conversation.as_uuid().as_u64_pair().1,
        };
        let mut messages = prompt::messages(turn, &[]);
        let mut said = String::new();
        for _ in 0..MAX_ROUNDS {
            let spent = purse.spent.load(Ordering::Relaxed);
            let request = request(endpoint, turn, messages.clone(), spent)?;
            let lead = if said.is_empty() { "" } else { "\n\n" };
            let done = generation.run(&request, lead).await?;
            if !done.text.is_empty() {
                said = format!("{said}{lead}{}", done.text);
            }
            if done.calls.is_empty() {
                let reply = Reply {
                    text: said,
                    ..Reply::default()
                };
                return Ok(Answer::Reply(reply));
            }
            messages.push(Message {
                tool_calls: done.calls.clone(),
                ..Message::new(Role::Assistant, done.text)
            });
            for call in done.calls {
                let told = match tools::read(&call.function) {
                    Ok(Tool::AskForPerson { reason }) => return Ok(Answer::AskForPerson(reason)),
                    Err(problem) => problem,
                };
                messages.push(Message {
                    tool_call_id: Some(call.id),
                    ..Message::new(Role::Tool, told)
                });
            }
        }
        Err(Failure::TooManyRounds.into())
    }
}

/// The next request of a turn, if the budget has room for it.
fn request(
    endpoint: &Endpoint,
    turn: &Turn,
    messages: Vec<Message>,
    spent: u64,
) -> Result<Request, Failure> {
    let options = &endpoint.options;
    let mut request = Request {
        model: turn
            .assistant
            .model
            .clone()
            .unwrap_or_else(|| options.model.clone()),
        messages,
        tools: tools::offered(turn),
        stream: options.streamed,
        stream_options: options.streamed.then(|| json!({ "include_usage": true })),
        max_tokens: None,
        max_completion_tokens: None,
    };
    let needed = estimate(&request).saturating_add(spent);
    let (budget, before) = (turn.assistant.budget, turn.spent);
    let limits = [
        ("conversation", budget.conversation, before.conversation),
        ("service's day", budget.day, before.today),
    ];
    let mut most = u64::from(options.max_tokens);
    for (what, limit, before) in limits {
        let Some(limit) = limit else { continue };
        let left = limit.saturating_sub(before).saturating_sub(needed);
        if left < LEAST_ANSWER {
            return Err(Failure::OverBudget(what));
        }
        most = most.min(left);
    }
    let most = u32::try_from(most).ok();
    if options.is_openai() {
        request.max_completion_tokens = most;
    } else {
        request.max_tokens = most;
    }
    Ok(request)
}

/// Knows what this turn spent already.
struct Purse<'a> {
    sink: &'a dyn ReplySink,
    spent: AtomicU64,
}

#[async_trait]
impl ReplySink for Purse<'_> {
    async fn piece(&self, text: &str) -> Result<(), FloorLost> {
        self.sink.piece(text).await
    }

    fn spent(&self, tokens: u64) {
        self.spent.fetch_add(tokens, Ordering::Relaxed);
        self.sink.spent(tokens);
    }
}

#[async_trait]
impl Assistant for OpenAi {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let endpoint = self.services.get(&turn.service).unwrap_or(&self.default);
        let answer = self.answer(endpoint, turn, sink);
        let within = tokio::time::timeout(endpoint.options.total, answer).await;
        Ok(within.unwrap_or_else(|_| Err(Failure::Total.into()))?)
    }
}
