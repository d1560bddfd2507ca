//! Requests that are none.

use std::io::Write;
use std::time::Duration;

use crate::client::read;
use crate::process::Server;

#[test]
fn requests_that_are_none_get_an_error_and_the_server_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let host = server.address;
    let many: String = (0..1_000)
        .map(|nth| format!("x-{nth}: y\r\n"))
        .collect::<Vec<_>>()
        .concat();
    let large = "x".repeat(64 * 1024);
    let rows: [(&str, String, &[u16]); 9] = [
        (
            "too many headers",
            format!("GET / HTTP/1.1\r\nHost: {host}\r\n{many}\r\n"),
            &[431],
        ),
        (
            "a header too large",
            format!("GET / HTTP/1.1\r\nHost: {host}\r\nx: {large}\r\n\r\n"),
            &[431],
        ),
        ("no HTTP", "nonsense\r\n\r\n".into(), &[400]),
        (
            "a header with NUL",
            format!("GET / HTTP/1.1\r\nHost: {host}\r\nx: a\0b\r\n\r\n"),
            &[400],
        ),
        (
            "a folded header",
            format!("GET / HTTP/1.1\r\nHost: {host}\r\nx: a\r\n b\r\n\r\n"),
            &[400],
        ),
        (
            "a bare CR",
            format!("GET / HTTP/1.1\r\nHost: {host}\r\nx: a\rb\r\n\r\n"),
            &[400],
        ),
        (
            "two lengths",
            format!(
                "POST /api/v1/session HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"
            ),
            &[400],
        ),
        (
            "length and chunks",
            format!(
                "POST /api/v1/session HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            &[400],
        ),
        (
            "a tunnel",
            format!("CONNECT evil.test:443 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            &[400, 404, 405, 421],
        ),
    ];
    for (what, request, expected) in rows {
        let answer = server.client().raw(request.as_bytes());
        let status = answer.as_ref().map(|answer| answer.status);
        assert!(
            status.is_some_and(|status| expected.contains(&status)),
            "{what}: {answer:?}"
        );
    }
    assert_eq!(server.client().get("/healthz").unwrap().status, 200);
    server.end();
}

#[test]
fn who_sends_byte_by_byte_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let host = server.address;
    let mut headers = server.client().connect().unwrap();
    let mut body = server.client().connect().unwrap();
    headers
        .write_all(format!("GET / HTTP/1.1\r\nHost: {host}\r\nx: ").as_bytes())
        .unwrap();
    let head = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    );
    body.write_all(head.as_bytes()).unwrap();
    for _ in 0..13 {
        std::thread::sleep(Duration::from_secs(1));
        // The server closes in the midst of this.
        headers.write_all(b"y").ok();
        body.write_all(b" ").ok();
    }
    let late = read(&mut body).unwrap();
    assert_eq!(late.status, 408, "{late:?}");
    assert!(read(&mut headers).is_none_or(|answer| answer.status == 408));
    server.end();
}
