//! Servers that keep conversations.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::postgres;
use crate::process::free_port;

/// Longer than a server takes to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database of a test's own.
pub(crate) struct Database {
    name: String,
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn new() -> Self {
        let name = format!("handoff_server_{:016x}", fastrand::u64(..));
        execute(&format!("CREATE DATABASE {name}")).await;
        let (server, options) = match postgres::url().split_once('?') {
            Some((server, options)) => (server, format!("?{options}")),
            None => (postgres::url(), String::new()),
        };
        let (host, _) = server.rsplit_once('/').expect("a URL names a database");
        let url = format!("{host}/{name}{options}");
        Self { name, url }
    }

    /// Call it in the end; what a failed test leaves is small.
    pub(crate) async fn drop(self) {
        execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

async fn execute(sql: &str) {
    let mut connection = PgConnection::connect(postgres::url()).await.unwrap();
    connection
        .execute(AssertSqlSafe(sql.to_owned()))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// A Redis server of a test's own.
pub(crate) struct Redis {
    process: Child,
    _folder: TempDir,
    pub(crate) url: String,
}

impl Redis {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a real process")]
    pub(crate) fn start() -> Self {
        let (address, folder) = (free_port(), tempfile::tempdir().unwrap());
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("this test needs redis-server (Debian: apt-get install redis-server)");
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self {
            process,
            _folder: folder,
            url: format!("redis://{address}/0"),
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
