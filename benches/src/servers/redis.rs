//! A Redis server of our own, in a temporary folder, with an append-only file that is written every second.

use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::{PATIENCE, POLL};
use crate::compare::{clock, process::free_address};

/// A server. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Redis {
    pub(crate) address: SocketAddr,
    folder: TempDir,
    child: Option<Child>,
}

impl Redis {
    pub(crate) async fn start() -> Result<Self> {
        let mut server = Self {
            address: free_address().await?,
            folder: tempfile::tempdir()?,
            child: None,
        };
        server.up().await?;
        Ok(server)
    }

    async fn up(&mut self) -> Result<()> {
        let child = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &self.address.port().to_string(),
            ])
            .args([
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
            ])
            .args(["--enable-debug-command", "local", "--dir"])
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let hint = "there is no redis-server: install it (Debian: apt-get install redis-server)";
        self.child = Some(child.context(hint)?);
        let started = clock::now();
        // While it reads its file it answers with an error.
        while !matches!(self.ask("PING").await.as_deref(), Ok("+PONG")) {
            if started.elapsed() > PATIENCE {
                bail!("redis-server does not answer at {}", self.address);
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// One command; the first line of its answer.
    pub(crate) async fn ask(&self, command: &str) -> Result<String> {
        let asked = async {
            let mut stream = TcpStream::connect(self.address).await?;
            stream
                .write_all(format!("{command}\r\n").as_bytes())
                .await?;
            let mut answer = vec![0; 512];
            let length = stream.read(&mut answer).await?;
            let text =
                String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned();
            anyhow::Ok(text.lines().next().unwrap_or_default().to_owned())
        };
        timeout(PATIENCE, asked).await?
    }

    /// As `kill -9` does, and up again.
    pub(crate) async fn crash(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        self.up().await
    }

    /// The URL at this address, which is the server's or a proxy's.
    pub(crate) fn url(address: SocketAddr) -> String {
        format!("redis://{address}/")
    }
}
