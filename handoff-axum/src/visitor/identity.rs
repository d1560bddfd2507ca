//! Who a visitor is, signed by the host's server.

use handoff_core::directory::{Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use handoff_core::runtime::Handoff;
use handoff_core::time::{Millis, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// A signature is good for at most so long.
const MAX_LIFE: Millis = Millis::from_hours(24 * 31);
const MAX_FIELD_BYTES: usize = 320;

/// What the host's server says of a visitor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The host's id of the person.
    pub(crate) user: String,
    /// Until when the signature is good.
    expires: i64,
    /// HMAC-SHA256 in hexadecimal digits.
    signature: String,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
}

impl Identity {
    /// Whether the host said so, and it still holds.
    pub(crate) fn holds(&self, secrets: &IdentitySecrets, now: Timestamp) -> bool {
        let expires = Timestamp::from_millis(self.expires);
        let in_time = now < expires && expires <= now.after(MAX_LIFE);
        let fields = [Some(&self.user), self.name.as_ref(), self.email.as_ref()];
        // A line break parts the signed fields, so none may stand in one: else one field could pass for two.
        let clean =
            |text: &String| text.len() <= MAX_FIELD_BYTES && !text.chars().any(char::is_control);
        let well_formed = !self.user.is_empty() && fields.into_iter().flatten().all(clean);
        in_time && well_formed && secrets.all().any(|secret| self.is_signed_with(secret))
    }

    fn is_signed_with(&self, secret: &str) -> bool {
        let Ok(signature) = hex::decode(&self.signature) else {
            return false;
        };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(self.signed_text().as_bytes());
        mac.verify_slice(&signature).is_ok()
    }

    fn signed_text(&self) -> String {
        let [name, email] =
            [&self.name, &self.email].map(|field| field.as_deref().unwrap_or_default());
        format!("{}\n{}\n{name}\n{email}", self.user, self.expires)
    }
}

/// The secrets with which a service's host signs: the current one, and the one before it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IdentitySecrets {
    pub(crate) current: String,
    #[serde(default)]
    pub(crate) before: Option<String>,
}

impl IdentitySecrets {
    fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.current.as_str()).chain(self.before.as_deref())
    }

    /// A service's secrets and their version.
    pub(crate) async fn load(
        handoff: &Handoff,
        service: &ServiceId,
    ) -> Result<Option<(u64, Self)>, StoreError> {
        let record = handoff
            .directory()
            .get(RecordKind::Setting, &key(service), handoff.now())
            .await?;
        let stored = record.map(|record| {
            serde_json::from_value(record.body).map(|secrets| (record.version, secrets))
        });
        stored.transpose().map_err(StoreError::corrupt)
    }

    /// To be stored after this version.
    pub(crate) fn record(&self, service: &ServiceId, version: u64) -> Result<Record, StoreError> {
        Ok(Record {
            kind: RecordKind::Setting,
            key: key(service),
            lookup: None,
            service: Some(service.clone()),
            version,
            expires_at: None,
            body: serde_json::to_value(self).map_err(StoreError::backend)?,
        })
    }
}

fn key(service: &ServiceId) -> String {
    format!("identity/{service}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn secrets() -> IdentitySecrets {
        IdentitySecrets {
            current: "the current secret".into(),
            before: Some("the one before".into()),
        }
    }

    fn signed(user: &str, expires: i64, name: &str, secret: &str) -> Identity {
        let mut identity = Identity {
            user: user.into(),
            expires,
            signature: String::new(),
            name: Some(name.into()),
            email: None,
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(identity.signed_text().as_bytes());
        identity.signature = hex::encode(mac.finalize().into_bytes());
        identity
    }

    #[test]
    fn a_signature_of_either_secret_holds_while_it_is_fresh() {
        let good = signed("u1", 2_000_000, "Ann", "the current secret");
        assert!(good.holds(&secrets(), NOW));
        assert!(signed("u1", 2_000_000, "Ann", "the one before").holds(&secrets(), NOW));
        assert!(!good.holds(&secrets(), Timestamp::from_millis(2_000_000)));
        assert!(!signed("u1", i64::MAX, "Ann", "the current secret").holds(&secrets(), NOW));
        assert!(!signed("u1", -1, "Ann", "the current secret").holds(&secrets(), NOW));
    }

    #[test]
    fn nothing_signed_can_be_changed() {
        let good = signed("u1", 2_000_000, "Ann", "the current secret");
        let forged = [
            Identity {
                user: "u2".into(),
                ..good.clone()
            },
            Identity {
                expires: 2_000_001,
                ..good.clone()
            },
            Identity {
                name: Some("Bob".into()),
                ..good.clone()
            },
            Identity {
                email: Some("a@b".into()),
                ..good.clone()
            },
            Identity {
                signature: String::new(),
                ..good.clone()
            },
            Identity {
                signature: good.signature.get(..60).unwrap().into(),
                ..good.clone()
            },
            Identity {
                signature: "zz".repeat(32),
                ..good.clone()
            },
            signed("u1", 2_000_000, "Ann", "another secret"),
            signed("u1", 2_000_000, "Ann", ""),
            signed("", 2_000_000, "Ann", "the current secret"),
        ];
        for identity in forged {
            assert!(!identity.holds(&secrets(), NOW), "{identity:?}");
        }
    }

    /// A person who may choose their own name at the host must not be able to pass for another.
    #[test]
    fn fields_can_not_be_shifted() {
        let own = signed("mallory\n2000000", 1_500_000, "x", "the current secret");
        let shifted = Identity {
            user: "mallory".into(),
            expires: 2_000_000,
            name: Some("1500000\nx".into()),
            ..own.clone()
        };
        assert_eq!(own.signed_text(), shifted.signed_text());
        assert!(!shifted.holds(&secrets(), NOW));
        assert!(!own.holds(&secrets(), NOW));
    }
}
