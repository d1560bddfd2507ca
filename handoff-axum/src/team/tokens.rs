//! Secrets of a service: tokens for bots, and the secret with which the host signs who a visitor is. Each is shown once.

use axum::Json;
use axum::extract::{Path, State};
use handoff_core::conversation::Role;
use handoff_core::directory::{PutError, Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use serde::{Deserialize, Serialize};

use super::services;
use crate::auth::Signed;
use crate::bot::BotToken;
use crate::extract::Body;
use crate::failure::Failure;
use crate::secret;
use crate::transport::Transport;
use crate::visitor::IdentitySecrets;

const MAX_NAME_BYTES: usize = 64;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownToken {
    token: String,
}

/// `POST /api/v1/services/{id}/tokens`
pub(super) async fn create_token(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(new): Body<NewToken>,
) -> Result<Json<ShownToken>, Failure> {
    let view = services::find(&transport, &me, &id).await?;
    me.require(Role::Admin)?;
    let name = new.name.trim();
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
        return Err(Failure::invalid(format!(
            "Give the token a name of at most {MAX_NAME_BYTES} bytes."
        )));
    }
    let token = secret::random()?;
    transport.admit_bot(&view.service.id, name, &token).await?;
    tracing::info!(agent = %me.agent.id, service = %view.service.id, name, "made a token for a bot");
    Ok(Json(ShownToken { token }))
}

impl Transport {
    /// Lets a bot of a service in by this token, as the dashboard's tokens do. Anybody who has it speaks for the
    /// assistant: take 256 random bits. Only its digest is kept.
    ///
    /// # Errors
    /// [`PutError`]: it is not let in, or was before; where the store is not available, nobody knows.
    pub async fn admit_bot(
        &self,
        service: &ServiceId,
        name: &str,
        token: &str,
    ) -> Result<(), PutError> {
        let name = name.to_owned();
        let record = Record {
            kind: RecordKind::Token,
            key: secret::digest(token),
            lookup: None,
            service: Some(service.clone()),
            version: 0,
            expires_at: None,
            body: serde_json::to_value(BotToken { name }).map_err(StoreError::backend)?,
        };
        let handoff = self.handoff();
        handoff.directory().put(record, handoff.now()).await?;
        Ok(())
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ShownSecret {
    secret: String,
}

/// `POST /api/v1/services/{id}/identity`: the one before stays good, until the next.
pub(super) async fn create_identity_secret(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Json<ShownSecret>, Failure> {
    let view = services::find(&transport, &me, &id).await?;
    me.require(Role::Admin)?;
    let secret = secret::random()?;
    store_secret(&transport, &view.service.id, &secret).await?;
    tracing::info!(agent = %me.agent.id, service = %view.service.id, "made a new identity secret");
    Ok(Json(ShownSecret { secret }))
}

async fn store_secret(
    transport: &Transport,
    service: &ServiceId,
    secret: &str,
) -> Result<(), Failure> {
    let handoff = transport.handoff();
    let stored = IdentitySecrets::load(handoff, service).await?;
    let (version, before) = stored.map_or((0, None), |(version, secrets)| {
        (version, Some(secrets.current))
    });
    let secrets = IdentitySecrets {
        current: secret.to_owned(),
        before,
    };
    handoff
        .directory()
        .put(secrets.record(service, version)?, handoff.now())
        .await?;
    Ok(())
}
