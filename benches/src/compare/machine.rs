//! What the figures were measured on.

use super::{clock, statistics::median};
use anyhow::Result;
use serde::Serialize;
use std::{fs, io::Write, path::Path, process::Command, thread};

const FSYNC_PROBES: usize = 40;

/// The machine and the versions of what ran on it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) kernel: String,
    /// Load average of the last minute before the run: others at work here make every figure worse.
    pub(crate) load_before: f64,
    /// The same after it: the run's own load, and that of others.
    pub(crate) load_after: f64,
    /// Milliseconds of one small write and fsync, where the databases of the run lie.
    pub(crate) fsync_ms: f64,
    pub(crate) rustc: String,
    pub(crate) node: Option<String>,
    pub(crate) nats_server: Option<String>,
}

impl Machine {
    pub(crate) fn here(data: &Path) -> Result<Self> {
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_default(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_gib: field("/proc/meminfo", "MemTotal")
                .and_then(|total| total.split(' ').next()?.parse::<u64>().ok())
                .map_or(0, |kib| kib.div_ceil(1 << 20)),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map(|release| release.trim().to_owned())
                .unwrap_or_default(),
            load_before: load_average(),
            load_after: 0.0,
            fsync_ms: fsync_milliseconds(data)?,
            rustc: version("rustc", "--version").unwrap_or_default(),
            node: version("node", "--version"),
            nats_server: version("nats-server", "--version"),
        })
    }

    pub(crate) fn sentence(&self) -> String {
        format!(
            "{}, {} cores, {} GiB, Linux {}, load {:.1} before and {:.1} after, fsync {:.2} ms; {}; node {}; {}",
            self.processor,
            self.cores,
            self.memory_gib,
            self.kernel,
            self.load_before,
            self.load_after,
            self.fsync_ms,
            self.rustc,
            self.node.as_deref().unwrap_or("not present"),
            self.nats_server
                .as_deref()
                .unwrap_or("nats-server not present"),
        )
    }
}

/// Of the last minute.
pub(crate) fn load_average() -> f64 {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|line| line.split(' ').next()?.parse().ok())
        .unwrap_or_default()
}

/// The median time of a small append that is forced to the disk: it has moods, so a run tells which it met.
pub(crate) fn fsync_milliseconds(folder: &Path) -> Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut times = Vec::with_capacity(FSYNC_PROBES);
    for _ in 0..FSYNC_PROBES {
        let started = clock::now();
        file.write_all(&[7; 512])?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(times).unwrap_or_default())
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn version(program: &str, flag: &str) -> Option<String> {
    let output = Command::new(program).arg(flag).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
