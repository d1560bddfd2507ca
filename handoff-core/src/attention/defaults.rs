//! The detectors that a service has unless it says otherwise.

use std::sync::Arc;

use super::{Detector, HelpRequest, NegativeFeedback, NonAnswer, Rating};

/// The detectors that need no configuration: help requests, non-answers, negative feedback and ratings.
///
/// Their phrase files are compiled here, once in a process, so that no message has to wait for it.
#[must_use]
pub fn default_detectors() -> Vec<Arc<dyn Detector>> {
    vec![
        Arc::new(HelpRequest::new()),
        Arc::new(NonAnswer::new()),
        Arc::new(NegativeFeedback::new()),
        Arc::new(Rating::new()),
    ]
}
