//! The things that visitors are asked for, and how a question for one reads.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::sentences::{Word, folded, words};

/// So many words behind `your` make up a thing that the lexicon does not name.
const MAX_NAME_WORDS: usize = 3;
/// What a thing looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    Phone,
    /// It has a digit.
    Number,
    Name,
    Text,
}

/// A thing in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Its first word.
    pub(super) first: usize,
    /// The word behind it.
    pub(super) end: usize,
}

/// The words that call a thing, its name, its kind.
type Phrase = (Vec<String>, &'static str, Kind);

#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// By the first word: all words, name and kind; the longest first.
    things: HashMap<String, Vec<Phrase>>,
    classes: HashMap<&'static str, HashSet<String>>,
}

pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("things.txt"), include_str!("asking.txt")));

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#'))
}

impl Lexicon {
    fn read(things: &'static str, asking: &'static str) -> Self {
        let mut lexicon = Self::default();
        for line in lines(things) {
            let mut fields = line.splitn(3, '|').map(str::trim);
            let (Some(name), Some(kind), Some(phrases)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            for phrase in phrases.split(',').map(folded) {
                if let Some(first) = phrase.first().cloned() {
                    let known = lexicon.things.entry(first).or_default();
                    known.push((phrase, name, kind_of(kind)));
                }
            }
        }
        for known in lexicon.things.values_mut() {
            known.sort_by_key(|(phrase, ..)| std::cmp::Reverse(phrase.len()));
        }
        for (class, listed) in lines(asking).filter_map(|line| line.split_once(':')) {
            lexicon
                .classes
                .insert(class, folded(listed).into_iter().collect());
        }
        lexicon
    }

    pub(super) fn is(&self, class: &str, word: Option<&Word>) -> bool {
        let class = self.classes.get(class);
        word.is_some_and(|word| class.is_some_and(|class| class.contains(&word.folded)))
    }

    /// The things that some words name, in order.
    pub(super) fn things(&self, words: &[Word]) -> Vec<Thing> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let thing = self.thing_at(words, at);
            at = thing.as_ref().map_or(at + 1, |thing| thing.end);
            found.extend(thing);
        }
        found
    }

    fn thing_at(&self, words: &[Word], first: usize) -> Option<Thing> {
        let rest = words.get(first..)?;
        let known = self.things.get(&rest.first()?.folded)?;
        let fits = |phrase: &[String]| {
            phrase.len() <= rest.len()
                && phrase
                    .iter()
                    .zip(rest)
                    .all(|(own, word)| *own == word.folded)
        };
        let (phrase, name, kind) = known.iter().find(|(phrase, ..)| fits(phrase))?;
        Some(Thing {
            name: (*name).to_owned(),
            kind: *kind,
            first,
            end: first + phrase.len(),
        })
    }

    /// The name under which a thing is known here: `order_id` is `order number`.
    pub(super) fn name_of(&self, name: &str) -> String {
        let words = words(&name.replace(['_', '-'], " "));
        match self.thing_at(&words, 0) {
            Some(thing) if thing.end == words.len() => thing.name,
            _ => joined(&words),
        }
    }

    /// What a sentence asks for, also by more names; empty where it asks for nothing that has one.
    pub(super) fn asked_for(&self, sentence: &str, more: &[Vec<String>]) -> Vec<Thing> {
        let words = words(sentence);
        let is_question = sentence.contains(['?', '؟', '？']);
        if words.iter().any(|word| self.is("others", Some(word))) {
            return Vec::new();
        }
        let mut found: Vec<Thing> = Vec::new();
        let named = self.things(&words);
        let called = more.iter().filter_map(|name| called(&words, name));
        let generic = generic(&words, is_question);
        for thing in named.into_iter().chain(called).chain(generic) {
            let again = found
                .iter()
                .any(|other| other.first < thing.end && thing.first < other.end);
            if !again && self.asks(&words, &thing, found.last(), is_question) {
                found.push(thing);
            }
        }
        found
    }

    fn asks(
        &self,
        words: &[Word],
        thing: &Thing,
        before: Option<&Thing>,
        is_question: bool,
    ) -> bool {
        let word = |back: usize| thing.first.checked_sub(back).and_then(|at| words.get(at));
        let skipped = (1..=2)
            .take_while(|back| self.is("between", word(*back)))
            .count();
        let (owner, place) = (word(skipped + 1), word(skipped + 2));
        let listed = before.is_some_and(|before| {
            (before.end..thing.first).all(|at| {
                let joins = ["and", "or", "und", "oder", "y", "o", "et", "ou", "e", "en"];
                let word = words.get(at);
                self.is("owners", word)
                    || word.is_some_and(|word| joins.contains(&word.folded.as_str()))
            })
        });
        let is_owned = (self.is("owners", owner) && !self.is("places", place)) || listed;
        let lead = words.get(..thing.first).unwrap_or_default();
        if is_question {
            let bare = thing.first == 0 || self.is("asks", owner);
            let cue = lead.iter().any(|word| self.is("asks", Some(word)));
            return (is_owned && cue) || bare;
        }
        let gives = lead.iter().rposition(|word| self.is("gives", Some(word)));
        is_owned && gives.is_some_and(|at| is_request(lead, at))
    }
}

/// A thing that is called by some words.
fn called(words: &[Word], name: &[String]) -> Option<Thing> {
    let mut runs = words.windows(name.len().max(1));
    let first = runs.position(|run| run.iter().map(|word| &word.folded).eq(name))?;
    Some(Thing {
        name: name.join(" "),
        kind: Kind::Text,
        first,
        end: first + name.len(),
    })
}

/// A thing of another name: the words behind the last `your` of a question.
fn generic(words: &[Word], is_question: bool) -> Option<Thing> {
    let owner = words.iter().rposition(|word| word.folded == "your")?;
    let rest = words.get(owner + 1..)?;
    let trimmed = rest
        .iter()
        .take_while(|word| {
            ![
                "please", "again", "so", "and", "or", "to", "for", "in", "on", "with", "at",
                "from", "by", "me",
            ]
            .contains(&word.folded.as_str())
        })
        .count();
    (is_question && (1..=MAX_NAME_WORDS).contains(&trimmed)).then(|| Thing {
        name: joined(rest.get(..trimmed).unwrap_or_default()),
        kind: Kind::Text,
        first: owner + 1,
        end: owner + 1 + trimmed,
    })
}

/// Whether a verb asks rather than tells: `please send …`, `I need …`, not `I will send …`.
fn is_request(words: &[Word], verb: usize) -> bool {
    let word = |at: Option<usize>| {
        at.and_then(|at| words.get(at))
            .map_or("", |word| word.folded.as_str())
    };
    let before = word(verb.checked_sub(1));
    let needs = ["need", "brauche", "benotige", "besoin", "necesito", "know"];
    verb == 0
        || needs.contains(&word(Some(verb)))
        || [
            "please", "kindly", "just", "bitte", "favor", "plait", "me", "mir",
        ]
        .contains(&before)
}

fn joined(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.folded.as_str()).collect();
    words.join(" ")
}

fn kind_of(name: &str) -> Kind {
    match name {
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "number" => Kind::Number,
        "name" => Kind::Name,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(sentence: &str) -> Vec<String> {
        let things = LEXICON.asked_for(sentence, &[]);
        things.into_iter().map(|thing| thing.name).collect()
    }

    #[test]
    fn a_question_for_something_is_told() {
        for (sentence, things) in [
            ("What is your order number?", &["order number"][..]),
            ("Could you please tell me your e-mail address?", &["email"]),
            (
                "May I ask for your name and phone number?",
                &["name", "phone"],
            ),
            ("Please provide the order ID.", &["order number"]),
            ("I need your postcode", &["postcode"]),
            ("Order number?", &["order number"]),
            ("Which shoe size do you wear?", &["size"]),
            ("What is your favourite trail?", &["favourite trail"]),
            (
                "Do you have your full tracking code at hand?",
                &["tracking number"],
            ),
            ("Wie lautet Ihre Bestellnummer?", &["order number"]),
            ("¿Me puede indicar su número de pedido?", &["order number"]),
            ("Quel est votre numéro de commande ?", &["order number"]),
        ] {
            assert_eq!(asked(sentence), things, "{sentence}");
        }
    }

    #[test]
    fn what_asks_for_nothing_is_let_through() {
        for sentence in [
            "Shall I send it to your e-mail address?",
            "I will send your order number.",
            "Your order number is on the invoice.",
            "Please keep your order number at hand.",
            "Would you like to get updates by e-mail?",
            "Could you give me a different e-mail address?",
            "Where can I find your order number?",
            "May I use your phone number for that?",
            "Is there anything else?",
            "",
        ] {
            assert_eq!(asked(sentence), Vec::<String>::new(), "{sentence}");
        }
    }

    #[test]
    fn things_are_known_by_one_name() {
        assert_eq!(LEXICON.name_of("order_id"), "order number");
        assert_eq!(LEXICON.name_of("E-Mail"), "email");
        assert_eq!(LEXICON.name_of("Favourite-Trail"), "favourite trail");
    }
}
