//! What an agent wants the visitor to be told.
//!
//! An instruction is written for the assistant and may hold what no visitor should read. So only what is phrased as
//! something to pass on (`tell them …`, `offer …`, `ask for …`) reaches the visitor, turned into words to the visitor;
//! anything else stays unsaid, and so does a part that says itself that it is not for them.

use crate::words::{clean, sentences};

/// Longer things are not passed on.
const MAX_CHARS: usize = 600;

/// Something to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    /// A sentence to the visitor.
    pub(super) text: String,
    /// What it asks the visitor for: no need where it is known already.
    pub(super) asks_for: Option<String>,
}

impl Telling {
    fn of(text: &str) -> Self {
        Self {
            text: as_sentence(text),
            asks_for: None,
        }
    }
}

/// What an instruction wants the visitor to be told, in order.
pub(super) fn tellings(instruction: &str) -> Vec<Telling> {
    let text = clean(instruction);
    sentences(&text)
        .into_iter()
        .flat_map(|sentence| sentence.split(';').map(str::to_owned).collect::<Vec<_>>())
        .flat_map(|sentence| clauses(&sentence))
        .filter_map(|clause| telling(&clause))
        .filter(|telling| telling.text.chars().count() <= MAX_CHARS && !is_internal(&telling.text))
        .collect()
}

const VERBS: &[&str] = &[
    "tell",
    "inform",
    "remind",
    "assure",
    "notify",
    "let",
    "say",
    "mention",
    "explain",
    "confirm",
    "reply",
    "answer",
    "offer",
    "give",
    "propose",
    "apologise",
    "apologize",
    "thank",
    "ask",
    "recommend",
    "suggest",
    "wish",
];
const NEGATIVES: &[&str] = &[
    "don't", "dont", "don’t", "never", "not", "avoid", "without", "keep", "do",
];

/// Cuts a sentence where a new request begins: `tell them …, and offer …, but don't …`.
fn clauses(sentence: &str) -> Vec<String> {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let mut clauses: Vec<Vec<&str>> = vec![Vec::new()];
    for (at, word) in words.iter().enumerate() {
        let previous = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .copied()
            .unwrap_or_default();
        let joined = ["and", "then", "also", "but", "please"].contains(&bare(previous).as_str())
            || previous.ends_with(',');
        let begins = VERBS.contains(&bare(word).as_str())
            || (bare(previous) == "but" && NEGATIVES.contains(&bare(word).as_str()));
        if at > 0 && joined && begins {
            clauses.push(Vec::new());
        }
        if let Some(clause) = clauses.last_mut() {
            clause.push(word);
        }
    }
    clauses.into_iter().map(|clause| trimmed(&clause)).collect()
}

/// Without the words that only join it to its neighbours.
fn trimmed(clause: &[&str]) -> String {
    let joins = |word: &&&str| {
        ["and", "then", "also", "but", "please", "now", "just", "so"].contains(&bare(word).as_str())
    };
    let skipped = clause.iter().take_while(joins).count();
    let mut rest: Vec<&str> = clause.iter().skip(skipped).copied().collect();
    while rest.last().is_some_and(|word| joins(&word)) {
        rest.pop();
    }
    rest.join(" ").trim_end_matches(',').to_owned()
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .to_lowercase()
}

fn telling(clause: &str) -> Option<Telling> {
    let clause = [
        "you can ",
        "you may ",
        "you could ",
        "you should ",
        "feel free to ",
    ]
    .iter()
    .find_map(|start| strip(clause, start))
    .unwrap_or(clause);
    let (verb, rest) = clause
        .split_once(char::is_whitespace)
        .unwrap_or((clause, ""));
    match bare(verb).as_str() {
        "tell" | "inform" | "remind" | "assure" | "notify" => statement(without_addressee(rest)),
        "let" => strip(without_addressee(rest), "know ").and_then(statement),
        "say" | "mention" | "explain" | "confirm" | "reply" | "answer" => {
            statement(strip(rest, "to ").map_or(rest, without_addressee))
        }
        "offer" | "give" | "propose" => thing(without_addressee(rest))
            .map(|thing| Telling::of(&format!("I can offer you {thing}"))),
        "recommend" | "suggest" => {
            thing(rest).map(|thing| Telling::of(&format!("I can recommend {thing}")))
        }
        "apologise" | "apologize" => Some(Telling::of(&match strip(
            without_addressee(strip(rest, "to ").unwrap_or(rest)),
            "for ",
        )
        .and_then(thing)
        {
            Some(thing) => format!("I'm sorry for {thing}"),
            None => "I'm sorry for the trouble".to_owned(),
        })),
        "thank" => Some(Telling::of(
            &match strip(without_addressee(rest), "for ").and_then(thing) {
                Some(thing) => format!("Thank you for {thing}"),
                None => "Thank you".to_owned(),
            },
        )),
        "wish" => {
            thing(without_addressee(rest)).map(|thing| Telling::of(&format!("I wish you {thing}")))
        }
        "ask" => request(without_addressee(rest)),
        _ => None,
    }
}

/// `that the parcel leaves on Monday`, `to restart it`, `“It is ready”`.
fn statement(rest: &str) -> Option<Telling> {
    let rest = rest.trim_start_matches([':', ',', ' ']);
    if let Some(step) = strip(rest, "to ") {
        return Some(Telling::of(&format!("Please {}", thing(step)?)));
    }
    // What it is about is not what to say.
    if strip(rest, "about ").is_some() {
        return None;
    }
    thing(strip(rest, "that ").unwrap_or(rest)).map(|text| Telling::of(&text))
}

/// `for their order number`, `whether it rattles`, `to send a photo`.
fn request(rest: &str) -> Option<Telling> {
    if let Some(step) = strip(rest, "to ") {
        return Some(Telling {
            text: format!("Could you please {}?", unended(&thing(step)?)),
            asks_for: None,
        });
    }
    let wanted = strip(rest, "for ")
        .or_else(|| strip(rest, "about "))
        .unwrap_or(rest);
    let wanted = unended(&thing(wanted)?).to_owned();
    Some(Telling {
        text: format!("Could you tell me {wanted}?"),
        asks_for: Some(wanted),
    })
}

fn unended(text: &str) -> &str {
    text.trim_end_matches(['.', '!', '?', ' '])
}

/// The words, turned to the visitor; none where nothing is left.
fn thing(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '“', '”', '«', '»']).trim();
    text.chars()
        .any(char::is_alphanumeric)
        .then(|| super::addressed::to_visitor(text))
}

const ADDRESSEES: &[&str] = &[
    "them ",
    "him ",
    "her ",
    "the visitor ",
    "the customer ",
    "the client ",
    "the user ",
    "this visitor ",
    "this customer ",
    "visitor ",
    "customer ",
    "our customer ",
    "our visitor ",
    "the lady ",
    "the gentleman ",
    "everyone ",
];

fn without_addressee(rest: &str) -> &str {
    // `tell her order is ready` means her, `tell them` alone means them: a verb decides, and it is left to the agent.
    let rest = rest.trim_start();
    ADDRESSEES
        .iter()
        .find_map(|name| {
            strip(rest, name).or_else(|| (rest.to_lowercase() == name.trim_end()).then_some(""))
        })
        .unwrap_or(rest)
}

fn strip<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let head = text.get(..start.len())?;
    head.eq_ignore_ascii_case(start)
        .then(|| text.get(start.len()..))
        .flatten()
}

/// What says itself that it is not for the visitor.
fn is_internal(text: &str) -> bool {
    const MARKS: &[&str] = &[
        "internal",
        "confidential",
        "secret",
        "between us",
        "don't tell",
        "do not tell",
        "don't mention",
        "do not mention",
        "don't say",
        "do not say",
        "not to mention",
        "off the record",
        "for your information",
        "fyi",
        "the visitor must not",
        "they must not know",
        "without telling",
        "you must not know",
    ];
    let text = text.to_lowercase().replace('’', "'");
    MARKS.iter().any(|mark| text.contains(mark))
}

fn as_sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().chain(chars).collect();
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(instruction: &str) -> Vec<String> {
        tellings(instruction)
            .into_iter()
            .map(|telling| telling.text)
            .collect()
    }

    #[test]
    fn what_is_to_be_told_is_said_to_the_visitor() {
        for (instruction, said) in [
            (
                "tell them that their parcel leaves on Monday",
                "Your parcel leaves on Monday.",
            ),
            (
                "Tell the customer the refund is on its way.",
                "The refund is on its way.",
            ),
            (
                "please let them know we are closed on Friday",
                "We are closed on Friday.",
            ),
            ("say: “It is ready.”", "It is ready."),
            ("offer free shipping", "I can offer you free shipping."),
            (
                "you can offer them a voucher of €10",
                "I can offer you a voucher of €10.",
            ),
            (
                "tell him he has two weeks to decide",
                "You have two weeks to decide.",
            ),
            ("tell them to restart the lamp", "Please restart the lamp."),
            ("apologise for the delay", "I'm sorry for the delay."),
            (
                "ask them for their order number",
                "Could you tell me your order number?",
            ),
            ("Ask her to send a photo.", "Could you please send a photo?"),
        ] {
            assert_eq!(told(instruction), [said], "{instruction}");
        }
        assert_eq!(
            told(
                "Tell them it ships today, and offer free shipping, but don't mention the fire in the warehouse"
            ),
            ["It ships today.", "I can offer you free shipping."]
        );
    }

    #[test]
    fn what_is_not_to_be_told_stays_unsaid() {
        for instruction in [
            "this customer is difficult, be careful",
            "don't offer a refund",
            "Do not tell them about the recall.",
            "never mention the price",
            "focus on returns",
            "they are a reseller, so no discounts",
            "tell them about the internal review",
            "tell them it is fine (internal: it is not)",
            "offer",
            "",
        ] {
            assert_eq!(told(instruction), Vec::<String>::new(), "{instruction}");
        }
    }
}
