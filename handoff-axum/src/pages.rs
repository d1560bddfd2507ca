//! The dashboard's pages and the widget, embedded.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::failure::Failure;
use crate::transport::Transport;

/// The built files, as they are committed.
#[derive(RustEmbed)]
#[folder = "ui/dist/"]
struct Built;

/// What a page of the dashboard may do: use this server's own files and routes, and be in nobody's frame.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Transport> {
    let mut routes = Router::new();
    for page in [
        "/dashboard",
        "/dashboard/",
        "/dashboard/{*rest}",
        "/setup",
        "/join",
        "/signin",
    ] {
        routes = routes.route(page, get(index));
    }
    routes
        .route("/ui/{*path}", get(asset))
        .route(
            "/widget.js",
            get(async |headers: HeaderMap| script("widget.js", &headers)),
        )
        .route(
            "/widget-words.js",
            get(async |headers: HeaderMap| script("widget-words.js", &headers)),
        )
}

async fn index(headers: HeaderMap) -> Response {
    let mut response = serve("index.html", &headers);
    let own = response.headers_mut();
    own.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PAGE_POLICY),
    );
    own.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    own.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    own.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&path, &headers)
}

/// A script that pages of other sites load.
fn script(name: &str, headers: &HeaderMap) -> Response {
    let mut response = serve(name, headers);
    let own = response.headers_mut();
    own.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    own.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

/// An embedded file. Its name stays the same when it changes, so a browser asks each time whether it did.
fn serve(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Built::get(path) else {
        return Failure::not_found().into_response();
    };
    let tag = tag(&file);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| names(known, &tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = kind(&file);
        (
            [(header::CONTENT_TYPE, kind)],
            Body::from(file.data.into_owned()),
        )
            .into_response()
    };
    let own = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, tag);
    }
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn names(known: &HeaderValue, tag: &str) -> bool {
    known.to_str().is_ok_and(|known| {
        known
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    })
}

fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    format!("\"{}\"", hex::encode(hash.get(..16).unwrap_or(&hash)))
}

fn kind(file: &EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    let text = kind.starts_with("text/") || kind.ends_with("javascript") || kind.ends_with("json");
    if text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    }
}
