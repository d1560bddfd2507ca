//! [`Endpoint`]: one server, and how it is spoken to. No type of the client library leaves this file and `generate`.

use std::sync::Arc;
use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::StreamExt;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Body, Response, StatusCode};
use serde::Deserialize;

use super::circuit::Circuit;
use super::failure::Failure;
use super::options::{InvalidOpenAi, OpenAiOptions};
use super::watch::{Scanner, Watch};

/// Of an error's body so many bytes are read.
const MAX_ERROR_BYTES: usize = 8 << 10;
/// A plain name of a problem is no longer than this.
const MAX_CODE: usize = 64;

/// One server that speaks the protocol.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) options: OpenAiOptions,
    pub(super) circuit: Circuit,
    http: reqwest::Client,
    config: OpenAIConfig,
}

impl Endpoint {
    pub(super) fn new(options: OpenAiOptions) -> Result<Self, InvalidOpenAi> {
        let base = options.validate()?;
        // What is configured is where it goes: no redirect and no proxy of the environment leads elsewhere.
        let http = reqwest::Client::builder()
            .connect_timeout(options.connect)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|_| InvalidOpenAi {
                field: "base_url",
                problem: "this system has no certificates to trust: install them",
            })?;
        // Organisation and project are not taken from the environment behind the operator's back.
        let config = OpenAIConfig::new()
            .with_api_base(base.as_str().trim_end_matches('/'))
            .with_api_key(options.key.as_str())
            .with_org_id("")
            .with_project_id("");
        Ok(Self {
            circuit: Circuit::new(options.failures_to_open, options.open_for),
            options,
            http,
            config,
        })
    }

    /// A client for one request. It does not try again by itself, and `watch` sees all that comes.
    pub(super) fn client(&self, watch: &Arc<Watch>) -> Client<OpenAIConfig> {
        let (http, watch) = (self.http.clone(), Arc::clone(watch));
        let has_key = !self.options.key.is_empty();
        let send = tower::service_fn(move |request: HttpRequestFactory| {
            let (http, watch) = (http.clone(), Arc::clone(&watch));
            async move {
                let mut request = request.build().await?;
                match request.headers_mut().get_mut(AUTHORIZATION) {
                    Some(key) if has_key => key.set_sensitive(true),
                    _ => drop(request.headers_mut().remove(AUTHORIZATION)),
                }
                let sent = http.execute(request).await;
                let response = sent.map_err(|_| boxed(Failure::Unreachable))?;
                watched(response, watch).await.map_err(boxed)
            }
        });
        Client::build(self.http.clone(), self.config.clone()).with_http_service(send)
    }
}

fn boxed(failure: Failure) -> OpenAIError {
    OpenAIError::Boxed(Box::new(failure))
}

/// What an error of the client library says.
pub(super) fn failure(error: OpenAIError, watch: &Watch) -> Failure {
    if let Some(failure) = watch.failure() {
        return failure;
    }
    match error {
        OpenAIError::Boxed(error) => error
            .downcast::<Failure>()
            .map_or(Failure::Unreachable, |failure| *failure),
        OpenAIError::JSONDeserialize(..) => {
            Failure::Malformed("a piece is no JSON of the protocol")
        }
        OpenAIError::StreamError(_) => Failure::Malformed("it is no stream of the protocol"),
        _ => Failure::Cut,
    }
}

/// A response that may be an answer, with its bytes watched.
async fn watched(response: Response, watch: Arc<Watch>) -> Result<Response, Failure> {
    let status = response.status();
    if !status.is_success() {
        return Err(refused(response).await);
    }
    if status == StatusCode::NO_CONTENT {
        return Err(Failure::NotAnAnswer("nothing"));
    }
    let kind = header(response.headers(), CONTENT_TYPE.as_str()).to_ascii_lowercase();
    if kind.starts_with("text/html") {
        return Err(Failure::NotAnAnswer("a web page"));
    }
    let mut scanner = Scanner::default();
    let bytes = response.bytes_stream().map(move |piece| {
        let read = piece.map_err(|_| Failure::Cut).and_then(|piece| {
            scanner.read(&piece, &watch)?;
            Ok(piece)
        });
        read.inspect_err(|failure| watch.failed(failure.clone()))
    });
    let answer = http::Response::builder()
        .status(status)
        .body(Body::wrap_stream(bytes));
    answer
        .map(Response::from)
        .map_err(|_| Failure::Malformed("its status makes no sense"))
}

#[derive(Deserialize)]
struct Problem {
    error: Named,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    code: Option<serde_json::Value>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

async fn refused(mut response: Response) -> Failure {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() > MAX_ERROR_BYTES {
            break;
        }
    }
    Failure::Refused {
        status,
        code: code(&body),
        retry_after,
    }
}

/// The plain name of a problem. Its message is left alone: it may repeat the prompt or the key.
fn code(body: &[u8]) -> Option<String> {
    let problem: Problem = serde_json::from_slice(body).ok()?;
    let code = problem
        .error
        .code
        .and_then(|code| code.as_str().map(str::to_owned));
    code.or(problem.error.kind).filter(|code| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        (1..=MAX_CODE).contains(&code.len()) && code.chars().all(plain)
    })
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// What the server asks to wait; a date or nonsense is taken as long, and clamped like every other.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = header(headers, RETRY_AFTER.as_str()).trim();
    if text.is_empty() {
        return None;
    }
    let seconds: f64 = text.parse().unwrap_or(f64::MAX);
    Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_retry_after_is_a_span() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(asked("2"), Some(Duration::from_secs(2)));
        assert_eq!(asked("-1"), Some(Duration::ZERO));
        assert_eq!(asked("0"), Some(Duration::ZERO));
        for long in ["1e300", "Wed, 21 Oct 2037 07:28:00 GMT", "soon"] {
            assert_eq!(asked(long), Some(Duration::MAX), "{long}");
        }
        assert_eq!(asked("NaN"), Some(Duration::ZERO));
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn of_an_error_only_a_plain_name_is_kept() {
        let named = |body: &str| code(body.as_bytes());
        assert_eq!(
            named(r#"{"error":{"message":"x","code":"invalid_api_key"}}"#).as_deref(),
            Some("invalid_api_key")
        );
        assert_eq!(
            named(r#"{"error":{"type":"overloaded"}}"#).as_deref(),
            Some("overloaded")
        );
        for other in [
            "",
            "<html>",
            r#"{"error":{"code":"the visitor wrote: hi"}}"#,
            r#"{"error":"x"}"#,
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
