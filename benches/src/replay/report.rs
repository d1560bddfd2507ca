//! The figures of a replay.

use std::fmt;
use std::path::Path;

use hdrhistogram::Histogram;
use serde_json::json;

use super::agents::Deeds;
use super::audit::Audit;

/// What came of it.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) conversations: u64,
    pub(super) failed: Vec<String>,
    pub(super) sent: u64,
    pub(super) shown_wrong: u64,
    pub(super) audit: Audit,
    pub(super) deeds: Deeds,
    /// Microseconds.
    pub(super) latency: Histogram<u64>,
    pub(super) seconds: f64,
}

impl Report {
    pub(super) fn is_clean(&self) -> bool {
        let a = &self.audit;
        self.failed.is_empty()
            && a.acknowledged > 0
            && a.in_order == a.acknowledged
            && self.sent == a.acknowledged
            && [
                a.lost,
                a.doubled,
                a.gaps,
                a.after_takeover,
                self.shown_wrong,
            ] == [0; 5]
    }

    fn millis(&self, quantile: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a latency is far below 2^52 microseconds"
        )]
        let micros = self.latency.value_at_quantile(quantile) as f64;
        micros / 1000.0
    }

    pub(super) fn save(&self, path: &Path) -> std::io::Result<()> {
        let a = &self.audit;
        let figures = json!({
            "conversations": self.conversations, "failed": self.failed, "sent": self.sent,
            "acknowledged": a.acknowledged, "in_order": a.in_order, "lost": a.lost, "doubled": a.doubled, "gaps": a.gaps,
            "shown_wrong": self.shown_wrong, "assistant_messages": a.assistant_messages, "agent_messages": a.agent_messages,
            "takeovers": a.takeovers, "interrupted": a.interrupted, "after_takeover": a.after_takeover, "flags": a.flags,
            "deeds": self.deeds, "p50_ms": self.millis(0.5), "p99_ms": self.millis(0.99), "seconds": self.seconds,
        });
        std::fs::write(path, serde_json::to_vec_pretty(&figures)?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a = &self.audit;
        writeln!(
            f,
            "conversations                      {:>8}  in {:.0} s",
            self.conversations, self.seconds
        )?;
        writeln!(f, "messages sent                      {:>8}", self.sent)?;
        writeln!(
            f,
            "  acknowledged                     {:>8}",
            a.acknowledged
        )?;
        writeln!(f, "  found exactly once, in order     {:>8}", a.in_order)?;
        writeln!(f, "  lost                             {:>8}", a.lost)?;
        writeln!(f, "  doubled                          {:>8}", a.doubled)?;
        writeln!(
            f,
            "  shown twice or out of order      {:>8}",
            self.shown_wrong
        )?;
        writeln!(f, "gaps in transcripts                {:>8}", a.gaps)?;
        writeln!(f, "takeovers                          {:>8}", a.takeovers)?;
        writeln!(
            f,
            "assistant's messages               {:>8}",
            a.assistant_messages
        )?;
        writeln!(f, "  interrupted                      {:>8}", a.interrupted)?;
        writeln!(
            f,
            "  after a takeover (must be 0)     {:>8}",
            a.after_takeover
        )?;
        writeln!(
            f,
            "agents' messages                   {:>8}",
            a.agent_messages
        )?;
        for (flag, count) in &a.flags {
            writeln!(f, "flag {flag:<30}{count:>8}")?;
        }
        for (deed, count) in &self.deeds {
            writeln!(f, "agents: {deed:<50}{count:>8}")?;
        }
        let (p50, p99) = (self.millis(0.5), self.millis(0.99));
        writeln!(
            f,
            "visitor's send to agent's receipt  p50 {p50:.1} ms, p99 {p99:.1} ms, of {}",
            self.latency.len()
        )?;
        for failure in self.failed.iter().take(10) {
            writeln!(f, "failed: {failure}")?;
        }
        write!(
            f,
            "{}",
            if self.is_clean() {
                "Nothing was lost, doubled, out of order or said after a takeover."
            } else {
                "NOT CLEAN"
            }
        )
    }
}
