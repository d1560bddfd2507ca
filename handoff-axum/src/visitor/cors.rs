//! From which sites visitors come.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use handoff_core::directory::Service;

use crate::failure::Failure;
use crate::origin;
use crate::transport::Transport;

impl Transport {
    /// Whether a page of this site may hold a service's widget.
    pub(crate) fn admits(&self, service: &Service, origin: &str) -> bool {
        let inner = &self.inner;
        service.origins.is_empty()
            || service
                .origins
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(origin))
            || inner.hosts.is_own(&inner.options.base_url, origin)
    }

    /// Refuses a request from a site that may not hold this service's widget. Programs that are no browsers send no
    /// origin: the secret is what protects a visitor.
    pub(crate) fn check_site(&self, service: &Service, headers: &HeaderMap) -> Result<(), Failure> {
        match origin::asked(headers) {
            None => Ok(()),
            Some(Ok(origin)) if self.admits(service, origin) => Ok(()),
            Some(_) => Err(Failure::forbidden(
                "wrong_origin",
                "This service does not take requests from this site.",
            )),
        }
    }
}

/// Answers browsers' questions whether a page of another site may send requests here. Whether a request is then done is
/// the handlers' to say: they know the service.
pub(super) async fn layer(
    State(transport): State<Transport>,
    request: Request,
    next: Next,
) -> Response {
    let origin = match origin::asked(request.headers()) {
        None => return next.run(request).await,
        Some(Ok(origin)) => origin.to_owned(),
        Some(Err(())) => String::new(),
    };
    let known = match is_known(&transport, &origin).await {
        Ok(known) => known,
        Err(failure) => return failure.into_response(),
    };
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (known, preflight) {
        (_, true) => StatusCode::NO_CONTENT.into_response(),
        (true, false) => next.run(request).await,
        (false, false) => Failure::forbidden(
            "wrong_origin",
            "This server does not take requests from this site.",
        )
        .into_response(),
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if known && let Ok(origin) = HeaderValue::from_str(&origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if preflight {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("GET, POST"),
            );
            let allowed = HeaderValue::from_static("authorization, content-type, idempotency-key");
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            headers.insert(
                header::ACCESS_CONTROL_MAX_AGE,
                HeaderValue::from_static("600"),
            );
        }
    }
    response
}

/// Whether any service's widget may stand on a page of this site.
async fn is_known(transport: &Transport, origin: &str) -> Result<bool, Failure> {
    if origin.is_empty() {
        return Ok(false);
    }
    if transport
        .inner
        .hosts
        .is_own(&transport.inner.options.base_url, origin)
    {
        return Ok(true);
    }
    let services = transport.handoff().services().await?;
    Ok(services
        .iter()
        .any(|service| transport.admits(&service.value, origin)))
}
