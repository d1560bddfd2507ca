//! The files of the demo shop, embedded.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::page;

#[derive(RustEmbed)]
#[folder = "shop/"]
#[allow_missing = true]
struct Shop;

/// `GET /`
pub(super) async fn index(headers: HeaderMap) -> Response {
    serve("index.html", &headers)
}

/// Any other address: a file, or a page without its ending.
pub(super) async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let page = format!("{path}.html");
    serve(
        if Shop::get(&page).is_some() {
            &page
        } else {
            path
        },
        &headers,
    )
}

fn serve(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Shop::get(path) else {
        return page::not_found();
    };
    let tag = hex::encode(file.metadata.sha256_hash());
    let tag = format!("\"{tag}\"");
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok());
    let mut response = if known == Some(tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = file.metadata.mimetype();
        let text = kind.starts_with("text/") || kind.ends_with("javascript");
        let kind = if text {
            format!("{kind}; charset=utf-8")
        } else {
            kind.to_owned()
        };
        (
            [(header::CONTENT_TYPE, kind)],
            Body::from(file.data.into_owned()),
        )
            .into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    protect(response)
}

/// What a page of this site may do: use its own files and routes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Adds what every answer of the site says to browsers.
pub(super) fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
