//! [`Passage`]: words of a page that fit a question.

/// Words of a page that fit a question.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passage {
    /// The page's name.
    pub page: String,
    /// The page's title.
    pub title: String,
    /// The heading of the section; none for what stands before the first one.
    pub heading: Option<String>,
    /// The address of the section; none where the pages have none.
    pub url: Option<String>,
    /// The words, as plain text.
    pub text: String,
    /// Whether they speak of enough of what is asked to answer it.
    pub answers: bool,
}
