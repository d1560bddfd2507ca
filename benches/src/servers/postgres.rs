//! A Postgres server of our own, in a temporary folder.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use super::signal;
use crate::compare::process::free_address;

/// The distribution's place for the server's programs.
const PROGRAMS: &str = "/usr/lib/postgresql";
const USER: &str = "postgres";

/// A server. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Postgres {
    pub(crate) address: SocketAddr,
    programs: PathBuf,
    folder: TempDir,
    /// Whoever is root runs the server as this user: it refuses to run as root.
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// Makes a cluster and starts the server.
    pub(crate) async fn start() -> Result<Self> {
        let server = Self {
            address: free_address().await?,
            programs: programs()?,
            folder: tempfile::tempdir()?,
            user: drop_to()?,
        };
        fs::set_permissions(server.folder.path(), fs::Permissions::from_mode(0o755))?;
        fs::create_dir(server.data())?;
        if let Some((user, group)) = server.user {
            chown(server.data(), Some(user), Some(group))?;
            chown(server.folder.path(), Some(user), Some(group))?;
        }
        let data = server.data();
        let arguments = [
            "-A",
            "trust",
            "-U",
            USER,
            "-N",
            "-E",
            "UTF8",
            "--locale=C",
            "-D",
        ];
        server.run("initdb", &arguments, Some(&data)).await?;
        let port = server.address.port();
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n\
             deadlock_timeout = 200ms\nshared_buffers = 32MB\n"
        );
        let file = data.join("postgresql.conf");
        let mut all = fs::read_to_string(&file)?;
        all.push_str(&settings);
        fs::write(&file, all)?;
        server.control(&["-w", "start"]).await?;
        server.sql("CREATE DATABASE handoff").await?;
        Ok(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server's, as the user that may.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path()).kill_on_drop(true);
        command
    }

    async fn run(&self, name: &str, arguments: &[&str], path: Option<&Path>) -> Result<String> {
        let output = self.program(name).args(arguments).args(path).output().await;
        let output = output.with_context(|| format!("{name} does not start"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name}: {said}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// `pg_ctl`, with a log of its own so that the server holds none of our pipes.
    async fn control(&self, arguments: &[&str]) -> Result<()> {
        let log = self.folder.path().join("postgres.log");
        let mut command = self.program("pg_ctl");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(&log)
            .args(arguments);
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let status = command.status().await?;
        ensure!(
            status.success(),
            "pg_ctl {arguments:?}: {status}: {}",
            fs::read_to_string(&log).unwrap_or_default()
        );
        Ok(())
    }

    /// Runs statements; what they print.
    pub(crate) async fn sql(&self, statements: &str) -> Result<String> {
        let database = if statements.starts_with("CREATE DATABASE") {
            USER
        } else {
            "handoff"
        };
        let port = self.address.port().to_string();
        let arguments = [
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            USER,
            "-d",
            database,
            "-X",
            "-q",
            "-t",
            "-A",
            "-c",
            statements,
        ];
        self.run("psql", &arguments, None).await
    }

    /// Restarts it: `fast` breaks off what is under way, `immediate` is a crash.
    pub(crate) async fn restart(&self, mode: &str) -> Result<()> {
        self.control(&["-w", "-m", mode, "restart"]).await
    }

    /// Stops every process that serves a connection, or lets them go on.
    pub(crate) async fn freeze(&self, processes: &[u32], freeze: bool) -> Result<()> {
        signal(if freeze { "-STOP" } else { "-CONT" }, processes).await
    }

    /// The processes that serve connections to the database.
    pub(crate) async fn backends(&self) -> Result<Vec<u32>> {
        let asked = "SELECT pid FROM pg_stat_activity WHERE datname = 'handoff' AND pid <> pg_backend_pid()";
        let lines = self.sql(asked).await?;
        lines.lines().map(|line| Ok(line.trim().parse()?)).collect()
    }

    /// The URL of a database that no node knows; it is made where it is not there.
    pub(crate) async fn apart(&self) -> Result<String> {
        let asked = "SELECT count(*) FROM pg_database WHERE datname = 'apart'";
        if self.sql(asked).await? == "0" {
            self.sql("CREATE DATABASE apart").await?;
        }
        Ok(format!("postgres://{USER}@{}/apart", self.address))
    }

    /// The URL at this address, which is the server's or a proxy's.
    pub(crate) fn url(address: SocketAddr) -> String {
        format!("postgres://{USER}@{address}/handoff")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Whoever ends a run does not wait for a clean stop.
        let mut command = std::process::Command::new(self.programs.join("pg_ctl"));
        if let Some((user, group)) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
            std::os::unix::process::CommandExt::gid(&mut command, group);
        }
        command
            .arg("-D")
            .arg(self.data())
            .args(["-m", "immediate", "stop"]);
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command.current_dir(self.folder.path()).status().ok();
    }
}

/// Where the newest server's programs are.
fn programs() -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(PROGRAMS)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .filter(|(_, path)| path.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, path)) = found.pop() {
        return Ok(path);
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&on_path)
        .find(|folder| folder.join("initdb").exists())
        .context("there is no Postgres: install the server (Debian: apt-get install postgresql)")
}

/// The user that the server runs as, where we are root.
fn drop_to() -> Result<Option<(u32, u32)>> {
    let own = fs::metadata("/proc/self")?;
    if std::os::unix::fs::MetadataExt::uid(&own) != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    for line in users.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        if let [USER, _, user, group, ..] = fields.as_slice() {
            return Ok(Some((user.parse()?, group.parse()?)));
        }
    }
    bail!("Postgres does not run as root, and there is no user {USER}")
}
