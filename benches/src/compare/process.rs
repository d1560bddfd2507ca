//! Server processes: started on a free loopback port with a data folder of their own, measured, and ended.

use super::clock;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::sleep,
};

const START_LIMIT: Duration = Duration::from_secs(20);
const START_POLL: Duration = Duration::from_millis(20);
/// Linux reports processor time in hundredths of a second on every architecture that this runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Where a running server is and what its clients need to know of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    pub(crate) process: u32,
    /// What opens its doors, where they are not open to all.
    pub(crate) access: Option<String>,
}

/// A server process with its data; both are gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) endpoint: Endpoint,
    data: TempDir,
}

/// A free loopback port: given up again just before the server takes it.
pub(crate) async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}

impl Server {
    /// Starts the command and waits until it accepts connections at `address`.
    pub(crate) async fn start(
        mut command: Command,
        address: SocketAddr,
        data: TempDir,
    ) -> Result<Self> {
        let log = data.path().join("stderr.log");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(File::create(data.path().join("stdout.log"))?)
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("cannot start {}", command.as_std().get_program().display())
            })?;
        let process = child.id().context("the server ended at once")?;
        let started = clock::now();
        while TcpStream::connect(address).await.is_err() {
            let ended = child.try_wait()?;
            if ended.is_some() || started.elapsed() > START_LIMIT {
                let said = fs::read_to_string(&log).unwrap_or_default();
                bail!("the server does not answer at {address} ({ended:?}): {said}");
            }
            sleep(START_POLL).await;
        }
        let endpoint = Endpoint {
            address,
            process,
            access: None,
        };
        Ok(Self {
            child,
            endpoint,
            data,
        })
    }

    /// What the server printed so far.
    pub(crate) fn printed(&self) -> Result<String> {
        Ok(fs::read_to_string(self.data.path().join("stdout.log"))?)
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Processor seconds that a process used so far, in user and kernel mode, all threads.
pub(crate) fn processor_seconds(process: u32) -> Result<f64> {
    let line = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = line.rsplit_once(") ").context("no process name")?.1;
    let ticks: Vec<f64> = after_name
        .split(' ')
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// Processor seconds that all threads of this process used so far, to the nanosecond. Threads that ended do not count.
pub(crate) fn own_processor_seconds() -> Result<f64> {
    let mut seconds = 0.0;
    for task in fs::read_dir("/proc/self/task")? {
        // A thread may end between the listing and the look.
        let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) else {
            continue;
        };
        let nanoseconds = line.split(' ').next().context("an empty schedstat")?;
        seconds += nanoseconds.parse::<f64>()? / 1e9;
    }
    Ok(seconds)
}

/// Resident memory of a process in bytes.
pub(crate) fn resident_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_use_of_the_machine() {
        let process = std::process::id();
        let before = processor_seconds(process).unwrap();
        let own_before = own_processor_seconds().unwrap();
        let started = clock::now();
        let mut spins = 0_u64;
        while started.elapsed() < Duration::from_millis(60) {
            spins = std::hint::black_box(spins + 1);
        }
        assert!(processor_seconds(process).unwrap() > before);
        assert!(own_processor_seconds().unwrap() > own_before);
        assert!(resident_bytes(process).unwrap() > 1 << 20);
    }
}
