//! A client that sends what it is told, well-formed or not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) whole_head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Client(SocketAddr);

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    pub(crate) fn connect(self) -> Option<TcpStream> {
        let stream = TcpStream::connect(self.0).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Some(stream)
    }

    /// Sends bytes and reads until the server closes.
    pub(crate) fn raw(self, request: &[u8]) -> Option<Answer> {
        let mut stream = self.connect()?;
        // A server that refuses may close before all is written.
        stream.write_all(request).ok();
        read(&mut stream)
    }

    pub(crate) fn get(self, path: &str) -> Option<Answer> {
        self.raw(
            format!(
                "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                self.0
            )
            .as_bytes(),
        )
    }

    /// As somebody who is signed in.
    pub(crate) fn get_as(self, path: &str, cookie: &str) -> Answer {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n",
            self.0
        );
        self.raw(request.as_bytes()).unwrap()
    }

    pub(crate) fn post(self, path: &str, headers: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n{headers}\r\n",
            self.0
        );
        self.raw(format!("{head}{body}").as_bytes()).unwrap()
    }
}

/// Reads an answer to its end.
pub(crate) fn read(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    // A reset after the answer is an end like any other.
    stream.read_to_end(&mut bytes).ok();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer {
        status,
        head: head.to_lowercase(),
        whole_head: head.to_owned(),
        body: body.to_owned(),
    })
}
