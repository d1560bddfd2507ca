//! Puts the routes together.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures::FutureExt;
use handoff_core::runtime::Handoff;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tracing::Instrument;

use crate::extract::no_route;
use crate::failure::{Failure, Told};
use crate::options::Options;
use crate::origin;
use crate::transport::{StartError, Transport};
use crate::{bot, health, team, visitor};

/// Everything but the health checks: the team's, visitors' and bots' routes, and the pages.
///
/// Merge it into an app, or nest it under a prefix. The pages find their files at the root of the site, so an app that
/// nests takes the routes alone ([`Transport::api`]) or serves pages of its own.
///
/// # Errors
/// [`StartError`] where there is no tokio runtime.
pub fn router(handoff: Handoff, options: Options) -> Result<Router, StartError> {
    Transport::start(handoff, options).map(|transport| transport.router())
}

impl Transport {
    /// Everything but the health checks.
    pub fn router(&self) -> Router {
        #[cfg(feature = "ui")]
        return self.api().merge(self.pages());
        #[cfg(not(feature = "ui"))]
        self.api()
    }

    /// The routes of team, visitors and bots: all that is below `/api/v1`.
    pub fn api(&self) -> Router {
        let rest = Router::new()
            .route("/api/v1/", any(no_route))
            .route("/api/v1/{*rest}", any(no_route));
        self.agent_routes()
            .merge(self.visitor_routes())
            .merge(self.bot_routes())
            .merge(self.wrap(rest))
    }

    /// The team's routes, below `/api/v1`. A browser may use them from the base URL alone.
    pub fn agent_routes(&self) -> Router {
        let refuse = |_: ProtectionError| {
            Failure::forbidden("cross_site", "This request comes from another site.")
                .into_response()
        };
        let mut csrf = CsrfLayer::new();
        let own = origin::of(&self.inner.options.base_url);
        match csrf.clone().add_trusted_origin(&own) {
            Ok(trusting) => csrf = trusting,
            Err(error) => tracing::warn!(%error, own, "the base URL is no origin of a site"),
        }
        self.wrap(team::routes(self).layer(csrf.with_rejection_response(refuse)))
    }

    /// Visitors' routes, below `/api/v1/visitor`.
    pub fn visitor_routes(&self) -> Router {
        self.wrap(visitor::routes(self))
    }

    /// Routes for bots that answer by tickets, below `/api/v1/bot`.
    pub fn bot_routes(&self) -> Router {
        self.wrap(bot::routes())
    }

    /// `GET /healthz` and `GET /readyz`, for whatever looks after the process.
    pub fn health_routes(&self) -> Router {
        health::routes().with_state(self.clone())
    }

    /// The dashboard's pages, the widget's script and their files, at the root of the site.
    #[cfg(feature = "ui")]
    pub fn pages(&self) -> Router {
        self.wrap(crate::pages::routes())
    }

    fn wrap(&self, routes: Router<Self>) -> Router {
        routes
            .layer(RequestBodyLimitLayer::new(self.inner.options.limits.body))
            .layer(from_fn_with_state(self.clone(), envelope))
            .with_state(self.clone())
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every request goes through: its id, its span in the log, the server's own name, panics, and errors in one form.
async fn envelope(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let id = transport.handoff().ids().uuid().to_string();
    let span = tracing::debug_span!("request", %id, method = %request.method(), path = request.uri().path());
    let head = request.method() == Method::HEAD;
    let inner = &transport.inner;
    let response =
        if inner.options.check_host && !inner.hosts.admit(request.uri(), request.headers()) {
            wrong_host(&transport)
        } else {
            match AssertUnwindSafe(next.run(request))
                .catch_unwind()
                .instrument(span)
                .await
            {
                Ok(response) => response,
                Err(_) => Failure::internal(&"a handler panicked").into_response(),
            }
        };
    let mut response = in_one_form(response, &id, head);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    response
}

fn wrong_host(transport: &Transport) -> Response {
    let own = origin::of(&transport.inner.options.base_url);
    let title =
        format!("This server answers under {own}. Ask whoever runs it to set the base URL.");
    Failure::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", title).into_response()
}

/// Errors made by libraries become problem documents too, and those of ours name the request in the log.
fn in_one_form(response: Response, id: &str, head: bool) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let failure = match response.extensions().get::<Told>() {
        Some(_) if !status.is_server_error() => return response,
        Some(Told(problem)) => problem.clone(),
        None => Failure::of_status(status).into_problem(),
    };
    let mut problem = failure;
    if status.is_server_error() {
        problem.request_id = Some(id.to_owned());
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    let body = if head {
        Vec::new()
    } else {
        serde_json::to_vec(&problem).unwrap_or_default()
    };
    Response::from_parts(parts, Body::from(body))
}
