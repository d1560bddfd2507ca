//! A server that is started and ended.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::client::Client;

/// Longer than a start or an end takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

pub(crate) fn command(address: SocketAddr, data: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
    command
        .args(["--listen", &address.to_string(), "--data"])
        .arg(data)
        .args(more);
    // What a developer has set must not send a test's words to a provider.
    command
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .env_remove("HANDOFF_BOT_URL");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Server {
    /// Starts one and waits until it is ready.
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        Self::start_at(free_port(), data, more)
    }

    pub(crate) fn start_at(address: SocketAddr, data: &Path, more: &[&str]) -> Self {
        Self::run(address, command(address, data, more))
    }

    /// Starts what listens there, and waits until it is ready.
    #[expect(clippy::disallowed_methods, reason = "a test waits for a real process")]
    pub(crate) fn run(address: SocketAddr, mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while Client::new(address)
            .get("/healthz")
            .is_none_or(|answer| answer.status != 200)
        {
            assert!(
                child.try_wait().unwrap().is_none(),
                "it ended: {}",
                output(child)
            );
            assert!(Instant::now() < deadline, "it does not become ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, address }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; returns how it ended and what it said on both streams.
    #[expect(clippy::disallowed_methods, reason = "a test waits for a real process")]
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut said = String::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (status, said)
    }

    /// Kills it: nothing is put in order.
    pub(crate) fn kill(self) {
        self.signal("-KILL");
        self.wait();
    }

    /// Ends it in order.
    pub(crate) fn end(self) -> String {
        self.signal("-TERM");
        let (status, said) = self.wait();
        assert!(status.success(), "{status} {said}");
        said
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a failed assertion; otherwise it ended before.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}
