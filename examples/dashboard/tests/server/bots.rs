//! A bot of one's own, told of its turns by the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::client::Client;
use crate::process::{self, Server, free_port};
use crate::team::{Visitor, id, owner, send};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A bot in Python, running.
struct Bot(Child);

/// The example.
fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bot-python/bot.py")
}

impl Bot {
    fn start(file: &Path, port: u16, handoff: SocketAddr, token: &str) -> Self {
        let bot = Command::new("python3")
            .arg(file)
            .env("PORT", port.to_string())
            .env("HANDOFF_URL", format!("http://{handoff}"))
            .env("HANDOFF_BOT_TOKEN", token)
            .env("HANDOFF_BOT_SECRET", SECRET)
            .env("BOT_PACE", "0.3")
            .stderr(Stdio::null())
            .spawn();
        Self(bot.expect("this test needs python3"))
    }

    #[expect(clippy::disallowed_methods, reason = "a test waits for a real process")]
    fn until_it_listens(self, client: Client) -> Self {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while client.connect().is_none() {
            assert!(
                std::time::Instant::now() < deadline,
                "the bot does not start"
            );
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        self
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn token(server: &Server, cookie: &str) -> String {
    let cookie = format!("Cookie: {cookie}\r\n");
    let made = server.client().post(
        "/api/v1/services/store/tokens",
        &cookie,
        &json!({ "name": "bot" }),
    );
    made.json()["token"].as_str().unwrap().to_owned()
}

fn do_it(server: &Server, cookie: &str, conversation: &str, command: &Value) {
    let path = format!("/api/v1/conversations/{conversation}/commands");
    let body = json!({ "id": id(), "command": command });
    let done = server
        .client()
        .post(&path, &format!("Cookie: {cookie}\r\n"), &body);
    assert_eq!(done.status, 200, "{done:?}");
}

fn events(server: &Server, cookie: &str, conversation: &str) -> Vec<Value> {
    let path = format!("/api/v1/conversations/{conversation}/events?after=0");
    let log = server.client().get_as(&path, cookie).json();
    log["events"].as_array().unwrap().clone()
}

fn reply_to(question: &str) -> String {
    format!("You said: {question} I am a small bot, and you can ask me for a person.")
}

/// What the check says of the bot, and whether all was good.
fn check(bot: &Path) -> (bool, String) {
    let (address, bot_at) = (free_port(), free_port());
    let token = "a-token-of-the-test-and-of-nobody-else";
    let _bot = Bot::start(bot, bot_at.port(), address, token).until_it_listens(Client::new(bot_at));
    let output = Command::new(env!("CARGO_BIN_EXE_handoff-bot-check"))
        .args([
            &format!("http://{bot_at}/"),
            "--listen",
            &address.to_string(),
        ])
        .env("HANDOFF_BOT_TOKEN", token)
        .env("HANDOFF_BOT_SECRET", SECRET)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.success(), said)
}

#[test]
fn the_bot_in_python_does_all_that_a_bot_should() {
    let (good, said) = check(&example());
    assert!(good, "{said}");
    assert_eq!(said.matches("ok  ").count(), 5, "{said}");
}

#[test]
fn a_bot_that_does_wrong_is_told_so() {
    let right = std::fs::read_to_string(example()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (line, wrong, found) in [
        (
            "return False  #",
            "return True  #",
            "it went on after a 409",
        ),
        (
            "204 if signed else 401",
            "204",
            "signed with another secret",
        ),
    ] {
        assert!(right.contains(line));
        let file = folder.path().join("bot.py");
        std::fs::write(&file, right.replace(line, wrong)).unwrap();
        let (good, said) = check(&file);
        assert!(!good && said.contains(found), "{said}");
    }
}

#[tokio::test]
async fn a_bot_in_python_answers_stops_at_a_takeover_and_goes_on_after_the_return() {
    let folder = tempfile::tempdir().unwrap();
    let bot_at = free_port();
    let url = format!("http://{bot_at}/");
    let address = free_port();
    let mut command = process::command(address, folder.path(), &["--bot-url", &url]);
    command.env("HANDOFF_BOT_SECRET", SECRET);
    let server = Server::run(address, command);
    let cookie = owner(&server, folder.path());
    let bot = Bot::start(
        &example(),
        bot_at.port(),
        server.address,
        &token(&server, &cookie),
    );
    let bot = bot.until_it_listens(Client::new(bot_at));

    let mut widget = Visitor::enter(&server).at(&server, None).await;
    widget.send(&send(&id(), "Do you mend jumpers?")).await;
    let opened = widget.frame("opened").await;
    let conversation = opened["conversation"].as_str().unwrap().to_owned();
    widget.frame("piece").await;
    widget.said(&reply_to("Do you mend jumpers?")).await;

    // In the middle of the next reply a person takes over: nothing more is said.
    widget.send(&send(&id(), "And boots?")).await;
    let begins =
        |frame: &Value| frame["type"] == "piece" && frame["text"] == "You said: And boots? ";
    widget.find(begins).await;
    do_it(
        &server,
        &cookie,
        &conversation,
        &json!({ "type": "take_over" }),
    );
    do_it(
        &server,
        &cookie,
        &conversation,
        &json!({ "type": "return" }),
    );
    widget.said(&reply_to("And boots?")).await;
    let log = events(&server, &cookie, &conversation);
    let replies: Vec<&Value> = log
        .iter()
        .filter(|event| event["body"]["type"] == "reply_committed")
        .collect();
    assert_eq!(replies.len(), 2, "{log:#?}");
    drop(bot);
    server.end();
}
