//! Assistants for [Handoff](handoff_core).
//!
//! [`Offline`] answers from a folder of Markdown help pages, without a network and without a key. [`Knowledge`] is that
//! folder, read and ready to be searched; it also serves any other assistant that cites help pages.
//!
//! # From pages to answers
//!
//! A page is a Markdown file with one `#` title; every `##` heading begins a section, and a section is what a question
//! finds. Headings that name what people ask for (`## How long does a refund take?`) are found best.
//!
//! ```
//! use handoff_llm::{Knowledge, Offline, OfflineOptions};
//!
//! let pages = [(
//!     "returns",
//!     "# Returns\n\n## How long does a refund take?\n\nA refund takes three days.\n\n## What can't be returned\n\nSocks.",
//! )];
//! let knowledge = Knowledge::from_pages(pages, Some("/help"))?;
//!
//! let found = knowledge.passages("when do i get my money back??", 3);
//! assert_eq!(found[0].url.as_deref(), Some("/help/returns#how-long-does-a-refund-take"));
//! assert_eq!(found[0].text, "A refund takes three days.");
//! assert!(found[0].answers);
//! assert!(!knowledge.passages("what is the capital of France?", 3).iter().any(|passage| passage.answers));
//!
//! // The assistant is handed to the builder of the runtime, which calls it for every turn.
//! let assistant = std::sync::Arc::new(Offline::new(knowledge, OfflineOptions::default()));
//! # let _: std::sync::Arc<dyn handoff_core::assistant::Assistant> = assistant;
//! # Ok::<(), handoff_llm::KnowledgeError>(())
//! ```
//!
//! With files it is [`Knowledge::from_folder`]`("help", Some("/help"))`; errors name the file and what to do. When the
//! files change, build a new one and hand it to [`Offline::replace_knowledge`].
//!
//! # How it answers
//!
//! Sections are ranked by BM25 over stems, with the words of headings counting more, words of a shop that mean the same
//! (`money back`, `refund`), misspelt words, and a look at what is asked for: a time, a price, steps. How much of the
//! question a section speaks of decides whether it answers; if none does, the reply says so, offers a person and is
//! marked as a non-answer. A follow-up (`and how long does that take?`) is read together with what was asked before.
//! The list of words that mean the same and the assistant's own words are English; pages in other languages are found by
//! the words that they share with a question.
//!
//! After an agent gave the floor back, what the agent told the visitor answers questions too, and what the agent asked
//! the assistant to tell is passed on once. What is not phrased as something to pass on is never shown.
//!
//! # With a model
//!
//! `OpenAi` (feature `openai`, on by default) asks a server that speaks OpenAI's chat protocol, OpenAI's own or any other. A
//! reply that is cut, at whatever byte, is a failure and never a reply; a takeover closes the connection to the server.
//! With [`Knowledge`] it is told the passages that fit, and what it cites becomes the reply's sources.
//! `OpenAiOptions` has the timeouts and retries, the service's
//! [`AssistantPolicy`](handoff_core::conversation::AssistantPolicy) the prompt, the model, the budget and the switch.
//! The library beneath logs answers that it can't read: a program that must not log people's words filters the target
//! `async_openai` out.

//!
//! # A bot of your own
//!
//! `Webhook` (feature `webhook`, on by default) tells your bot of each turn by a signed message; the bot answers with the
//! turn's ticket over the transport's routes, and is refused once the floor is lost.

pub mod knowledge;
mod offline;
#[cfg(feature = "openai")]
mod openai;
mod retrieval;
#[cfg(feature = "webhook")]
mod webhook;
mod words;

pub use knowledge::{Knowledge, KnowledgeError};
pub use offline::{Offline, OfflineOptions, Phrases};
#[cfg(feature = "openai")]
pub use openai::{InvalidOpenAi, OpenAi, OpenAiOptions};
#[cfg(feature = "webhook")]
pub use webhook::{InvalidWebhook, Webhook, WebhookOptions};
