//! The [`CustomerData`] trait: what the host knows of its customers.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::conversation::Profile;
use crate::error::Unreachable;
use crate::id::{ServiceId, VisitorId};

/// Whose data is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// In which service.
    pub service: ServiceId,
    /// The visitor.
    pub visitor: VisitorId,
    /// Who that is. For an assistant only where it is verified: what was merely typed may be another's address.
    pub profile: Profile,
}

/// One part of what is known, like the orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerSection {
    /// Its title.
    pub title: String,
    /// Its lines: what it is, and its value. Plain text.
    pub entries: Vec<(String, String)>,
}

/// Knows a service's customers: orders, appointments, earlier tickets.
///
/// # What an implementation must guarantee
/// - It answers for the customer who is named and for nobody else, and only with what the customer may see: it is told
///   to an assistant that speaks with them.
/// - The future may be dropped at any await.
#[async_trait]
pub trait CustomerData: Debug + Send + Sync + 'static {
    /// What is known; nothing where the customer is not.
    async fn look_up(&self, customer: &Customer) -> Result<Vec<CustomerSection>, Unreachable>;
}
