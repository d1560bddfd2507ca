//! [`Rules`]: the service's own keywords and regular expressions.

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Regex, RegexBuilder};

use super::words::{READ_LIMIT, Text};
use super::{Detector, Finding, FlagKind, Observed};

/// The most characters of a rule's name.
const NAME_LIMIT: usize = 100;
/// The most keywords of a rule.
const KEYWORDS_LIMIT: usize = 500;
/// The most characters of a keyword.
const KEYWORD_LIMIT: usize = 200;
/// The most characters of a regular expression.
const PATTERN_LIMIT: usize = 1_000;
/// The most bytes that a compiled expression, and its cache, may take.
const COMPILED_LIMIT: usize = 1 << 20;

/// Why a rule cannot be used. The text says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The name is empty or too long.
    #[error("give the rule a name of 1 to {NAME_LIMIT} characters")]
    Name,
    /// No keyword, too many, or one that is empty or too long.
    #[error(
        "give 1 to {KEYWORDS_LIMIT} keywords, each with a letter or digit and at most {KEYWORD_LIMIT} characters"
    )]
    Keywords,
    /// The expression is empty, or matches the empty text and so every message.
    #[error(
        "the expression matches an empty text, so it would flag every message: make it ask for at least one character"
    )]
    MatchesEverything,
    /// The expression is too long, or becomes too large (large repetitions of large classes).
    #[error(
        "the expression is too large: shorten it to {PATTERN_LIMIT} characters, with smaller repetitions"
    )]
    TooLarge,
    /// The expression cannot be read.
    #[error("the expression cannot be read: {0}")]
    Syntax(String),
}

/// A named rule of the service: keywords, or a regular expression.
#[derive(Debug, Clone)]
pub struct Rule {
    name: String,
    matcher: Matcher,
}

#[derive(Debug, Clone)]
enum Matcher {
    Keywords(AhoCorasick),
    Expression(Regex),
}

impl Rule {
    /// A rule that is raised by any of `keywords`: whole words (or phrases), in whatever case and with or without
    /// accents. In scripts without spaces a keyword is found inside the text.
    ///
    /// # Errors
    ///
    /// [`RuleError::Name`] and [`RuleError::Keywords`].
    pub fn keywords<K: AsRef<str>>(name: &str, keywords: &[K]) -> Result<Self, RuleError> {
        let name = checked_name(name)?;
        let folded: Vec<String> = keywords
            .iter()
            .map(|keyword| folded_keyword(keyword.as_ref()))
            .collect();
        let too_long = keywords
            .iter()
            .any(|keyword| keyword.as_ref().chars().count() > KEYWORD_LIMIT);
        if folded.is_empty()
            || folded.len() > KEYWORDS_LIMIT
            || too_long
            || folded.iter().any(String::is_empty)
        {
            return Err(RuleError::Keywords);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&folded)
            .map_err(|_| RuleError::Keywords)?;
        Ok(Self {
            name,
            matcher: Matcher::Keywords(automaton),
        })
    }

    /// A rule that is raised by a regular expression, in whatever case. It is matched in time linear in the text: look
    /// around and back references are not part of the syntax.
    ///
    /// # Errors
    ///
    /// [`RuleError::Name`], [`RuleError::Syntax`], [`RuleError::TooLarge`] and [`RuleError::MatchesEverything`].
    pub fn expression(name: &str, expression: &str) -> Result<Self, RuleError> {
        let name = checked_name(name)?;
        if expression.chars().count() > PATTERN_LIMIT {
            return Err(RuleError::TooLarge);
        }
        let regex = RegexBuilder::new(expression)
            .case_insensitive(true)
            .size_limit(COMPILED_LIMIT)
            .dfa_size_limit(COMPILED_LIMIT)
            .nest_limit(50)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => RuleError::TooLarge,
                error => RuleError::Syntax(error.to_string()),
            })?;
        if regex.is_match("") {
            return Err(RuleError::MatchesEverything);
        }
        Ok(Self {
            name,
            matcher: Matcher::Expression(regex),
        })
    }

    /// The name that its flags carry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The words that raise the rule, as they were written.
    fn quote<'t>(&self, original: &'t str, text: &Text<'t>) -> Option<&'t str> {
        match &self.matcher {
            Matcher::Keywords(automaton) => automaton
                .find_overlapping_iter(text.folded())
                .find_map(|found| text.whole_words(found.range())),
            Matcher::Expression(regex) => {
                let limit = original
                    .char_indices()
                    .nth(READ_LIMIT)
                    .map_or(original.len(), |(at, _)| at);
                let found = regex.find(original.get(..limit)?)?;
                // An anchor or a word boundary alone is no reason: a reason is something that was written.
                (!found.is_empty()).then_some(found.as_str())
            }
        }
    }
}

/// Raises [`FlagKind::Rule`] for every rule of the service that a visitor's message meets, in the order of the rules.
///
/// Only the first 4,000 characters of a message are looked at. The comment of a rating is a message, too.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    /// A detector of these rules.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }
}

impl Detector for Rules {
    fn name(&self) -> &'static str {
        "rules"
    }

    fn detect(&self, observed: Observed<'_>) -> Vec<Finding> {
        let (Observed::VisitorMessage { text: original }
        | Observed::ConversationRated {
            comment: original, ..
        }) = observed
        else {
            return Vec::new();
        };
        if self.rules.is_empty() {
            return Vec::new();
        }
        let text = Text::read(original);
        let findings = self.rules.iter().filter_map(|rule| {
            let quote = rule.quote(original, &text)?;
            Some(Finding {
                kind: FlagKind::Rule(rule.name.clone()),
                reason: format!("The message meets the rule “{}”.", rule.name),
                quote: quote.to_owned(),
            })
        });
        findings.collect()
    }
}

fn checked_name(name: &str) -> Result<String, RuleError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LIMIT {
        return Err(RuleError::Name);
    }
    Ok(name.to_owned())
}

fn folded_keyword(keyword: &str) -> String {
    Text::read(keyword).folded().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotes(rule: Rule, text: &str) -> Vec<String> {
        let findings = Rules::new(vec![rule]).detect(Observed::VisitorMessage { text });
        findings.into_iter().map(|finding| finding.quote).collect()
    }

    fn keyword(keywords: &[&str], text: &str) -> Vec<String> {
        quotes(Rule::keywords("k", keywords).unwrap(), text)
    }

    #[test]
    fn keywords_are_whole_words_without_case_and_accents() {
        assert_eq!(keyword(&["refund"], "A REFUND, please"), ["REFUND"]);
        assert_eq!(keyword(&["refund"], "It is refundable"), [""; 0]);
        assert_eq!(
            keyword(&["enterprise price"], "the Enterprise  price?"),
            ["Enterprise  price"]
        );
        assert_eq!(
            keyword(&["réclamation"], "une RECLAMATION"),
            ["RECLAMATION"]
        );
        assert_eq!(keyword(&["退款"], "我要退款了"), ["退款"]);
        assert_eq!(keyword(&["환불"], "환불해 주세요"), ["환불해"]);
        assert_eq!(
            keyword(&["art", "smart start"], "a smart start"),
            ["smart start"]
        );
    }

    #[test]
    fn expressions_match_without_case() {
        let rule = Rule::expression("order", r"order\s+#?\d{4,}").unwrap();
        assert_eq!(quotes(rule, "My ORDER #12345 is lost"), ["ORDER #12345"]);
        assert!(
            quotes(
                Rule::expression("end", r"x|$")
                    .unwrap_or_else(|_| Rule::expression("x", "x").unwrap()),
                "a"
            )
            .is_empty()
        );
    }

    #[test]
    fn bad_rules_say_what_is_wrong() {
        assert_eq!(Rule::keywords(" ", &["a"]).unwrap_err(), RuleError::Name);
        assert_eq!(
            Rule::keywords::<&str>("a", &[]).unwrap_err(),
            RuleError::Keywords
        );
        assert_eq!(
            Rule::keywords("a", &["--"]).unwrap_err(),
            RuleError::Keywords
        );
        assert_eq!(
            Rule::expression("a", "a*").unwrap_err(),
            RuleError::MatchesEverything
        );
        assert_eq!(
            Rule::expression("a", r"(\w{500}){500}").unwrap_err(),
            RuleError::TooLarge
        );
        assert!(matches!(
            Rule::expression("a", "(").unwrap_err(),
            RuleError::Syntax(_)
        ));
        assert!(matches!(
            Rule::expression("a", r"(a)\1").unwrap_err(),
            RuleError::Syntax(_)
        ));
    }

    #[test]
    fn every_rule_that_is_met_is_named() {
        let rules = Rules::new(vec![
            Rule::keywords("money", &["refund"]).unwrap(),
            Rule::keywords("law", &["lawyer"]).unwrap(),
            Rule::expression("caps", "re.und").unwrap(),
        ]);
        let findings = rules.detect(Observed::VisitorMessage { text: "refund now" });
        let kinds: Vec<FlagKind> = findings.into_iter().map(|finding| finding.kind).collect();
        assert_eq!(
            kinds,
            [
                FlagKind::Rule("money".to_owned()),
                FlagKind::Rule("caps".to_owned())
            ]
        );
        assert!(
            rules
                .detect(Observed::AssistantReply { text: "refund" })
                .is_empty()
        );
    }
}
