//! [`Page`]: one help page as plain text.

/// One help page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The name it was read under, without `.md`: the last part of its address.
    pub name: String,
    /// Its title: the first `#` heading.
    pub title: String,
    /// Its address; none where the pages have none.
    pub url: Option<String>,
    /// Its sections, in order. The first one has no heading where text stands before the first `##`.
    pub sections: Vec<Section>,
}

/// What stands under one `##` heading.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// The heading; none for what stands before the first one.
    pub heading: Option<String>,
    /// The anchor of the heading in the page, as GitHub makes them: lower case, hyphens for spaces, unique in its page.
    /// A host that shows the pages gives the heading this `id`.
    pub anchor: Option<String>,
    /// The address of the section; none where the pages have none.
    pub url: Option<String>,
    /// Its paragraphs and lists, in order.
    pub blocks: Vec<Block>,
}

/// A paragraph, a list or a smaller heading, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// The text, without any Markdown; a list has a line for each item.
    pub text: String,
}

/// What a [`Block`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// A list, or the rows of a table.
    List,
    /// A heading below the section's.
    Label,
}

impl Block {
    /// Whether it only leads to the block after it.
    pub(crate) fn leads_in(&self) -> bool {
        self.kind == BlockKind::Label || self.text.ends_with(':')
    }
}
