//! [`Phrases`]: what the offline assistant says in its own words.

/// What the offline assistant says in its own words, so that a host can change or translate it. Words in braces are
/// filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Phrases {
    /// To a greeting.
    pub greeting: String,
    /// To a greeting of a visitor whose `{name}` is known.
    pub greeting_by_name: String,
    /// To "how are you?".
    pub how_are_you: String,
    /// To thanks.
    pub thanks: String,
    /// To a goodbye.
    pub goodbye: String,
    /// To "are you a bot?" and its like.
    pub about: String,
    /// To "what can you do?"; `{topics}` are titles of pages.
    pub abilities: String,
    /// To a "no" or "ok" that nothing follows from.
    pub acknowledged: String,
    /// To words without a subject.
    pub unclear: String,
    /// The help pages have no answer.
    pub unknown: String,
    /// They have an answer to a part; `{question}` is the part that they have none to.
    pub partly_unknown: String,
    /// To "that is wrong" and its like.
    pub dissatisfied: String,
    /// Behind the three above, where a person can be brought in. A "yes" to it brings one.
    pub offer: String,
    /// A person is asked for where none can be brought in.
    pub no_person: String,
    /// An agent, whose `{name}` is known, said `{words}`.
    pub agent_said: String,
    /// An agent whose name is not known said `{words}`.
    pub somebody_said: String,
    /// What is known of the visitor: `{thing}` and `{value}`.
    pub known: String,
    /// The floor came back and nothing is open.
    pub back: String,
}

impl Default for Phrases {
    fn default() -> Self {
        let own = str::to_owned;
        Self {
            greeting: own("Hello! What can I help you with?"),
            greeting_by_name: own("Hello {name}! What can I help you with?"),
            how_are_you: own("I'm fine, thank you for asking! What can I help you with?"),
            thanks: own("You're welcome! Is there anything else?"),
            goodbye: own("Thank you for stopping by. Goodbye!"),
            about: own("I'm the automated assistant of this site. I answer from the help pages."),
            abilities: own(
                "I can answer questions from the help pages, about these for example:\n\n{topics}",
            ),
            acknowledged: own("All right. Just ask whenever there is something I can help with."),
            unclear: own("Could you tell me a little more about what you would like to know?"),
            unknown: own(
                "I don't know that, I'm sorry: I found nothing about it in the help pages.",
            ),
            partly_unknown: own(
                "About “{question}” I don't know, I'm sorry: I found nothing in the help pages.",
            ),
            dissatisfied: own(
                "I'm sorry that this was not what you needed. You could ask it in other words.",
            ),
            offer: own("Would you like me to bring in a person from the team?"),
            no_person: own(
                "I'm sorry, nobody from the team can join this chat. I'll gladly look up the help pages for you.",
            ),
            agent_said: own("{name} told you: “{words}”"),
            somebody_said: own("The team told you: “{words}”"),
            known: own("I have this as your {thing}: {value}"),
            back: own("I'm here again. What else can I help you with?"),
        }
    }
}

/// Fills in words in braces. What is filled in is never read for braces again.
pub(super) fn fill(phrase: &str, words: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = phrase;
    while let Some(open) = rest.find('{') {
        let (head, tail) = rest.split_at(open);
        out.push_str(head);
        let filled = words.iter().find_map(|(name, value)| {
            Some((
                value,
                tail.strip_prefix('{')?
                    .strip_prefix(name)?
                    .strip_prefix('}')?,
            ))
        });
        if let Some((value, after)) = filled {
            out.push_str(value);
            rest = after;
        } else {
            out.push('{');
            rest = tail.strip_prefix('{').unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        assert_eq!(fill("{a} {b} {c", &[("a", "{b}"), ("b", "x")]), "{b} x {c");
    }
}
