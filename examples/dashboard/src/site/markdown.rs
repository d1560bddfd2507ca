//! Markdown as HTML that can do no harm: no HTML of the author's, no images, no links but to the web, to mail and to pages
//! beside it.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Renders a page; its second-level headings get these ids, in order.
pub(super) fn render(markdown: &str, anchors: impl IntoIterator<Item = String>) -> String {
    let mut anchors = anchors.into_iter();
    let mut dead_links = 0_usize;
    let events =
        Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(|event| match event {
            Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) => Some(Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                id: anchors.next().map(CowStr::from),
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let address = address(&dest_url);
                dead_links += usize::from(address.is_none());
                address.map(|address| {
                    Event::Start(Tag::Link {
                        link_type,
                        dest_url: address.into(),
                        title,
                        id,
                    })
                })
            }
            // Links do not hold links, so the next end is that of the last start.
            Event::End(TagEnd::Link) if dead_links > 0 => {
                dead_links -= 1;
                None
            }
            event => Some(event),
        });
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

/// Where a link leads; none where it must lead nowhere.
fn address(link: &str) -> Option<String> {
    let scheme = link.split(['/', '?', '#']).next().unwrap_or_default();
    let outside = ["https://", "http://", "mailto:"]
        .iter()
        .any(|start| link.starts_with(start));
    if outside {
        return Some(link.to_owned());
    }
    if scheme.contains(':')
        || link.starts_with("//")
        || link.chars().any(|c| c.is_control() || c == '\\')
    {
        return None;
    }
    // Beside a page stand others, under their names without the ending.
    Some(match link.split_once(".md") {
        Some((name, rest)) if rest.is_empty() || rest.starts_with('#') => format!("{name}{rest}"),
        _ => link.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_authors_runs() {
        let hostile = "# <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n![x](https://evil.example/x.png)\n\n\
            [a](javascript:alert(1)) [b](data:text/html,x) [c](//evil.example) [d](JaVaScRiPt:x) `<b>`\n";
        let page = render(hostile, []);
        for bad in [
            "<script",
            "<img",
            "javascript:",
            "JaVaScRiPt",
            "data:",
            "//evil",
            "<b>",
        ] {
            assert!(!page.contains(bad), "{bad} in {page}");
        }
        assert_eq!(page.matches("<a ").count(), 0, "{page}");
        assert_eq!(page.matches("</a>").count(), 0, "{page}");
    }

    #[test]
    fn headings_have_the_ids_that_sources_name() {
        let page = render(
            "# T\n\n## First one\n\ntext\n\n### x\n\n## Second\n",
            ["first-one".into(), "second".into()],
        );
        assert!(
            page.contains("<h2 id=\"first-one\">First one</h2>"),
            "{page}"
        );
        assert!(page.contains("<h2 id=\"second\">Second</h2>"), "{page}");
    }

    #[test]
    fn links_to_pages_beside_it_lose_their_ending() {
        assert_eq!(address("returns.md#how").as_deref(), Some("returns#how"));
        assert_eq!(address("/help/returns").as_deref(), Some("/help/returns"));
        assert_eq!(
            address("mailto:a@b.example").as_deref(),
            Some("mailto:a@b.example")
        );
    }
}
