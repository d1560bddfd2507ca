//! The frame of a help page.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::files::protect;

/// A page with a title and a body that is safe HTML; the demo's pages hold its chat.
pub(super) fn page(title: &str, body: &str, demo: bool) -> Response {
    protect(Html(html(title, body, demo)).into_response())
}

/// What becomes of an address that is none.
pub(super) fn not_found() -> Response {
    let body = "<h1>There is no such page</h1><p><a href=\"/\">Go to the start</a></p>";
    let page = Html(html("There is no such page", body, false));
    protect((StatusCode::NOT_FOUND, page).into_response())
}

fn html(title: &str, body: &str, demo: bool) -> String {
    let title = escaped(title);
    let chat = if demo {
        "<script src=\"/widget.js\" data-service=\"store\" charset=\"utf-8\" async></script>\n"
    } else {
        ""
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/shop.css\">\n\
         {chat}</head>\n\
         <body>\n<nav><a href=\"/\">Shop</a> <a href=\"/help\">Help</a></nav>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
}

/// Text as HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            char => html.push(char),
        }
    }
    html
}
