//! [`OfflineOptions`].

use std::time::Duration;

use super::phrases::Phrases;

/// How an [`Offline`](super::Offline) assistant speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfflineOptions {
    /// The time between two pieces of a reply; zero is as fast as they are taken. A reply that would take longer than
    /// half a minute is shown faster. Default 40 milliseconds.
    pub pace: Duration,
    /// Whether a person can be brought in: where not, none is offered. Default true.
    pub offers_person: bool,
    /// The name of the specialist that the replies carry; none by default.
    pub specialist: Option<String>,
    /// What it says in its own words.
    pub phrases: Phrases,
}

impl Default for OfflineOptions {
    fn default() -> Self {
        Self {
            pace: Duration::from_millis(40),
            offers_person: true,
            specialist: None,
            phrases: Phrases::default(),
        }
    }
}

impl OfflineOptions {
    /// Sets the time between two pieces of a reply.
    #[must_use]
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Sets whether a person can be brought in.
    #[must_use]
    pub fn offers_person(mut self, offers_person: bool) -> Self {
        self.offers_person = offers_person;
        self
    }

    /// Sets the name of the specialist.
    #[must_use]
    pub fn specialist(mut self, name: impl Into<String>) -> Self {
        self.specialist = Some(name.into());
        self
    }

    /// Sets what it says in its own words.
    #[must_use]
    pub fn phrases(mut self, phrases: Phrases) -> Self {
        self.phrases = phrases;
        self
    }
}
