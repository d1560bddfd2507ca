//! [`History`]: what is open, and what was said before.

use handoff_core::assistant::Line;
use handoff_core::conversation::Speaker;

/// At most so many lines are looked at, the newest.
const MAX_LINES: usize = 200;
/// At most so many unanswered messages are answered together, the newest.
const MAX_ASKED: usize = 12;
/// At most so many characters of a message are read.
const MAX_CHARS: usize = 4_000;

/// A transcript, as one who answers looks at it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct History<'a> {
    /// The visitor's messages that nobody answered, oldest first.
    pub(super) asked: Vec<&'a str>,
    /// The visitor's messages before them, newest first.
    pub(super) earlier: Vec<&'a str>,
    /// What assistants said, newest first.
    pub(super) said: Vec<&'a str>,
    /// What agents said, newest first.
    pub(super) agents: Vec<AgentLine<'a>>,
}

/// Something that an agent said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AgentLine<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) text: &'a str,
}

impl<'a> History<'a> {
    /// Of a transcript, oldest line first. Where `reopen` is set and nothing is open, the visitor's last words count
    /// as open: that is how a suggestion for an agent is made.
    pub(super) fn of(transcript: &'a [Line], reopen: bool) -> Self {
        let mut history = Self::default();
        let lines: Vec<&Line> = transcript.iter().rev().take(MAX_LINES).collect();
        let open = open_run(&lines, reopen);
        for (at, line) in lines.iter().enumerate() {
            let text = beginning(&line.text);
            match line.speaker {
                Speaker::Visitor if open.contains(&at) && history.asked.len() < MAX_ASKED => {
                    history.asked.push(text);
                }
                Speaker::Visitor => history.earlier.push(text),
                Speaker::Assistant => history.said.push(text),
                Speaker::Agent => history.agents.push(AgentLine {
                    name: line.name.as_deref(),
                    text,
                }),
                Speaker::System => {}
            }
        }
        history.asked.reverse();
        history
    }
}

/// The places of the visitor's unanswered messages among the lines, newest first. What Handoff itself says in between
/// (a person was asked for, nobody came) answers nothing, but parts what was said before it from a newer question.
fn open_run(lines: &[&Line], reopen: bool) -> std::ops::Range<usize> {
    let is_visitor = |line: &&Line| line.speaker == Speaker::Visitor;
    let from = if reopen {
        lines.iter().position(is_visitor).unwrap_or(lines.len())
    } else {
        lines
            .iter()
            .take_while(|line| line.speaker == Speaker::System)
            .count()
    };
    let run = lines
        .iter()
        .skip(from)
        .take_while(|line| is_visitor(line))
        .count();
    from..from + run
}

fn beginning(text: &str) -> &str {
    text.char_indices()
        .nth(MAX_CHARS)
        .and_then(|(end, _)| text.get(..end))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use handoff_core::time::Timestamp;

    use super::*;

    fn lines(said: &[(Speaker, &str)]) -> Vec<Line> {
        said.iter()
            .map(|(speaker, text)| Line {
                speaker: *speaker,
                name: (*speaker == Speaker::Agent).then(|| "Anna".to_owned()),
                text: (*text).to_owned(),
                at: Timestamp::default(),
            })
            .collect()
    }

    #[test]
    fn what_nobody_answered_is_open() {
        use Speaker::{Agent, Assistant, System, Visitor};
        let said = lines(&[
            (Visitor, "a"),
            (Assistant, "b"),
            (Visitor, "c"),
            (Agent, "d"),
            (Visitor, "e"),
            (Visitor, "f"),
        ]);
        let history = History::of(&said, false);
        assert_eq!(history.asked, ["e", "f"]);
        assert_eq!(history.earlier, ["c", "a"]);
        assert_eq!(
            (history.said.as_slice(), history.agents[0].text),
            (&["b"][..], "d")
        );

        let waited = lines(&[(Visitor, "a"), (System, "one moment")]);
        assert_eq!(History::of(&waited, false).asked, ["a"]);
        let again = lines(&[(Visitor, "a"), (System, "one moment"), (Visitor, "b")]);
        assert_eq!(History::of(&again, false).asked, ["b"]);
        let answered = lines(&[(Visitor, "a"), (Agent, "b")]);
        assert!(History::of(&answered, false).asked.is_empty());
        assert_eq!(History::of(&answered, true).asked, ["a"]);
    }

    #[test]
    fn a_long_message_is_read_to_a_limit() {
        let said = lines(&[(Speaker::Visitor, &"ü".repeat(1_000_000))]);
        assert_eq!(
            History::of(&said, false).asked[0].chars().count(),
            MAX_CHARS
        );
    }
}
