//! [`Collected`]: an answer as it is put together from its pieces. Pure.

use handoff_core::conversation::MAX_REPLY_BYTES;

use super::failure::Failure;
use super::wire::{CallPiece, Choice, Chunk, FunctionCall, ToolCall, Usage};

/// A model may ask for so many tools at once.
const MAX_CALLS: usize = 8;
/// The arguments of a call have at most so many bytes.
const MAX_ARGUMENTS: usize = 16 << 10;
/// Longest id and name of a call, in bytes.
const MAX_NAME: usize = 128;

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    Stop,
    Tools,
    Length,
    Filter,
}

/// An answer that is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Completion {
    pub(super) text: String,
    pub(super) calls: Vec<ToolCall>,
}

/// What came of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Collected {
    text: String,
    calls: Vec<Call>,
    finish: Option<Finish>,
    refused: bool,
    pub(super) usage: Option<Usage>,
    /// All that came, in bytes.
    pub(super) bytes: u64,
}

#[derive(Debug, Default)]
struct Call {
    id: String,
    function: FunctionCall,
}

impl Collected {
    /// Whether a first token is there: of text, or of a call.
    pub(super) fn has_begun(&self) -> bool {
        !self.text.is_empty() || !self.calls.is_empty() || self.finish.is_some()
    }

    /// Adds a piece; returns its text, cleaned of what a reader can't see.
    pub(super) fn add(&mut self, chunk: Chunk) -> Result<String, Failure> {
        if chunk.error.is_some_and(|error| !error.is_null()) {
            return Err(Failure::Reported);
        }
        self.usage = chunk.usage.or(self.usage);
        let mut text = String::new();
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index > 0 {
                return Err(Failure::Malformed("two answers where one was asked for"));
            }
            self.choice(choice, &mut text)?;
        }
        if self.text.len() + text.len() > MAX_REPLY_BYTES {
            return Err(Failure::TooLarge);
        }
        self.text.push_str(&text);
        Ok(text)
    }

    fn choice(&mut self, choice: Choice, text: &mut String) -> Result<(), Failure> {
        let delta = choice.delta.unwrap_or_default();
        if let Some(content) = delta.content.filter(|content| !content.is_empty()) {
            if self.finish.is_some() {
                return Err(Failure::Malformed("text after its end"));
            }
            self.bytes += content.len() as u64;
            text.extend(content.chars().filter(|c| is_seen(*c)));
        }
        self.refused |= delta.refusal.is_some_and(|refusal| !refusal.is_empty());
        for piece in delta.tool_calls.unwrap_or_default() {
            self.call(piece)?;
        }
        if let Some(reason) = choice.finish_reason {
            self.finish = Some(match reason.as_str() {
                "stop" => Finish::Stop,
                "tool_calls" | "function_call" => Finish::Tools,
                "length" => Finish::Length,
                "content_filter" => Finish::Filter,
                _ => return Err(Failure::Malformed("an end that the protocol does not have")),
            });
        }
        Ok(())
    }

    fn call(&mut self, piece: CallPiece) -> Result<(), Failure> {
        let at = piece.index.unwrap_or(self.calls.len());
        if at >= MAX_CALLS || at > self.calls.len() {
            return Err(Failure::Malformed("too many tools at once"));
        }
        if at == self.calls.len() {
            self.calls.push(Call::default());
        }
        let Some(call) = self.calls.get_mut(at) else {
            return Err(Failure::Malformed("a tool without a place"));
        };
        let function = piece.function.unwrap_or_default();
        if let Some(id) = piece.id.filter(|_| call.id.is_empty()) {
            call.id = id;
        }
        call.function.name += &function.name.unwrap_or_default();
        let arguments = function.arguments.unwrap_or_default();
        self.bytes += arguments.len() as u64;
        call.function.arguments += &arguments;
        let too_long = call.id.len() > MAX_NAME
            || call.function.name.len() > MAX_NAME
            || call.function.arguments.len() > MAX_ARGUMENTS;
        if too_long {
            return Err(Failure::Malformed(
                "a tool's name or arguments are too long",
            ));
        }
        Ok(())
    }

    /// The answer, if it is whole: `marked` says whether the stream had its end marker.
    pub(super) fn finish(self, marked: bool) -> Result<Completion, Failure> {
        let finish = match self.finish {
            _ if !marked => return Err(Failure::Cut),
            None => return Err(Failure::Cut),
            Some(Finish::Length) => return Err(Failure::Length),
            Some(Finish::Filter) => return Err(Failure::Filtered),
            Some(finish) => finish,
        };
        if self.refused && self.text.is_empty() {
            return Err(Failure::Filtered);
        }
        if finish == Finish::Tools && self.calls.is_empty() {
            return Err(Failure::Malformed("it ends with tools and names none"));
        }
        if self.calls.is_empty() && self.text.trim().is_empty() {
            return Err(Failure::Malformed("it is empty"));
        }
        let calls = self
            .calls
            .into_iter()
            .enumerate()
            .map(|(at, call)| ToolCall {
                // Some servers give none, and every answer to a call must name one.
                id: if call.id.is_empty() {
                    format!("call_{at}")
                } else {
                    call.id
                },
                kind: "function",
                function: call.function,
            });
        Ok(Completion {
            text: self.text,
            calls: calls.collect(),
        })
    }
}

/// Whether a reader sees a character, or it shapes what one sees. The others hide words or turn their order round.
fn is_seen(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        // Direction marks that a right-to-left text needs, and what joins emoji, stay.
        '\u{200b}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{00ad}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{e0000}'..='\u{e007f}' => false,
        c => !c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(json: &str) -> Chunk {
        serde_json::from_str(json).unwrap()
    }

    fn collected(chunks: &[&str], marked: bool) -> Result<Completion, Failure> {
        let mut collected = Collected::default();
        for json in chunks {
            collected.add(chunk(json))?;
        }
        collected.finish(marked)
    }

    const HELLO: &str = r#"{"choices":[{"index":0,"delta":{"content":"Hello"}}]}"#;
    const STOP: &str = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;

    #[test]
    fn only_an_answer_with_both_ends_is_whole() {
        assert_eq!(collected(&[HELLO, STOP], true).unwrap().text, "Hello");
        assert_eq!(collected(&[HELLO, STOP], false), Err(Failure::Cut));
        assert_eq!(collected(&[HELLO], true), Err(Failure::Cut));
        assert_eq!(collected(&[], true), Err(Failure::Cut));
        for (reason, failure) in [
            ("length", Failure::Length),
            ("content_filter", Failure::Filtered),
        ] {
            let end = format!(r#"{{"choices":[{{"finish_reason":"{reason}"}}]}}"#);
            assert_eq!(collected(&[HELLO, &end], true), Err(failure));
        }
    }

    #[test]
    fn what_the_protocol_does_not_have_is_refused() {
        for bad in [
            r#"{"choices":[{"index":1,"delta":{"content":"b"}}]}"#,
            r#"{"choices":[{"finish_reason":"tool_calls"}]}"#,
            r#"{"choices":[{"finish_reason":"because"}]}"#,
            r#"{"choices":[{"delta":{"content":null},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":7}]}}]}"#,
            r#"{"error":{"message":"overloaded"}}"#,
        ] {
            assert!(collected(&[bad], true).is_err(), "{bad}");
        }
        assert!(
            collected(&[STOP, HELLO], true).is_err(),
            "text after the end"
        );
        let huge = format!(
            r#"{{"choices":[{{"delta":{{"content":"{}"}}}}]}}"#,
            "x".repeat(40_000)
        );
        assert_eq!(collected(&[&huge, &huge], true), Err(Failure::TooLarge));
    }

    #[test]
    fn calls_are_put_together_from_their_pieces() {
        let done = collected(
            &[
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"save","arguments":"{\"x\""}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"name":"more","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            ],
            true,
        )
        .unwrap();
        let calls: Vec<_> = done
            .calls
            .iter()
            .map(|call| (call.id.as_str(), call.function.arguments.as_str()))
            .collect();
        assert_eq!(calls, [("a", r#"{"x":1}"#), ("call_1", "{}")]);
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        let hidden = r#"{"choices":[{"delta":{"content":"a\u200bb\u202ec\u001b[31md\u0000 👩‍🚀"},"finish_reason":"stop"}]}"#;
        assert_eq!(
            collected(&[hidden], true).unwrap().text,
            "abc[31md 👩\u{200d}🚀"
        );
    }
}
