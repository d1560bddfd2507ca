//! Turning words about a visitor into words to the visitor: `their parcel` becomes `your parcel`.

/// Turns words about the visitor into words to the visitor, where that is certain enough; other words stay.
pub(super) fn to_visitor(text: &str) -> String {
    let text = ["the customer's", "the visitor's", "the client's"]
        .iter()
        .fold(text.to_owned(), |text, of| text.replace(of, "your"));
    let words: Vec<&str> = text.split(' ').collect();
    let mut turned: Vec<String> = Vec::with_capacity(words.len());
    let mut agree = false;
    for (at, word) in words.iter().enumerate() {
        let previous = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .copied()
            .unwrap_or_default();
        let next = words.get(at + 1).copied().unwrap_or_default();
        let (core, tail) = word.split_at(word.trim_end_matches(['.', ',', '!', '?', ')']).len());
        let lower = core.to_lowercase();
        let instead = if agree {
            agreeing(&lower)
        } else {
            instead_of(&lower, previous, next, at == 0)
        };
        agree = matches!(lower.as_str(), "he" | "she") && instead.is_some();
        turned.push(format!("{}{tail}", instead.as_deref().unwrap_or(core)));
    }
    turned.join(" ")
}

fn instead_of(word: &str, previous: &str, next: &str, first: bool) -> Option<String> {
    let previous = previous.to_lowercase();
    let begins = first
        || [
            "that", "if", "when", "once", "because", "whether", "what", "as", "before", "after",
            "until",
        ]
        .contains(&previous.as_str());
    let given = [
        "to", "for", "with", "refund", "refunded", "call", "email", "contact", "owe", "thank",
        "offer", "charge", "charged", "phone", "ring",
    ]
    .contains(&previous.as_str())
        || ["a", "an", "the", "their", "our", "new", "another", "one"]
            .contains(&next.to_lowercase().as_str());
    let instead = match word {
        "her" if next.is_empty() || given && !next.chars().all(char::is_alphabetic) => "you",
        "their" | "his" | "her" => "your",
        "theirs" | "hers" => "yours",
        "they're" | "they’re" if begins => "you're",
        "they'll" | "they’ll" | "he'll" | "she'll" if begins => "you'll",
        "they've" | "they’ve" if begins => "you've",
        "they" if begins => "you",
        "he" | "she" | "him" => "you",
        "he's" | "she's" | "he’s" | "she’s" => "you're",
        "themselves" | "himself" | "herself" => "yourself",
        "them" if given => "you",
        _ => return None,
    };
    Some(instead.to_owned())
}

/// The verb after `you` that stood after `he` or `she`.
fn agreeing(verb: &str) -> Option<String> {
    let known = [
        ("is", "are"),
        ("was", "were"),
        ("has", "have"),
        ("does", "do"),
        ("doesn't", "don't"),
        ("isn't", "aren't"),
        ("hasn't", "haven't"),
        ("wasn't", "weren't"),
    ];
    if let Some((_, plural)) = known.iter().find(|(single, _)| *single == verb) {
        return Some((*plural).to_owned());
    }
    let stem = verb.strip_suffix('s')?;
    if stem.len() < 3 || stem.ends_with(['s', 'u', 'i', '\'']) {
        return None;
    }
    Some(match stem.strip_suffix("ie") {
        Some(start) => format!("{start}y"),
        None if ["she", "che", "xe", "oe", "sse"]
            .iter()
            .any(|end| stem.ends_with(end)) =>
        {
            stem.trim_end_matches('e').to_owned()
        }
        None => stem.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::to_visitor;

    #[test]
    fn words_about_a_visitor_become_words_to_the_visitor() {
        for (about, to) in [
            (
                "their parcel is at her neighbour's",
                "your parcel is at your neighbour's",
            ),
            ("she gets it when she pays", "you get it when you pay"),
            (
                "if they agree, we send them a label",
                "if you agree, we send you a label",
            ),
            (
                "the shoes are here and they leave today, we pack them now",
                "the shoes are here and they leave today, we pack them now",
            ),
            ("he tries it", "you try it"),
            ("we will call them.", "we will call you."),
        ] {
            assert_eq!(to_visitor(about), to, "{about}");
        }
    }
}
