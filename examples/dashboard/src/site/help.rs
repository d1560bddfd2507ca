//! The help pages: what the assistant answers from is what people can read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path as Folder;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use handoff_llm::{Knowledge, KnowledgeError};
use rust_embed::RustEmbed;

use super::markdown;
use super::page::{self, escaped};

#[derive(RustEmbed)]
#[folder = "help/"]
struct DemoPages;

/// Where the pages are shown.
const BASE: &str = "/help";

/// The help pages as people read them, by name.
#[derive(Debug)]
pub(crate) struct HelpPages {
    pages: BTreeMap<String, Shown>,
    /// They stand beside the demo shop, and hold its chat.
    demo: bool,
}

#[derive(Debug)]
struct Shown {
    title: String,
    body: String,
}

impl HelpPages {
    /// The pages of a folder, or those of the demo shop; and the same as the assistant knows them. `site` stands before
    /// their addresses where the chat is on pages of other sites.
    pub(crate) fn load(
        folder: Option<&Folder>,
        site: Option<&str>,
        demo: bool,
    ) -> Result<(Self, Knowledge), KnowledgeError> {
        let base = format!("{}{BASE}", site.unwrap_or_default());
        let (knowledge, sources) = match folder {
            Some(folder) => from_folder(folder, &base)?,
            None => embedded(&base)?,
        };
        let shown = knowledge.pages().iter().filter_map(|page| {
            let source = sources.get(&page.name)?;
            let anchors = page
                .sections
                .iter()
                .filter_map(|section| section.anchor.clone());
            let body = markdown::render(source, anchors);
            Some((
                page.name.clone(),
                Shown {
                    title: page.title.clone(),
                    body,
                },
            ))
        });
        let pages = shown.collect();
        Ok((Self { pages, demo }, knowledge))
    }
}

type Sources = BTreeMap<String, String>;

fn embedded(base: &str) -> Result<(Knowledge, Sources), KnowledgeError> {
    let sources: Sources = DemoPages::iter()
        .filter_map(|file| {
            let text = DemoPages::get(&file)?.data;
            let name = file.strip_suffix(".md")?;
            Some((name.to_owned(), String::from_utf8_lossy(&text).into_owned()))
        })
        .collect();
    let pages = sources
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    Ok((Knowledge::from_pages(pages, Some(base))?, sources))
}

fn from_folder(folder: &Folder, base: &str) -> Result<(Knowledge, Sources), KnowledgeError> {
    let knowledge = Knowledge::from_folder(folder, Some(base))?;
    let mut sources = Sources::new();
    for page in knowledge.pages() {
        let path = folder.join(format!("{}.md", page.name));
        let text = std::fs::read_to_string(&path);
        let unreadable = |source| KnowledgeError::Unreadable {
            path: path.clone(),
            source,
        };
        sources.insert(page.name.clone(), text.map_err(unreadable)?);
    }
    Ok((knowledge, sources))
}

/// `GET /help`
pub(super) async fn list(State(help): State<Arc<HelpPages>>) -> Response {
    let mut body = String::from("<h1>Help</h1>\n<ul>\n");
    for (name, shown) in &help.pages {
        // Writing to a string never fails.
        writeln!(
            body,
            "<li><a href=\"{BASE}/{}\">{}</a></li>",
            escaped(name),
            escaped(&shown.title)
        )
        .ok();
    }
    body.push_str("</ul>");
    page::page("Help", &body, help.demo)
}

/// `GET /help/{name}`
pub(super) async fn show(State(help): State<Arc<HelpPages>>, Path(name): Path<String>) -> Response {
    match help.pages.get(&name) {
        Some(shown) => page::page(&shown.title, &shown.body, help.demo),
        None => page::not_found(),
    }
}
