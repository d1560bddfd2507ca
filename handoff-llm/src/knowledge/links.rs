//! Addresses of pages and anchors of headings.

use std::collections::HashMap;

use super::error::KnowledgeError;

/// Where the pages stand: `/help`, `https://shop.example/help`, or nowhere.
#[derive(Debug, Clone)]
pub(super) struct Base(Option<String>);

impl Base {
    pub(super) fn new(base: Option<&str>) -> Result<Self, KnowledgeError> {
        let Some(base) = base else {
            return Ok(Self(None));
        };
        let starts_well = ["/", "https://", "http://"]
            .iter()
            .any(|start| base.starts_with(start));
        let is_plain = !base
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '#' | '?' | '\\'));
        if starts_well && is_plain && !base.starts_with("//") {
            Ok(Self(Some(base.trim_end_matches('/').to_owned())))
        } else {
            Err(KnowledgeError::BadBase {
                base: base.to_owned(),
            })
        }
    }

    /// The address of a page.
    pub(super) fn page(&self, name: &str) -> Option<String> {
        self.0
            .as_ref()
            .map(|base| format!("{base}/{}", percent_encoded(name)))
    }
}

fn percent_encoded(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string never fails.
            let _infallible = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Makes the anchors of one page's headings.
#[derive(Debug, Default)]
pub(super) struct Anchors(HashMap<String, usize>);

impl Anchors {
    /// The anchor of the next heading.
    pub(super) fn next(&mut self, heading: &str) -> String {
        let slug: String = heading
            .chars()
            .filter_map(|c| match c {
                ' ' | '-' => Some('-'),
                '_' => Some('_'),
                c if c.is_alphanumeric() => Some(c),
                _ => None,
            })
            .flat_map(char::to_lowercase)
            .collect();
        let used = self.0.entry(slug.clone()).or_default();
        *used += 1;
        if *used == 1 {
            slug
        } else {
            format!("{slug}-{}", *used - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.next("Refunds & exchanges"), "refunds--exchanges");
        assert_eq!(anchors.next("What's new?"), "whats-new");
        assert_eq!(anchors.next("What's new?"), "whats-new-1");
    }

    #[test]
    fn an_address_is_a_path_or_a_web_address() {
        for bad in [
            "help",
            "javascript:alert(1)",
            "//evil.example",
            "/a b",
            "/a?b",
            "",
        ] {
            assert!(Base::new(Some(bad)).is_err(), "{bad:?}");
        }
        let base = Base::new(Some("/help/")).unwrap();
        assert_eq!(base.page("rücken 1").unwrap(), "/help/r%C3%BCcken%201");
        assert_eq!(Base::new(None).unwrap().page("a"), None);
    }
}
