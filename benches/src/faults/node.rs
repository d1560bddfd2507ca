//! One node: a process of the server.

use std::fs::{self, OpenOptions};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::compare::clock;
use crate::servers::{PATIENCE, POLL, signal};

/// How a node is started.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) binary: PathBuf,
    pub(super) address: SocketAddr,
    /// Its folder; the log is beside it.
    pub(super) data: PathBuf,
    pub(super) base_url: String,
    /// Where conversations are kept, where that is not in the folder; and by what nodes hear of each other.
    pub(super) storage: Option<(String, String)>,
}

/// A node. Dropping it kills the process.
#[derive(Debug)]
pub(super) struct Node {
    settings: Settings,
    child: Option<Child>,
}

impl Node {
    /// Not started yet.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            child: None,
        }
    }

    /// Starts the process and waits until it accepts connections.
    pub(super) async fn start(&mut self) -> Result<()> {
        let Settings {
            binary,
            address,
            data,
            base_url,
            storage,
        } = &self.settings;
        let log = self.log();
        let mut command = Command::new(binary);
        command
            .arg("--listen")
            .arg(address.to_string())
            .arg("--data")
            .arg(data)
            .args([
                "--base-url",
                base_url,
                "--limits",
                "off",
                "--log",
                "warn",
                "--assistant-pace",
                "15",
            ]);
        if let Some((store, bus)) = storage {
            command.args(["--store", store, "--bus", bus]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(OpenOptions::new().create(true).append(true).open(&log)?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} does not start", binary.display()))?;
        let started = clock::now();
        while TcpStream::connect(address).await.is_err() {
            let ended = child.try_wait()?;
            if ended.is_some() || started.elapsed() > PATIENCE {
                let said = fs::read_to_string(&log).unwrap_or_default();
                bail!("a node does not answer at {address} ({ended:?}): {said}");
            }
            sleep(POLL).await;
        }
        self.child = Some(child);
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.settings.data.with_extension("log")
    }

    /// What it logged.
    pub(super) fn logged(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.settings.address)
    }

    pub(super) fn process(&self) -> Result<u32> {
        let id = self.child.as_ref().and_then(Child::id);
        id.context("the node does not run")
    }

    /// As `kill -9` does.
    pub(super) async fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub(super) async fn end(&mut self) -> Result<()> {
        let process = self.process()?;
        signal("-TERM", &[process]).await?;
        if let Some(mut child) = self.child.take() {
            let status = timeout(PATIENCE, child.wait())
                .await
                .context("a node does not end")??;
            if !status.success() {
                bail!("a node ended with {status}: {}", self.logged());
            }
        }
        Ok(())
    }

    /// Stops the process as a debugger does, or lets it go on.
    pub(super) async fn pause(&self, pause: bool) -> Result<()> {
        signal(if pause { "-STOP" } else { "-CONT" }, &[self.process()?]).await
    }
}
