//! What visitor and agents told in their words.

use super::known::{KnownFact, MAX_SAID_FACTS, Origin, fact};
use super::lexicon::{Kind, LEXICON, Thing};
use super::sentences::{Word, beginning, sentences, words};
use super::values::{bare, email, is_value, phone, run_with_digit, to_end};
use crate::assistant::Line;
use crate::conversation::Speaker;

/// What visitor and agents said of the visitor, the newest of each name, oldest first.
pub(super) fn said(lines: &[Line]) -> Vec<KnownFact> {
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
        .flat_map(|sentence| LEXICON.asked_for(sentence, &[]))
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
        let owner = if from == Origin::Visitor {
            "my"
        } else {
            "your"
        };
        let more = owned(sentence, &words, owner).or_else(|| labelled(sentence));
        found.extend(more.filter(|(name, _)| !found.iter().any(|(other, _)| other == name)));
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
            let tells = rest
                .get(..links)?
                .iter()
                .any(|word| SAYS.contains(&word.folded.as_str()))
                || joined.contains([':', '=']);
            let owner = thing.first.checked_sub(1).and_then(|at| words.get(at));
            let is_own = owner.is_none_or(|owner| OWN.contains(&owner.folded.as_str()));
            (tells && is_own && !JUDGES.contains(&first.folded.as_str()))
                .then(|| to_end(sentence.get(first.at.start..).unwrap_or_default()))
                .flatten()
        }
    }
}

/// `favourite trail: Ridge Walk`.
fn labelled(sentence: &str) -> Option<(String, String)> {
    let (name, value) = sentence.split_once(": ")?;
    let words = words(name);
    let value = to_end(value).filter(|value| is_value(value))?;
    ((1..=3).contains(&words.len()) && name.trim_end().ends_with(char::is_alphabetic))
        .then(|| (LEXICON.name_of(name), value))
}

/// `my favourite trail is Ridge Walk`, or `your …` where an agent says it.
fn owned(sentence: &str, words: &[Word], owner: &str) -> Option<(String, String)> {
    let owner = words.iter().position(|word| word.folded == owner)?;
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
    if !is_value(&value) {
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
            whole.then(|| to_end(bare(text))).flatten()
        }
    };
    asked
        .iter()
        .filter_map(|thing| Some((thing.name.clone(), answer(thing)?)))
        .collect()
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
            ("May I have your name?", "Sure, it's Sam", "name", "Sam"),
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
