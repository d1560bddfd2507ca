//! Who answers, by flag and environment.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::Server;

const PIECES: [&str; 3] = [
    r#"{"choices":[{"index":0,"delta":{"content":"It takes two days [1]"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"."}}]}"#,
    r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
];

/// A server that speaks OpenAI's protocol, for one request; gives what it was asked.
fn provider() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (tell, asked) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut piece = [0; 8_192];
            let count = stream.read(&mut piece).unwrap();
            request.extend_from_slice(&piece[..count]);
        }
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let pieces = PIECES.map(|piece| format!("data: {piece}\n\n")).concat();
        let answer = format!("{head}{pieces}data: [DONE]\n\n");
        stream.write_all(answer.as_bytes()).unwrap();
        tell.send(String::from_utf8_lossy(&request).into_owned())
            .unwrap();
    });
    (base_url, asked)
}

/// The reply to a question of a new visitor.
fn reply(server: &Server, question: &str) -> Value {
    let client = server.client();
    let entered = client
        .post(
            "/api/v1/visitor/session",
            "",
            &json!({ "service": "store" }),
        )
        .json();
    let secret = |name: &str| entered[name].as_str().unwrap().to_owned();
    let bearer = format!(
        "Authorization: Bearer {}.{}\r\n",
        secret("visitor"),
        secret("secret")
    );
    let message = json!({ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "text": question });
    let said = client
        .post("/api/v1/visitor/messages", &bearer, &message)
        .json();
    let id = said["conversation"].as_str().unwrap();
    let path = format!("/api/v1/visitor/events?conversation={id}&after=0");
    for _ in 0..400 {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{bearer}\r\n",
            server.address
        );
        let events = client.raw(request.as_bytes()).unwrap().json();
        let all = events["events"].as_array().unwrap().clone();
        let by_assistant = |event: &&Value| event.to_string().contains("two days");
        if let Some(event) = all.iter().find(by_assistant) {
            return event["body"].clone();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no reply came");
}

#[test]
fn a_model_answers_from_the_help_pages_and_links_what_it_cites() {
    let (base_url, asked) = provider();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--openai-base-url", &base_url]);
    let reply = reply(&server, "How long does delivery take?");
    assert_eq!(reply["text"], "It takes two days.");
    let link = reply.to_string();
    assert!(link.contains("/help/delivery"), "{link}");
    let asked = asked.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(asked.contains("gpt-4o-mini") && asked.contains("How long does delivery take?"));
    assert!(
        !asked.to_lowercase().contains("authorization"),
        "no key, none is sent"
    );
    let said = server.end();
    assert!(
        !said.contains("How long does delivery"),
        "words are not logged"
    );
}

#[test]
fn what_can_not_be_asked_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let address = crate::process::free_port();
    let arguments = ["--openai-base-url", "ftp://nowhere"];
    let output = crate::process::command(address, folder.path(), &arguments)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("base_url") && said.contains("https://"),
        "{said}"
    );
}
