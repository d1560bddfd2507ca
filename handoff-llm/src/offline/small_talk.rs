//! Small talk: what visitors say that is no question to the pages.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::words::{is_stop, words};

/// Longer messages are never small talk alone.
const MAX_WORDS: usize = 24;

/// What somebody says who does not ask the pages anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SmallTalk {
    Greeting,
    Yes,
    No,
    Thanks,
    HowAreYou,
    Abilities,
    About,
    Repeat,
    Wrong,
    Goodbye,
}

/// Whether a message asks nothing that pages could answer.
#[cfg(feature = "openai")]
pub(crate) fn is_small_talk(message: &str) -> bool {
    SmallTalk::of(message).is_some()
}

static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("data/small_talk.txt")));

impl SmallTalk {
    /// What a message is, where it is nothing but small talk. Of several kinds the one that asks for more is told:
    /// `hi, are you a bot?` is [`SmallTalk::About`].
    pub(super) fn of(message: &str) -> Option<Self> {
        let words = words(message, MAX_WORDS + 1);
        if words.len() > MAX_WORDS {
            return None;
        }
        let mut found = None;
        let mut needs_about = false;
        let mut has_about = false;
        let mut at = 0;
        while let Some(word) = words.get(at) {
            if let Some((kind, length)) = LEXICON.phrase_at(&words, at) {
                found = found.max(Some(kind));
                has_about |= kind == Self::About;
                at += length;
            } else if is_stop(word) || LEXICON.filler.contains(word.as_str()) {
                at += 1;
            } else if LEXICON.about_words.contains(word.as_str()) {
                needs_about = true;
                at += 1;
            } else {
                return None;
            }
        }
        // `a real person` alone is no question about who is here.
        found.filter(|_| has_about || !needs_about)
    }

    fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "greeting" => Self::Greeting,
            "how_are_you" => Self::HowAreYou,
            "thanks" => Self::Thanks,
            "goodbye" => Self::Goodbye,
            "about" => Self::About,
            "abilities" => Self::Abilities,
            "wrong" => Self::Wrong,
            "repeat" => Self::Repeat,
            "yes" => Self::Yes,
            "no" => Self::No,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Lexicon {
    /// Phrases by their first word: all words, and the kind; the longest first.
    phrases: HashMap<String, Vec<(Vec<String>, SmallTalk)>>,
    filler: HashSet<String>,
    /// What somebody may be asked to be.
    about_words: HashSet<String>,
}

impl Lexicon {
    fn read(file: &str) -> Self {
        let mut lexicon = Self::default();
        for (name, phrases) in file
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(':'))
        {
            for phrase in phrases.split(',').map(|phrase| words(phrase, MAX_WORDS)) {
                match (SmallTalk::by_name(name), phrase.first()) {
                    (Some(kind), Some(first)) => lexicon
                        .phrases
                        .entry(first.clone())
                        .or_default()
                        .push((phrase, kind)),
                    (None, Some(_)) if name == "about_word" => lexicon.about_words.extend(phrase),
                    (None, Some(_)) => lexicon.filler.extend(phrase),
                    (_, None) => {}
                }
            }
        }
        lexicon
            .phrases
            .values_mut()
            .for_each(|known| known.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len())));
        lexicon
    }

    fn phrase_at(&self, words: &[String], at: usize) -> Option<(SmallTalk, usize)> {
        let rest = words.get(at..)?;
        let known = self.phrases.get(rest.first()?)?;
        known
            .iter()
            .find(|(phrase, _)| rest.starts_with(phrase))
            .map(|(phrase, kind)| (*kind, phrase.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::SmallTalk::{
        self, Abilities, About, Goodbye, Greeting, HowAreYou, No, Repeat, Thanks, Wrong, Yes,
    };

    #[test]
    fn small_talk_is_told_apart() {
        for (message, kind) in [
            ("Hi there!", Greeting),
            ("good morning", Greeting),
            ("hey, how are you?", HowAreYou),
            ("thanks so much ai", Thanks),
            ("Great, thank you very much for your help!", Thanks),
            ("ok thanks, bye", Goodbye),
            ("that's all, thanks", Goodbye),
            ("are you a real person?", About),
            ("hi, am I talking to a bot", About),
            ("what's your name", About),
            ("what can you do?", Abilities),
            ("can you help me please", Abilities),
            ("no, that's not what I asked", Wrong),
            ("sorry, can you repeat that", Repeat),
            ("yes please", Yes),
            ("no thank you", No),
        ] {
            assert_eq!(SmallTalk::of(message), Some(kind), "{message}");
        }
    }

    #[test]
    fn a_question_with_a_greeting_is_a_question() {
        for message in [
            "hi, how long does delivery take?",
            "thanks, and the refund?",
            "yes but where is my order",
            "are you open on sunday?",
            "can you help me cancel my order",
            "",
            "?",
            "can you",
        ] {
            assert_eq!(SmallTalk::of(message), None, "{message}");
        }
        assert_eq!(SmallTalk::of(&"hi ".repeat(500_000)), None);
    }
}
