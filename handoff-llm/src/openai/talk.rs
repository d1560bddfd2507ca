//! [`Talk`]: one turn, from the first request to the reply, with the tools between.

use handoff_core::assistant::{Act, Answer, ReplySink, ToolError, Turn};
use handoff_core::conversation::{Reply, Speaker, Specialist, Tool};
use serde_json::json;

use super::endpoint::Endpoint;
use super::failure::{Failure, Stop};
use super::generate::{Generation, estimate};
use super::prompt;
use super::shelf::Shelf;
use super::tools::{self, Wish};
use super::voice::Voice;
use super::wire::{Message, Request, Role, ToolCall};
use crate::knowledge::Knowledge;
use crate::offline::is_small_talk;

/// A turn asks the model at most so often: each time it may use tools.
const MAX_ROUNDS: usize = 6;
/// An answer that may have fewer tokens is not worth asking for.
const LEAST_ANSWER: u64 = 32;

/// One turn.
pub(super) struct Talk<'a> {
    endpoint: &'a Endpoint,
    turn: &'a Turn,
    voice: Voice<'a>,
    shelf: Shelf<'a>,
    specialist: Option<&'a Specialist>,
    messages: Vec<Message>,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        endpoint: &'a Endpoint,
        knowledge: Option<&'a Knowledge>,
        turn: &'a Turn,
        sink: &'a dyn ReplySink,
    ) -> Self {
        let mut talk = Self {
            endpoint,
            turn,
            voice: Voice::new(sink),
            shelf: Shelf::new(knowledge),
            specialist: turn.assistant.specialist(turn.specialist.as_deref()),
            messages: Vec::new(),
        };
        talk.messages = prompt::messages(turn);
        talk.brief();
        talk
    }

    /// Tells the model who it is and what the pages say, as far as that is known now.
    fn brief(&mut self) {
        let asked = self.asked();
        let pages = self.shelf.has_pages() && !asked.is_empty();
        let found = pages.then(|| self.shelf.search(&asked, self.specialist));
        let system = prompt::system(self.turn, self.specialist, found.as_deref());
        if let Some(first) = self.messages.first_mut() {
            *first = Message::new(Role::System, system);
        }
        self.voice.may_cite(self.shelf.len());
    }

    /// What the visitor wrote last.
    fn asked(&self) -> String {
        let lines = self.turn.transcript.iter().rev();
        let mut last: Vec<&str> = lines
            .take_while(|line| line.speaker == Speaker::Visitor)
            .map(|line| line.text.as_str())
            .collect();
        last.reverse();
        last.join("\n")
    }

    /// Asks until there is a reply.
    pub(super) async fn answer(mut self) -> Result<Answer, Stop> {
        for _ in 0..MAX_ROUNDS {
            let request = self.request()?;
            let lead = if self.voice.has_spoken() { "\n\n" } else { "" };
            let generation = Generation {
                endpoint: self.endpoint,
                sink: &self.voice,
                spread: self.turn.ticket.turn
                    ^ self.turn.ticket.conversation.as_uuid().as_u64_pair().1,
            };
            let done = generation.run(&request, lead).await?;
            if done.calls.is_empty() {
                return self.reply().await;
            }
            self.messages.push(Message {
                tool_calls: done.calls.clone(),
                ..Message::new(Role::Assistant, done.text)
            });
            for call in done.calls {
                match self.does(&call).await? {
                    Done::Told(told) => self.messages.push(Message {
                        tool_call_id: Some(call.id),
                        ..Message::new(Role::Tool, told)
                    }),
                    Done::Person(reason) => return Ok(Answer::AskForPerson(reason)),
                }
            }
        }
        Err(Failure::TooManyRounds.into())
    }

    async fn reply(self) -> Result<Answer, Stop> {
        let (text, cited) = self.voice.finish().await?;
        let sources = self.shelf.sources(&cited);
        let asked = self.asked();
        // A model that found nothing may still sound sure: what no page answers is no answer.
        let non_answer = self.shelf.has_pages()
            && sources.is_empty()
            && !self.shelf.answers()
            && !asked.is_empty()
            && !is_small_talk(&asked)
            && !self
                .turn
                .transcript
                .iter()
                .any(|line| line.speaker == Speaker::Agent);
        Ok(Answer::Reply(Reply {
            text,
            sources,
            specialist: self.specialist.map(|one| one.name.clone()),
            non_answer,
        }))
    }

    /// Does what a call asks for, if the service lets it.
    async fn does(&mut self, call: &ToolCall) -> Result<Done, Stop> {
        let wish = match tools::read(&call.function) {
            Ok(wish) => wish,
            Err(problem) => return Ok(Done::Told(problem)),
        };
        let policy = &self.turn.assistant;
        let off = || Ok(Done::Told("this tool is off".to_owned()));
        let result = match wish {
            Wish::AskForPerson { reason } if policy.allows(Tool::AskForPerson) => {
                return Ok(Done::Person(reason));
            }
            Wish::SaveFact { name, value } if policy.allows(Tool::SaveFact) => {
                self.voice.act(Act::SaveFact { name, value }).await
            }
            Wish::ScoreLead { score } if policy.allows(Tool::ScoreLead) => {
                self.voice.act(Act::ScoreLead(score)).await
            }
            Wish::LookUpHelp { question } if policy.allows(Tool::LookUpHelp) => {
                let told = self.shelf.search(&question, self.specialist);
                self.voice.may_cite(self.shelf.len());
                return Ok(Done::Told(told));
            }
            Wish::LookUpCustomer if policy.allows(Tool::LookUpCustomer) => {
                return told(
                    self.voice
                        .customer()
                        .await
                        .map(|sections| serde_json::to_string(&sections).unwrap_or_default()),
                );
            }
            Wish::HandOver { to } => {
                let Some(next) = policy.specialists.iter().find(|one| one.name == to) else {
                    return Ok(Done::Told("there is no such colleague".to_owned()));
                };
                self.specialist = Some(next);
                self.brief();
                return Ok(Done::Told(format!("You are {to} now: answer the visitor.")));
            }
            _ => return off(),
        };
        told(result.map(|()| "done".to_owned()))
    }

    /// The next request, if the budget has room for it.
    fn request(&self) -> Result<Request, Failure> {
        let (turn, options) = (self.turn, &self.endpoint.options);
        let mut request = Request {
            model: turn
                .assistant
                .model
                .clone()
                .unwrap_or_else(|| options.model.clone()),
            messages: self.messages.clone(),
            tools: tools::offered(&turn.assistant, self.shelf.has_pages(), self.specialist),
            stream: options.streamed,
            stream_options: options.streamed.then(|| json!({ "include_usage": true })),
            max_tokens: None,
            max_completion_tokens: None,
        };
        let needed = estimate(&request).saturating_add(self.voice.tokens());
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
}

/// What a call came to.
enum Done {
    /// This is told to the model.
    Told(String),
    /// A person is asked for: the turn ends.
    Person(String),
}

/// What a tool came to, in words for the model.
fn told(result: Result<String, ToolError>) -> Result<Done, Stop> {
    match result {
        Ok(told) => Ok(Done::Told(told)),
        Err(ToolError::FloorLost(lost)) => Err(lost.into()),
        Err(refused) => Ok(Done::Told(refused.to_string())),
    }
}
