//! The server that the tests run on.
#![allow(clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Where it is: `DATABASE_URL`, else a server of the tests' own, which ends with this process.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| std::env::var("DATABASE_URL").unwrap_or_else(|_| start()))
}

/// Starts one on a free port. Another process may take the port in between: then there is another try.
fn start() -> String {
    /// Its input ends with this process, and with it the server.
    static SERVER: OnceLock<Child> = OnceLock::new();
    let mut said = String::new();
    for _ in 0..3 {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut child = Command::new("bash")
            .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It lives a moment longer than the test, whose own output is to end with it.
            .stderr(Stdio::null())
            .spawn()
            .expect("bash, which starts the tests' server");
        let mut out = BufReader::new(child.stdout.take().unwrap());
        said.clear();
        out.read_line(&mut said).unwrap();
        match said.trim() {
            "ready" => {
                SERVER.set(child).unwrap();
                return format!("postgres://postgres@127.0.0.1:{port}/postgres");
            }
            "missing" => panic!(
                "these tests need a Postgres server: set DATABASE_URL to one, or install the programs (Debian, Ubuntu: \
                 sudo apt-get install postgresql)"
            ),
            _ => {
                out.read_to_string(&mut said).unwrap();
                child.wait().unwrap();
            }
        }
    }
    panic!("the tests' Postgres server did not start:\n{said}");
}
