//! The record of a visitor, and who a request says to be.

use axum::http::HeaderMap;
use handoff_core::conversation::{Conversation, Profile};
use handoff_core::directory::{PutError, Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::{ServiceId, VisitorId};
use handoff_core::runtime::Handoff;
use handoff_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use crate::extract;
use crate::failure::Failure;
use crate::secret;

/// A visitor who was not seen for so long is forgotten; the conversations stay.
const LIFE: Millis = Millis::from_hours(24 * 400);
/// A visitor has at most so many devices; the oldest is signed out.
const MAX_DEVICES: usize = 10;
/// So often a record is changed anew because another device did so meanwhile.
const MAX_TRIES: usize = 5;

/// A visitor, as stored.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    /// Digests of the secrets, oldest first.
    secrets: Vec<String>,
    /// What the host signed; none where nobody vouches for who it is.
    #[serde(default)]
    signed: Option<Signed>,
}

/// Who a visitor is, by the host's word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signed {
    name: Option<String>,
    email: Option<String>,
}

/// A visitor who proved to be one.
#[derive(Debug, Clone)]
pub(crate) struct KnownVisitor {
    pub(crate) service: ServiceId,
    pub(crate) id: VisitorId,
    signed: Option<Signed>,
}

impl KnownVisitor {
    /// Looks at a visitor's secret. It takes as long, and says the same, where there is no such visitor.
    pub(crate) async fn prove(
        handoff: &Handoff,
        visitor: &VisitorId,
        secret: &str,
    ) -> Result<Option<Self>, Failure> {
        let record = handoff
            .directory()
            .get(RecordKind::Visitor, visitor.as_str(), handoff.now())
            .await?;
        let service = record.as_ref().and_then(|record| record.service.clone());
        let stored = record
            .map(|record| serde_json::from_value::<Stored>(record.body))
            .transpose();
        let stored = stored.map_err(StoreError::corrupt)?.unwrap_or_default();
        // Every digest is looked at, so that the time tells nothing.
        let matching = stored
            .secrets
            .iter()
            .filter(|digest| secret::matches(secret, digest))
            .count();
        let known = service.filter(|_| matching > 0);
        Ok(known.map(|service| Self {
            service,
            id: visitor.clone(),
            signed: stored.signed,
        }))
    }

    /// Who sends a request with `Authorization: Bearer <visitor>.<secret>`.
    pub(crate) async fn of(handoff: &Handoff, headers: &HeaderMap) -> Result<Self, Failure> {
        let wrong = || {
            let title = "This needs a visitor and its secret, as Authorization: Bearer.";
            Failure::new(axum::http::StatusCode::UNAUTHORIZED, "unauthorised", title)
        };
        let (visitor, secret) = extract::bearer(headers)
            .and_then(|token| token.rsplit_once('.'))
            .ok_or_else(wrong)?;
        let visitor = VisitorId::new(visitor).map_err(|_| wrong())?;
        Self::prove(handoff, &visitor, secret)
            .await?
            .ok_or_else(wrong)
    }

    /// A new visitor, or a new device of one whom the host signed; returns the secret.
    pub(crate) async fn enter(
        handoff: &Handoff,
        service: &ServiceId,
        identity: Option<&Identity>,
    ) -> Result<(VisitorId, String), Failure> {
        let secret = secret::random()?;
        let digest = secret::digest(&secret);
        for _ in 0..MAX_TRIES {
            let (mut record, mut stored) = find_or_new(handoff, service, identity).await?;
            stored.secrets.push(digest.clone());
            let surplus = stored.secrets.len().saturating_sub(MAX_DEVICES);
            stored.secrets.drain(..surplus);
            if let Some(identity) = identity {
                stored.signed = Some(Signed {
                    name: identity.name.clone(),
                    email: identity.email.clone(),
                });
            }
            let visitor = VisitorId::new(&record.key).map_err(StoreError::corrupt)?;
            record.body = serde_json::to_value(&stored).map_err(StoreError::backend)?;
            match handoff.directory().put(record, handoff.now()).await {
                Ok(_) => return Ok((visitor, secret)),
                Err(PutError::VersionConflict { .. } | PutError::LookupTaken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(PutError::VersionConflict { current: 0 }.into())
    }

    /// Whether a conversation is this visitor's.
    pub(crate) fn owns(&self, conversation: &Conversation) -> bool {
        conversation.visitor == self.id && conversation.service == self.service
    }

    /// What is known of this visitor, where the page told `told`. What the host signed goes before what was told, and
    /// with anything merely told in it a profile does not count as verified.
    pub(crate) fn profile(&self, told: Profile) -> Profile {
        let Some(signed) = &self.signed else {
            return Profile {
                verified: false,
                ..told
            };
        };
        let merely_told =
            |signed: &Option<String>, told: &Option<String>| signed.is_none() && told.is_some();
        Profile {
            verified: !merely_told(&signed.name, &told.name)
                && !merely_told(&signed.email, &told.email),
            name: signed.name.clone().or(told.name),
            email: signed.email.clone().or(told.email),
            ..told
        }
    }
}

async fn find_or_new(
    handoff: &Handoff,
    service: &ServiceId,
    identity: Option<&Identity>,
) -> Result<(Record, Stored), Failure> {
    let lookup = identity.map(|identity| format!("{service}\u{1f}{}", identity.user));
    let expires_at = Some(handoff.now().after(LIFE));
    if let Some(lookup) = &lookup
        && let Some(record) = handoff
            .directory()
            .find(RecordKind::Visitor, lookup, handoff.now())
            .await?
    {
        let stored = serde_json::from_value(record.body.clone()).map_err(StoreError::corrupt)?;
        return Ok((
            Record {
                expires_at,
                ..record
            },
            stored,
        ));
    }
    let record = Record {
        kind: RecordKind::Visitor,
        key: handoff.ids().uuid().to_string(),
        lookup,
        service: Some(service.clone()),
        version: 0,
        expires_at,
        body: serde_json::Value::Null,
    };
    Ok((record, Stored::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(signed: Option<Signed>) -> KnownVisitor {
        KnownVisitor {
            service: ServiceId::new("s").unwrap(),
            id: VisitorId::new("v").unwrap(),
            signed,
        }
    }

    fn told(name: Option<&str>, email: Option<&str>) -> Profile {
        Profile {
            name: name.map(Into::into),
            email: email.map(Into::into),
            verified: true,
            ..Profile::default()
        }
    }

    #[test]
    fn nothing_told_is_verified() {
        let nobody = visitor(None);
        assert!(!nobody.profile(told(Some("Ann"), None)).verified);
        let signed = Some(Signed {
            name: Some("Ann".into()),
            email: None,
        });
        let ann = visitor(signed);
        let profile = ann.profile(told(Some("The Queen"), None));
        assert_eq!(
            (profile.name.as_deref(), profile.verified),
            (Some("Ann"), true)
        );
        assert!(!ann.profile(told(None, Some("queen@example.org"))).verified);
    }
}
