//! What a caller is told when something is not done: problem documents (RFC 9457), without internals.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use handoff_core::conversation::{InvalidPolicy, Rejection, RejectionKind};
use handoff_core::directory::PutError;
use handoff_core::error::StoreError;
use handoff_core::runtime::{DispatchError, SaveError};

use crate::ws::protocol::Problem;

/// Why a request was not done. Nothing was changed.
#[derive(Debug)]
pub(crate) struct Failure {
    problem: Box<Problem>,
    retry_after: Option<Duration>,
}

impl Failure {
    /// A problem with a stable code and a sentence for people.
    pub(crate) fn new(status: StatusCode, code: &str, title: impl Into<String>) -> Self {
        Self {
            problem: Box::new(Problem {
                kind: format!("/problems/{code}"),
                status: status.as_u16(),
                title: title.into(),
                rejection: None,
                retry: false,
                request_id: None,
            }),
            retry_after: None,
        }
    }

    /// Trying again after this time may help.
    pub(crate) fn retry_after(mut self, span: Duration) -> Self {
        self.problem.retry = true;
        self.retry_after = Some(span);
        self
    }

    /// 400.
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", what)
    }

    /// 401.
    pub(crate) fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised", "Sign in first.")
    }

    /// 403.
    pub(crate) fn forbidden(code: &str, title: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, title)
    }

    /// 404, the same for what does not exist and for what is not this caller's to see.
    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is no such thing here.",
        )
    }

    /// 422.
    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", what)
    }

    /// 429.
    pub(crate) fn too_many(after: Duration) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many",
            "That was too often. Wait a moment and try again.",
        )
        .retry_after(after)
    }

    /// 500; the cause goes to the log alone.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A problem that says no more than its status, for answers that were made elsewhere.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, title) = match status {
            StatusCode::BAD_REQUEST => ("malformed", "This request can't be understood."),
            StatusCode::UNAUTHORIZED => return Self::unauthorised(),
            StatusCode::FORBIDDEN => ("forbidden", "This request is not allowed."),
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "This address does not take this method.",
            ),
            StatusCode::REQUEST_TIMEOUT => ("timeout", "The request took too long to arrive."),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is too large."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media_type", "Send JSON, as application/json."),
            StatusCode::UPGRADE_REQUIRED => (
                "upgrade_required",
                "This address takes WebSocket connections.",
            ),
            status if status.is_server_error() => (
                "internal",
                "Something went wrong on our side. It was logged; try again later.",
            ),
            _ => ("refused", "This request was refused."),
        };
        Self::new(status, code, title)
    }

    /// The document, for answers over a socket.
    pub(crate) fn into_problem(self) -> Problem {
        *self.problem
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let status = match rejection.kind() {
            RejectionKind::Forbidden => StatusCode::FORBIDDEN,
            RejectionKind::NotFound => StatusCode::NOT_FOUND,
            RejectionKind::Conflict => StatusCode::CONFLICT,
            RejectionKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut failure = Self::new(status, rejection.code(), rejection.to_string());
        failure.problem.rejection = Some(rejection);
        failure
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_temporary() {
            tracing::warn!(%error, "the store is not available");
            let title = "The server can't reach its store just now. Send the same request again in a moment.";
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", title)
                .retry_after(Duration::from_secs(1))
        } else {
            Self::internal(&error)
        }
    }
}

impl From<DispatchError> for Failure {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::Rejected(rejection) => rejection.into(),
            DispatchError::Store(error) => error.into(),
            busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "contended",
                busy.to_string(),
            )
            .retry_after(Duration::from_secs(1)),
        }
    }
}

impl From<PutError> for Failure {
    fn from(error: PutError) -> Self {
        match error {
            PutError::VersionConflict { .. } => version_conflict(),
            PutError::LookupTaken => Self::new(
                StatusCode::CONFLICT,
                "taken",
                "Somebody else has this already.",
            ),
            PutError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<SaveError> for Failure {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Invalid(error) => error.into(),
            SaveError::VersionConflict { .. } => version_conflict(),
            SaveError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<InvalidPolicy> for Failure {
    fn from(error: InvalidPolicy) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_setting",
            error.to_string(),
        )
    }
}

fn version_conflict() -> Failure {
    let title =
        "Somebody else changed this in the meantime. Look at it again, then repeat your change.";
    Failure::new(StatusCode::CONFLICT, "version_conflict", title)
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response.extensions_mut().insert(Told(*self.problem));
        response
    }
}

/// Stands in a response whose body is a problem document already.
#[derive(Debug, Clone)]
pub(crate) struct Told(pub(crate) Problem);
