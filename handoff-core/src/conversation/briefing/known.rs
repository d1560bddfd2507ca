//! What is known of the visitor, and where each of it came from.

use serde::{Deserialize, Serialize};

use super::lexicon::{Kind, LEXICON, Thing};
use super::sentences::{Word, beginning, clip, sentences, words};
use crate::assistant::Line;
use crate::conversation::{Actor, Conversation, Event, EventBody, Speaker};

/// At most so many things are read from what was said, the newest; beside them stand the facts of the state.
pub const MAX_SAID_FACTS: usize = 32;
/// A longer value is none.
const MAX_VALUE_BYTES: usize = 160;

/// Something that is known of the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KnownFact {
    /// Its name, like `order number`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Who it came from.
    pub from: Origin,
    /// The agent's name, where an agent said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub agent: Option<String>,
}

/// Where something that is known came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The host vouches for it.
    Host,
    /// The visitor told it: in a form, or in a message.
    Visitor,
    /// An agent said it.
    Agent,
    /// The assistant learned it.
    Assistant,
}

/// All that is known: the profile, the facts that were learned, and what visitor and agents said, where the newest counts.
pub(super) fn known(state: &Conversation, events: &[Event], lines: &[Line]) -> Vec<KnownFact> {
    let profile = &state.profile;
    let from = if profile.verified {
        Origin::Host
    } else {
        Origin::Visitor
    };
    let mut known: Vec<KnownFact> = Vec::new();
    for (name, value) in [("name", &profile.name), ("email", &profile.email)] {
        known.extend(value.as_ref().map(|value| fact(name, value, from, None)));
    }
    for learned in state.facts.iter() {
        let by = events.iter().rev().find_map(|event| match &event.body {
            EventBody::FactLearned { name, .. } if *name == learned.name => Some(&event.by),
            _ => None,
        });
        let (from, agent) = match by {
            Some(Actor::Agent(agent)) => (Origin::Agent, Some(agent.name.to_string())),
            Some(Actor::Visitor) => (Origin::Visitor, None),
            _ => (Origin::Assistant, None),
        };
        known.push(fact(&learned.name, &learned.value, from, agent));
    }
    for said in said(lines) {
        let name = LEXICON.name_of(&said.name);
        known.retain(|known| LEXICON.name_of(&known.name) != name || known.value == said.value);
        if !known
            .iter()
            .any(|known| LEXICON.name_of(&known.name) == name)
        {
            known.push(said);
        }
    }
    known
}

fn fact(name: &str, value: &str, from: Origin, agent: Option<String>) -> KnownFact {
    KnownFact {
        name: name.to_owned(),
        value: value.to_owned(),
        from,
        agent,
    }
}

/// What visitor and agents said of the visitor, the newest of each name, oldest first.
fn said(lines: &[Line]) -> Vec<KnownFact> {
    let mut found: Vec<KnownFact> = Vec::new();
    let mut asked: Vec<Thing> = Vec::new();
    for line in lines {
        let text = beginning(&line.text);
        let (from, agent) = match line.speaker {
            Speaker::Visitor => (Origin::Visitor, None),
            Speaker::Agent => (Origin::Agent, line.name.clone()),
            Speaker::Assistant | Speaker::System => {
                asked = asked_in(text);
                continue;
            }
        };
        let mut told = told(text, from);
        if from == Origin::Visitor {
            let more = answered(text, &asked);
            told.extend(
                more.into_iter()
                    .filter(|(name, _)| !told.iter().any(|(other, _)| other == name))
                    .collect::<Vec<_>>(),
            );
            asked.clear();
        } else {
            asked = asked_in(text);
        }
        for (name, value) in told {
            found.retain(|known| known.name != name);
            found.push(fact(&name, &value, from, agent.clone()));
        }
    }
    let surplus = found.len().saturating_sub(MAX_SAID_FACTS);
    found.split_off(surplus)
}

fn asked_in(text: &str) -> Vec<Thing> {
    let sentences = sentences(text);
    sentences
        .iter()
        .rev()
        .take(4)
        .flat_map(|sentence| LEXICON.asked_for(sentence))
        .collect()
}

/// What a message tells by itself: `my order number is 4711`.
fn told(text: &str, from: Origin) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for sentence in sentences(text) {
        if sentence.contains(['?', '؟', '？']) {
            continue;
        }
        let words = words(sentence);
        found.extend(
            email(sentence)
                .filter(|_| from == Origin::Visitor)
                .map(|email| ("email".to_owned(), email)),
        );
        for thing in LEXICON.things(&words) {
            let value = value_behind(sentence, &words, &thing);
            found.extend(value.map(|value| (thing.name, value)));
        }
        if from == Origin::Visitor {
            found.extend(
                owned(sentence, &words)
                    .filter(|(name, _)| !found.iter().any(|(other, _)| other == name)),
            );
        }
    }
    found
}

/// Words that tell what something is.
const SAYS: &[&str] = &["is", "ist", "es", "est", "e", "are", "lautet"];
/// Words before what is the visitor's own.
const OWN: &[&str] = &[
    "my", "our", "your", "mein", "meine", "unser", "ihre", "ihr", "mi", "su", "mon", "ma", "votre",
    "mio", "mia", "meu", "minha", "mijn",
];
/// With one of these behind, something is judged rather than told: `my size is too small`.
const JUDGES: &[&str] = &[
    "wrong",
    "not",
    "missing",
    "still",
    "incorrect",
    "different",
    "too",
    "ok",
    "fine",
    "in",
    "on",
    "unknown",
    "no",
    "very",
    "broken",
    "right",
    "correct",
    "gone",
    "out",
    "also",
    "already",
    "now",
    "really",
    "quite",
    "so",
    "never",
    "nicht",
    "falsch",
    "zu",
    "mal",
    "faux",
    "fausse",
];
const LINKS: &[&str] = &[
    "is", "its", "are", "was", "number", "no", "nr", "ist", "lautet", "es", "est", "e", "called",
    "and", "as",
];

/// The value that follows a thing, where the words in between only join the two.
fn value_behind(sentence: &str, words: &[Word], thing: &Thing) -> Option<String> {
    let rest = words.get(thing.end..)?;
    let links = rest
        .iter()
        .take_while(|word| LINKS.contains(&word.folded.as_str()))
        .count();
    let first = rest.get(links)?;
    let behind = words.get(thing.end.checked_sub(1)?)?.at.end;
    let joined = sentence.get(behind..first.at.start)?;
    match thing.kind {
        Kind::Email => email(sentence.get(first.at.start..)?),
        Kind::Phone => phone(sentence.get(behind..)?),
        Kind::Number => run_with_digit(sentence.get(first.at.start..)?),
        Kind::Name | Kind::Text => {
            let says = rest
                .get(..links)?
                .iter()
                .any(|word| SAYS.contains(&word.folded.as_str()))
                || joined.contains([':', '=']);
            let owner = thing.first.checked_sub(1).and_then(|at| words.get(at));
            let owned = owner.is_none_or(|owner| OWN.contains(&owner.folded.as_str()));
            (says && owned && !JUDGES.contains(&first.folded.as_str()))
                .then(|| to_end(sentence.get(first.at.start..).unwrap_or_default()))
                .flatten()
        }
    }
}

/// `my favourite trail is Ridge Walk`.
fn owned(sentence: &str, words: &[Word]) -> Option<(String, String)> {
    let owner = words.iter().position(|word| word.folded == "my")?;
    let is = words
        .iter()
        .skip(owner)
        .position(|word| word.folded == "is")
        .map(|at| at + owner)?;
    if !(2..=4).contains(&(is - owner)) {
        return None;
    }
    let name: Vec<&str> = words
        .get(owner + 1..is)?
        .iter()
        .map(|word| word.folded.as_str())
        .collect();
    let first = words.get(is + 1)?;
    if JUDGES.contains(&first.folded.as_str()) {
        return None;
    }
    let value = to_end(sentence.get(first.at.start..)?)?;
    // `my order is late` tells of the order and not what it is.
    let is_value = value.starts_with(char::is_uppercase) || value.contains(char::is_numeric);
    if !is_value {
        return None;
    }
    Some((LEXICON.name_of(&name.join(" ")), value))
}

/// What a message tells because it answers a question.
fn answered(text: &str, asked: &[Thing]) -> Vec<(String, String)> {
    let all = words(text);
    let (only, first) = (
        asked.len() == 1,
        all.first().map_or("", |word| word.folded.as_str()),
    );
    let evades = [
        "no", "not", "i", "why", "sorry", "later", "dont", "what", "yes", "nein", "ich",
    ]
    .contains(&first);
    let answer = |thing: &Thing| match thing.kind {
        Kind::Email => email(text),
        Kind::Phone => phone(text),
        Kind::Number => text.split_whitespace().find_map(run_with_digit),
        Kind::Name | Kind::Text => {
            let whole = !evades && only && !text.contains(['?', '؟', '？']);
            whole.then(|| to_end(text)).flatten()
        }
    };
    asked
        .iter()
        .filter_map(|thing| Some((thing.name.clone(), answer(thing)?)))
        .collect()
}

fn email(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .find(|word| {
            let parts = word.split_once('@');
            word.len() <= MAX_VALUE_BYTES
                && parts.is_some_and(|(user, host)| {
                    !user.is_empty() && host.contains('.') && !host.contains('@')
                })
        })
        .map(str::to_owned)
}

fn phone(text: &str) -> Option<String> {
    let of_phone =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '/' | '.');
    text.split(|c: char| !of_phone(c))
        .map(|run| run.trim_matches(|c: char| !(c.is_ascii_digit() || c == '+')))
        .find(|run| (6..=15).contains(&run.bytes().filter(u8::is_ascii_digit).count()))
        .map(str::to_owned)
}

/// The first run of a text, where it has a digit: `AB-4711`.
fn run_with_digit(text: &str) -> Option<String> {
    let run = text
        .split_whitespace()
        .next()?
        .trim_matches(|c: char| !c.is_alphanumeric());
    (run.len() <= MAX_VALUE_BYTES && run.contains(char::is_numeric)).then(|| run.to_owned())
}

/// A value that goes to the end of the sentence, or to the next comma.
fn to_end(text: &str) -> Option<String> {
    let line = sentences(text).first()?.lines().next()?.trim();
    let end = line.find([',', ';']).unwrap_or(line.len());
    let value = line.get(..end)?.trim().trim_end_matches(['.', '!', '…']);
    (!value.is_empty() && value.chars().any(char::is_alphanumeric))
        .then(|| clip(value, MAX_VALUE_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn of(dialog: &[(Speaker, &str)]) -> Vec<(String, String, Origin)> {
        let lines: Vec<Line> = dialog
            .iter()
            .map(|(speaker, text)| Line {
                speaker: *speaker,
                name: (*speaker == Speaker::Agent).then(|| "Anna".to_owned()),
                text: (*text).to_owned(),
                at: Timestamp::default(),
            })
            .collect();
        said(&lines)
            .into_iter()
            .map(|fact| (fact.name, fact.value, fact.from))
            .collect()
    }

    #[test]
    fn what_is_told_is_known() {
        use Speaker::{Agent, Visitor};
        for (speaker, text, name, value) in [
            (
                Visitor,
                "My order number is 4711-AB.",
                "order number",
                "4711-AB",
            ),
            (
                Visitor,
                "order no. #A-77, please hurry",
                "order number",
                "A-77",
            ),
            (Visitor, "It's sam@example.com", "email", "sam@example.com"),
            (Visitor, "My name is Sam Field, hi", "name", "Sam Field"),
            (
                Visitor,
                "my phone is +44 20 7946 0000.",
                "phone",
                "+44 20 7946 0000",
            ),
            (
                Visitor,
                "My favourite trail is Ridge Walk.",
                "favourite trail",
                "Ridge Walk",
            ),
            (
                Visitor,
                "Meine Bestellnummer lautet 99812",
                "order number",
                "99812",
            ),
            (
                Agent,
                "I found it: your order number is 12.",
                "order number",
                "12",
            ),
        ] {
            let from = if speaker == Agent {
                Origin::Agent
            } else {
                Origin::Visitor
            };
            assert_eq!(
                of(&[(speaker, text)]),
                [(name.to_owned(), value.to_owned(), from)],
                "{text}"
            );
        }
    }

    #[test]
    fn an_answer_is_known_by_its_question() {
        use Speaker::{Agent, Assistant, Visitor};
        for (question, answer, name, value) in [
            (
                "What's your order number?",
                "it should be 4711",
                "order number",
                "4711",
            ),
            (
                "Which size do you wear?",
                "42 and a half",
                "size",
                "42 and a half",
            ),
            ("May I have your name?", "Sam", "name", "Sam"),
            (
                "What is your favourite trail?",
                "The ridge.",
                "favourite trail",
                "The ridge",
            ),
        ] {
            for asker in [Agent, Assistant] {
                let known = of(&[(asker, question), (Visitor, answer)]);
                assert_eq!(
                    known,
                    [(name.to_owned(), value.to_owned(), Origin::Visitor)],
                    "{question}"
                );
            }
        }
        assert!(
            of(&[
                (Agent, "May I have your name?"),
                (Visitor, "Why do you need that?")
            ])
            .is_empty()
        );
        assert!(of(&[(Agent, "Your order number?"), (Visitor, "I don't have it")]).is_empty());
    }

    #[test]
    fn what_is_no_fact_is_none() {
        for text in [
            "Where is my order number?",
            "My size is too small.",
            "the address is wrong",
            "My order is late",
            "I want to change my e-mail",
            "",
        ] {
            assert!(
                of(&[(Speaker::Visitor, text)]).is_empty(),
                "{text}: {:?}",
                of(&[(Speaker::Visitor, text)])
            );
        }
        assert!(of(&[(Speaker::Assistant, "Your order number is 1.")]).is_empty());
    }

    #[test]
    fn the_newest_counts() {
        let known = of(&[
            (Speaker::Visitor, "My order number is 1."),
            (Speaker::Visitor, "Sorry, my order number is 2."),
        ]);
        assert_eq!(
            known,
            [("order number".to_owned(), "2".to_owned(), Origin::Visitor)]
        );
    }
}
