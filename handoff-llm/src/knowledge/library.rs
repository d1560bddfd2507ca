//! [`Knowledge`]: all help pages of a service, ready to be searched.

use std::collections::HashSet;
use std::path::Path;

use super::error::{KnowledgeError, PageProblem};
use super::links::{Anchors, Base};
use super::page::{Page, Section};
use super::passage::Passage;
use super::{folder, markdown};
use crate::retrieval::{Confidence, Index, Question, passage};

/// A service has at most so many pages.
pub const MAX_PAGES: usize = 2_000;
/// A page has at most so many bytes.
pub const MAX_PAGE_BYTES: usize = 512 << 10;
/// All pages of a service together have at most so many bytes.
pub const MAX_TOTAL_BYTES: usize = 16 << 20;

/// The help pages of a service, ready to be searched.
///
/// It never changes: after the pages changed, build a new one and put it in the place of the old one, with
/// [`Offline::replace_knowledge`](crate::Offline::replace_knowledge) for one.
#[derive(Debug)]
pub struct Knowledge {
    pages: Vec<Page>,
    index: Index,
}

impl Knowledge {
    /// Reads the `*.md` files of a folder, not those of folders inside it.
    ///
    /// `base` is where the host shows them: with `/help`, the section `## Refunds` of `returns.md` has the address
    /// `/help/returns#refunds`. Without it, pages are cited by their title alone.
    ///
    /// # Errors
    /// [`KnowledgeError`] says which file is wrong and what to do; one bad page refuses the folder, so that a mistake
    /// is seen at the start and not by a visitor.
    pub fn from_folder(
        folder: impl AsRef<Path>,
        base: Option<&str>,
    ) -> Result<Self, KnowledgeError> {
        let base = Base::new(base)?;
        let files = folder::read(folder.as_ref())?;
        Self::build(
            files
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str())),
            &base,
        )
    }

    /// From pages that the host has in another place, as pairs of name and Markdown. The name takes the place of the
    /// file's name without `.md`.
    ///
    /// # Errors
    /// As for [`Knowledge::from_folder`]; no page at all is allowed here, and then every question is a non-answer.
    pub fn from_pages<'a>(
        pages: impl IntoIterator<Item = (&'a str, &'a str)>,
        base: Option<&str>,
    ) -> Result<Self, KnowledgeError> {
        Self::build(pages, &Base::new(base)?)
    }

    fn build<'a>(
        sources: impl IntoIterator<Item = (&'a str, &'a str)>,
        base: &Base,
    ) -> Result<Self, KnowledgeError> {
        let mut pages = Vec::new();
        let mut names = HashSet::new();
        let mut total = 0_usize;
        for (name, text) in sources {
            total = total.saturating_add(text.len());
            if pages.len() == MAX_PAGES {
                return Err(KnowledgeError::TooManyPages);
            } else if total > MAX_TOTAL_BYTES {
                return Err(KnowledgeError::TooLarge);
            }
            let wrong = |problem| KnowledgeError::Page {
                name: name.to_owned(),
                problem,
            };
            if !names.insert(name) {
                return Err(wrong(PageProblem::Twice));
            }
            pages.push(page(name, text, base).map_err(wrong)?);
        }
        Ok(Self {
            index: Index::new(&pages),
            pages,
        })
    }

    /// The pages, in the order in which they were given (a folder's: by name).
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The words that fit a question best, from at most `limit` sections, the best first. A section that only shares words
    /// with the question is among them, and says so.
    ///
    /// ```
    /// # let pages = [("a", "# Delivery\n\n## Prices\n\nDelivery costs €5.")];
    /// # let knowledge = handoff_llm::Knowledge::from_pages(pages, None)?;
    /// let found = knowledge.passages("what does delivery cost", 1);
    /// assert!(found[0].answers && found[0].text == "Delivery costs €5.");
    /// # Ok::<(), handoff_llm::KnowledgeError>(())
    /// ```
    pub fn passages(&self, question: &str, limit: usize) -> Vec<Passage> {
        let question = Question::read(question, self.index.spelling());
        let hits = self.index.search(&question, &[]).into_iter().take(limit);
        hits.filter_map(|hit| {
            let (page, section) = self.section(hit.page, hit.section)?;
            Some(Passage {
                page: page.name.clone(),
                title: page.title.clone(),
                heading: section.heading.clone(),
                url: section.url.clone(),
                text: passage(section, &question),
                answers: Confidence::alone(&hit).enough,
            })
        })
        .collect()
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn section(&self, page: usize, section: usize) -> Option<(&Page, &Section)> {
        let page = self.pages.get(page)?;
        Some((page, page.sections.get(section)?))
    }
}

fn page(name: &str, text: &str, base: &Base) -> Result<Page, PageProblem> {
    if text.len() > MAX_PAGE_BYTES {
        return Err(PageProblem::TooLarge);
    }
    let written = markdown::read(text)?;
    let url = base.page(name);
    let mut anchors = Anchors::default();
    let sections = written
        .sections
        .into_iter()
        .map(|(heading, blocks)| {
            let anchor = heading.as_deref().map(|heading| anchors.next(heading));
            let url = url.as_ref().map(|url| match &anchor {
                Some(anchor) => format!("{url}#{anchor}"),
                None => url.clone(),
            });
            Section {
                heading,
                anchor,
                url,
                blocks,
            }
        })
        .collect();
    Ok(Page {
        name: name.to_owned(),
        title: written.title,
        url,
        sections,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_addresses() {
        let pages = [("returns", "# Returns\n\nIntro.\n\n## Refunds\n\nSoon.")];
        let known = Knowledge::from_pages(pages, Some("/help")).unwrap();
        let page = &known.pages()[0];
        assert_eq!(page.url.as_deref(), Some("/help/returns"));
        assert_eq!(page.sections[0].url.as_deref(), Some("/help/returns"));
        assert_eq!(
            page.sections[1].url.as_deref(),
            Some("/help/returns#refunds")
        );
        let known = Knowledge::from_pages(pages, None).unwrap();
        assert_eq!(known.pages()[0].sections[1].url, None);
        assert_eq!(
            known.pages()[0].sections[1].anchor.as_deref(),
            Some("refunds")
        );
    }

    #[test]
    fn errors_name_the_page_and_the_way_out() {
        let said = |pages: &[(&str, &str)]| {
            Knowledge::from_pages(pages.iter().copied(), None)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            said(&[("a", "text")]),
            "help page a: has no title: begin it with a line like \"# Returns\""
        );
        assert!(said(&[("a", "# A\n\nb"), ("a", "# A\n\nb")]).contains("twice"));
        assert!(said(&[("a", &"x".repeat(MAX_PAGE_BYTES + 1))]).contains("512 KiB"));
    }

    #[test]
    fn a_folder_is_read_by_name_and_its_mistakes_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let said = || {
            Knowledge::from_folder(folder.path(), None)
                .unwrap_err()
                .to_string()
        };
        assert!(said().contains("there is no help page in"), "{}", said());
        std::fs::write(folder.path().join("b.md"), "# B\n\ntext").unwrap();
        std::fs::write(folder.path().join("a.MD"), "# A\n\ntext").unwrap();
        std::fs::write(folder.path().join(".hidden.md"), "no title").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "no title").unwrap();
        let known = Knowledge::from_folder(folder.path(), None).unwrap();
        assert_eq!(
            known
                .pages()
                .iter()
                .map(|page| page.title.as_str())
                .collect::<Vec<_>>(),
            ["A", "B"]
        );
        std::fs::write(folder.path().join("c.md"), [0xff, 0xfe, b'a']).unwrap();
        assert!(
            said().contains("c.md") && said().contains("UTF-8"),
            "{}",
            said()
        );
        std::fs::write(folder.path().join("c.md"), "x".repeat(MAX_PAGE_BYTES + 1)).unwrap();
        assert!(
            said().contains("c.md") && said().contains("split"),
            "{}",
            said()
        );
        let gone = Knowledge::from_folder(folder.path().join("gone"), None)
            .unwrap_err()
            .to_string();
        assert!(gone.contains("gone") && gone.contains("Check"), "{gone}");
    }
}
