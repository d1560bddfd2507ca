//! Reading a page: Markdown in, title and sections of plain text out.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::error::PageProblem;
use super::page::{Block, BlockKind};
use crate::words::clean;

/// A page as it is written, before it gets its address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) title: String,
    pub(super) sections: Vec<(Option<String>, Vec<Block>)>,
}

/// Reads a page.
pub(super) fn read(source: &str) -> Result<Written, PageProblem> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(source.trim_start_matches('\u{feff}'), options) {
        reader.take(event);
    }
    let title = reader.title.ok_or(PageProblem::NoTitle)?;
    let sections: Vec<_> = reader
        .sections
        .into_iter()
        .filter(|(_, blocks)| !blocks.is_empty())
        .collect();
    if sections.is_empty() {
        Err(PageProblem::Empty)
    } else {
        Ok(Written { title, sections })
    }
}

#[derive(Default)]
struct Reader {
    title: Option<String>,
    sections: Vec<(Option<String>, Vec<Block>)>,
    /// The running text of the innermost block.
    inline: String,
    /// Open lists: the number of the next item where they are numbered.
    lists: Vec<Option<u64>>,
    /// The bullet or number of the item that has no line yet.
    marker: String,
    /// Lines of the outermost open list or table.
    lines: Vec<String>,
    heads: Vec<String>,
    cells: Vec<String>,
    link: Option<(usize, String)>,
    /// Inside something that is not text: an image, front matter.
    muted: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) if self.muted == 0 => self.inline.push_str(&text),
            Event::SoftBreak if self.muted == 0 => self.inline.push(' '),
            Event::HardBreak if self.muted == 0 => self.inline.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Image { .. } | Tag::MetadataBlock(_) | Tag::HtmlBlock => self.muted += 1,
            Tag::Link { dest_url, .. } => self.link = Some((self.inline.len(), dest(&dest_url))),
            Tag::List(first) => {
                self.end_item_text();
                self.lists.push(first);
            }
            Tag::Item => self.start_item(),
            Tag::Table(_) => self.heads.clear(),
            Tag::Paragraph if !self.inline.is_empty() => self.inline.push(' '),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Image | TagEnd::MetadataBlock(_) | TagEnd::HtmlBlock => {
                self.muted = self.muted.saturating_sub(1);
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::Item => self.end_item_text(),
            TagEnd::List(_) => self.end_list(),
            TagEnd::Paragraph | TagEnd::CodeBlock if self.lists.is_empty() => {
                let text = std::mem::take(&mut self.inline);
                self.block(BlockKind::Paragraph, &text);
            }
            TagEnd::TableCell => self.cells.push(clean(&std::mem::take(&mut self.inline))),
            TagEnd::TableHead => self.heads = std::mem::take(&mut self.cells),
            TagEnd::TableRow => self.end_row(),
            TagEnd::Table => self.end_lines(),
            _ => {}
        }
    }

    fn block(&mut self, kind: BlockKind, text: &str) {
        let text = clean(text);
        if text.is_empty() {
            return;
        }
        if self.sections.is_empty() {
            self.sections.push((None, Vec::new()));
        }
        if let Some((_, blocks)) = self.sections.last_mut() {
            blocks.push(Block { kind, text });
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let text = clean(&std::mem::take(&mut self.inline)).replace('\n', " ");
        match level {
            _ if text.is_empty() => {}
            HeadingLevel::H1 if self.title.is_none() => self.title = Some(text),
            HeadingLevel::H1 | HeadingLevel::H2 => self.sections.push((Some(text), Vec::new())),
            _ => self.block(
                BlockKind::Label,
                &format!("{}:", text.trim_end_matches(':')),
            ),
        }
    }

    fn start_item(&mut self) {
        self.end_item_text();
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        self.marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{indent}{}. ", number.saturating_sub(1))
            }
            _ => format!("{indent}- "),
        };
    }

    fn end_item_text(&mut self) {
        if self.lists.is_empty() {
            return;
        }
        let text = clean(&std::mem::take(&mut self.inline)).replace('\n', " ");
        if !text.is_empty() {
            self.lines
                .push(format!("{}{text}", std::mem::take(&mut self.marker)));
        }
    }

    fn end_list(&mut self) {
        self.end_item_text();
        self.lists.pop();
        if self.lists.is_empty() {
            self.end_lines();
        }
    }

    /// A row becomes a line that can be read without its table: `- Express: time next day, price €9`.
    fn end_row(&mut self) {
        let mut cells = std::mem::take(&mut self.cells).into_iter().zip(&self.heads);
        let Some((first, head)) = cells.next() else {
            return;
        };
        // A number alone says nothing.
        let first = if first.starts_with(|c: char| c.is_ascii_digit()) {
            labelled(head, &first)
        } else {
            first
        };
        let rest: Vec<String> = cells
            .filter(|(cell, _)| !cell.is_empty())
            .map(|(cell, head)| labelled(head, &cell))
            .collect();
        let line = if rest.is_empty() {
            format!("- {first}")
        } else {
            format!("- {first}: {}", rest.join(", "))
        };
        self.lines.push(line);
    }

    fn end_lines(&mut self) {
        let text = std::mem::take(&mut self.lines).join("\n");
        self.block(BlockKind::List, &text);
    }

    fn end_link(&mut self) {
        let Some((from, to)) = self.link.take() else {
            return;
        };
        let shown = self.inline.get(from..).unwrap_or_default();
        if self.muted == 0 && !to.is_empty() && !shown.contains(to.trim_end_matches('/')) {
            self.inline.extend([" (", to.as_ref(), ")"]);
        }
    }
}

/// `price €9`, `UK 4`.
fn labelled(head: &str, cell: &str) -> String {
    let is_short_form = head.chars().all(|c| !c.is_lowercase());
    let head = if is_short_form {
        head.to_owned()
    } else {
        head.to_lowercase()
    };
    format!("{head} {cell}").trim().to_owned()
}

/// What a reader of plain text can use: web and mail addresses; a link inside the pages keeps its words alone.
fn dest(url: &CowStr<'_>) -> String {
    if let Some(address) = url.strip_prefix("mailto:") {
        address.to_owned()
    } else if url.starts_with("https://") || url.starts_with("http://") {
        url.to_string()
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(Option<String>, Vec<String>)> {
        let sections = read(source).unwrap().sections;
        sections
            .into_iter()
            .map(|(heading, blocks)| (heading, blocks.into_iter().map(|b| b.text).collect()))
            .collect()
    }

    #[test]
    fn a_page_becomes_plain_text() {
        let page = "---\nlayout: x\n---\n# The *page*\n\nSee [our shop](https://shop.example/a) or\n[the rules](rules.md) ![x](y.png)<b>now</b>.\n\n## Two `ways`\n\nThese:\n\n- **One**\n  - inner\n- Two, [mail](mailto:a@b.example)\n\n3. first\n4. second\n\n### Small\n\n> quoted\n";
        assert_eq!(read(page).unwrap().title, "The page");
        assert_eq!(
            texts(page),
            [
                (
                    None,
                    vec!["See our shop (https://shop.example/a) or the rules now.".to_owned()]
                ),
                (
                    Some("Two ways".to_owned()),
                    vec![
                        "These:".to_owned(),
                        "- One\n  - inner\n- Two, mail (a@b.example)".to_owned(),
                        "3. first\n4. second".to_owned(),
                        "Small:".to_owned(),
                        "quoted".to_owned(),
                    ]
                ),
            ]
        );
    }

    #[test]
    fn a_table_becomes_lines_that_stand_alone() {
        let page = "# T\n\n| Way | Time | Price |\n|---|---|---|\n| Express | next day | €9 |\n| Slow | | free |\n";
        assert_eq!(
            texts(page)[0].1,
            ["- Express: time next day, price €9\n- Slow: price free"]
        );
    }

    #[test]
    fn a_table_of_numbers_says_what_they_are() {
        let page = "# T\n\n| EU | UK | Foot length |\n|---|---|---|\n| 37 | 4 | 23.5 cm |\n";
        assert_eq!(texts(page)[0].1, ["- EU 37: UK 4, foot length 23.5 cm"]);
    }

    #[test]
    fn a_page_without_title_or_text_says_so() {
        assert_eq!(read("## Two\n\ntext"), Err(PageProblem::NoTitle));
        assert_eq!(
            read("# Title\n\n## Two\n<!-- nothing -->"),
            Err(PageProblem::Empty)
        );
        assert_eq!(read(""), Err(PageProblem::NoTitle));
    }

    #[test]
    fn hostile_markdown_is_read_in_the_end() {
        for nasty in [
            "[".repeat(20_000),
            "> ".repeat(5_000),
            "- ".repeat(5_000),
            "*a_".repeat(20_000),
            "<a ".repeat(9_000),
        ] {
            assert!(read(&format!("# T\n\nword\n\n{nasty}")).is_ok());
        }
    }
}
