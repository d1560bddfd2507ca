//! What handlers take out of requests, refused with problem documents.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use handoff_core::conversation::Rejection;
use handoff_core::id::{CommandId, ConversationId};
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// A body may take so long to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A body of JSON, exactly as the type says: an unknown field is an error.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, state))
            .await
            .map_err(|_| Failure::of_status(StatusCode::REQUEST_TIMEOUT))?
            .map_err(|error| refused(&error))?;
        // serde would take a list for a struct.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(Failure::malformed("The body must be a JSON object."));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            Failure::malformed(format!(
                "The body is not what is expected here: {}.",
                shortened(&error.to_string())
            ))
        })
    }
}

/// The message may repeat what the client sent.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

fn refused(error: &BytesRejection) -> Failure {
    let status = match error {
        BytesRejection::FailedToBufferBody(_) => error.status(),
        _ => StatusCode::BAD_REQUEST,
    };
    Failure::of_status(status)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The query of an address, exactly as the type says.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(value)| Self(value))
            .map_err(|error| {
                Failure::malformed(format!(
                    "The query is not what is expected here: {}.",
                    shortened(&error.body_text())
                ))
            })
    }
}

/// The token after `Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values
        .next()
        .filter(|_| values.next().is_none())?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// A conversation's id in an address, written as the server writes it.
pub(crate) fn conversation(text: &str) -> Result<ConversationId, Failure> {
    text.parse::<ConversationId>()
        .ok()
        .filter(|id| id.to_string() == text)
        .ok_or_else(|| Rejection::NoSuchConversation.into())
}

/// The id of a command: in the body, or as `Idempotency-Key`.
pub(crate) fn command_id(
    body: Option<CommandId>,
    headers: &HeaderMap,
) -> Result<CommandId, Failure> {
    let header = match headers.get("idempotency-key") {
        None => None,
        Some(value) => {
            let id = value
                .to_str()
                .ok()
                .and_then(|text| CommandId::new(text).ok());
            Some(
                id.ok_or_else(|| Failure::malformed("The Idempotency-Key is no id: send a UUID."))?,
            )
        }
    };
    match (body, header) {
        (Some(body), Some(header)) if body != header => Err(Failure::malformed(
            "The body's id and the Idempotency-Key differ: send one of them.",
        )),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(Failure::malformed(
            "An id is missing: send a new UUID as id, and the same one to repeat.",
        )),
    }
}

/// What becomes of requests that no route takes.
pub(crate) async fn no_route() -> impl IntoResponse {
    Failure::not_found()
}
