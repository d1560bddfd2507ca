//! What kind of thing a question asks for, and whether a text has such a thing.

/// What kind of thing a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// A span or a moment.
    Time,
    /// An amount of money.
    Price,
    /// Steps to take.
    Steps,
    /// Anything else.
    Anything,
}

const TIME: &[&[&str]] = &[
    &["how", "long"],
    &["how", "soon"],
    &["how", "fast"],
    &["how", "quickly"],
    &["how", "many", "days"],
    &["how", "many", "weeks"],
    &["when"],
    &["what", "time"],
    &["what", "day"],
    &["which", "day"],
    &["delivery", "time"],
    &["delivery", "times"],
    &["hours"],
    &["whens"],
];
const PRICE: &[&[&str]] = &[
    &["how", "much"],
    &["what", "cost"],
    &["cost"],
    &["costs"],
    &["price"],
    &["prices"],
    &["fee"],
    &["fees"],
    &["free"],
    &["charge"],
];
const STEPS: &[&[&str]] = &[
    &["how", "do"],
    &["how", "can"],
    &["how", "could"],
    &["how", "would"],
    &["how", "should"],
    &["how", "to"],
    &["where", "do"],
    &["where", "can"],
    &["what", "do", "i", "do"],
    &["what", "should", "i"],
];
const TIME_WORDS: &[&str] = &[
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "morning",
    "noon",
    "evening",
    "night",
    "today",
    "tomorrow",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "oclock",
    "immediately",
    "christmas",
    "easter",
];
const MONEY_WORDS: &[&str] = &[
    "free",
    "eur",
    "euro",
    "dollar",
    "usd",
    "gbp",
    "pound",
    "cent",
    "percent",
    "nothing",
    "refundable",
];

impl Asks {
    /// From the folded words of a question.
    pub(crate) fn of(words: &[String]) -> Self {
        let has = |patterns: &[&[&str]]| patterns.iter().any(|pattern| has_run(words, pattern));
        if has(TIME) {
            Self::Time
        } else if has(PRICE) {
            Self::Price
        } else if has(STEPS) {
            Self::Steps
        } else {
            Self::Anything
        }
    }

    /// Whether a text begins a list of steps somewhere.
    pub(crate) fn has_steps(text: &str) -> bool {
        text.lines().any(|line| line.starts_with("1. "))
    }

    /// Whether a text, given with its folded words, has what is asked for. Steps and anything can be anywhere.
    pub(crate) fn is_met_by(self, text: &str, words: &[String]) -> bool {
        match self {
            Self::Time => {
                words.iter().any(|word| is_one_of(word, TIME_WORDS)) || has_clock_time(text)
            }
            Self::Price => {
                text.contains(['€', '$', '£', '¥', '%'])
                    || words.iter().any(|word| is_one_of(word, MONEY_WORDS))
            }
            Self::Steps | Self::Anything => true,
        }
    }
}

fn has_run(words: &[String], pattern: &[&str]) -> bool {
    words
        .windows(pattern.len())
        .any(|run| run.iter().zip(pattern).all(|(word, wanted)| word == wanted))
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.iter()
        .any(|known| word == *known || word.strip_suffix('s') == Some(known))
}

fn has_clock_time(text: &str) -> bool {
    text.as_bytes().windows(4).any(|run| {
        matches!(run, [hour, b':', ten, one] if hour.is_ascii_digit() && ten.is_ascii_digit() && one.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn the_kind_of_a_question_is_seen() {
        for (question, asks) in [
            ("and how long does that take?", Asks::Time),
            ("When will it arrive?", Asks::Time),
            ("how much is delivery", Asks::Price),
            ("is delivery free?", Asks::Price),
            ("How do I return a coat?", Asks::Steps),
            ("do you ship to Norway", Asks::Anything),
        ] {
            assert_eq!(Asks::of(&words(question, 99)), asks, "{question}");
        }
    }

    #[test]
    fn times_and_prices_are_seen_in_a_text() {
        let met = |asks: Asks, text: &str| asks.is_met_by(text, &words(text, 99));
        assert!(
            met(Asks::Time, "It leaves on Monday.")
                && met(Asks::Time, "at 9:30")
                && met(Asks::Time, "3 days")
        );
        assert!(!met(Asks::Time, "I am looking into your refund."));
        assert!(met(Asks::Price, "It costs €4.90.") && met(Asks::Price, "Delivery is free."));
        assert!(!met(Asks::Price, "Delivery is by van."));
    }
}
