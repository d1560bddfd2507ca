//! A server for the tests: the one in `REDIS_URL`, else one of our own.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use handoff_store_redis::RedisOptions;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// What keeps a server up that is there for one test alone; dropping it stops the server.
pub(crate) struct OwnServer {
    pub(crate) port: u16,
    folder: TempDir,
    arguments: Vec<String>,
    process: Option<Child>,
}

impl OwnServer {
    /// Without a file of any kind.
    pub(crate) async fn start() -> Self {
        Self::with(&["--appendonly", "no"]).await
    }

    /// With these arguments, in an empty folder, on a free port of the loopback.
    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server = Self {
            port: free.local_addr().unwrap().port(),
            folder: tempfile::tempdir().unwrap(),
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            process: None,
        };
        drop(free);
        server.up().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Starts it, and waits until it answers.
    pub(crate) async fn up(&mut self) {
        let started = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--dir"])
            .arg(self.folder.path())
            .args(&self.arguments)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        self.process = Some(started.unwrap_or_else(|error| {
            panic!("these tests need a Redis server: install it (Debian: apt-get install redis-server), or name a running one \
                in REDIS_URL. redis-server: {error}")
        }));
        for _ in 0..400 {
            if self.answers().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("redis-server does not answer on port {}", self.port);
    }

    async fn answers(&self) -> bool {
        let Ok(client) = redis::Client::open(self.url()) else {
            return false;
        };
        let Ok(mut link) = client.get_multiplexed_async_connection().await else {
            return false;
        };
        redis::cmd("PING")
            .query_async::<String>(&mut link)
            .await
            .is_ok()
    }

    /// As `kill -9` does.
    pub(crate) async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.unwrap();
        }
    }
}

/// A server, and a prefix that nobody else uses on it.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) options: RedisOptions,
    server: Option<OwnServer>,
}

impl Place {
    pub(crate) async fn new() -> Self {
        if let Ok(url) = std::env::var("REDIS_URL") {
            return Self::at(url, None);
        }
        let server = OwnServer::start().await;
        Self::at(server.url(), Some(server))
    }

    fn at(url: String, server: Option<OwnServer>) -> Self {
        let prefix = format!("handoff-test-{:016x}", fastrand::u64(..));
        Self {
            url,
            options: RedisOptions::default().prefix(prefix),
            server,
        }
    }
}

impl Drop for Place {
    /// Deletes the keys of this test from a server that outlives it.
    fn drop(&mut self) {
        if self.server.is_some() {
            return;
        }
        let deleted = redis::Client::open(self.url.as_str())
            .and_then(|client| client.get_connection())
            .and_then(|mut link| delete(&mut link, &self.options.prefix));
        assert!(
            deleted.is_ok() || std::thread::panicking(),
            "keys of this test are left: {deleted:?}"
        );
    }
}

fn delete(link: &mut redis::Connection, prefix: &str) -> redis::RedisResult<()> {
    let mut cursor = 0_u64;
    loop {
        let (next, keys): (u64, Vec<Vec<u8>>) = redis::cmd("SCAN")
            .arg(cursor)
            .arg("MATCH")
            .arg(format!("{prefix}:*"))
            .arg("COUNT")
            .arg(1000)
            .query(link)?;
        // One by one: in a cluster they are in different slots.
        for key in keys {
            redis::cmd("UNLINK").arg(key).exec(link)?;
        }
        if next == 0 {
            return Ok(());
        }
        cursor = next;
    }
}
