//! One run: how often and how long, who takes part, and the interleaving of the contenders.

use super::{
    contender::{Durability, Name},
    load::from_second_process,
    series::Series,
    workload::Workload,
};
use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use std::{collections::HashMap, time::Duration};

/// A contender in one of its modes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<W> {
    pub(crate) name: Name,
    pub(crate) durability: Durability,
    pub(crate) workload: W,
}

impl<W> Case<W> {
    pub(crate) fn full(name: Name, workload: W) -> Self {
        Self {
            name,
            durability: Durability::Full,
            workload,
        }
    }

    pub(crate) fn normal(name: Name, workload: W) -> Self {
        Self {
            name,
            durability: Durability::Normal,
            workload,
        }
    }

    fn title(&self) -> String {
        format!("{} {}", self.name.title(), self.durability.synchronous())
    }
}

pub(crate) struct Run {
    pub(crate) repetitions: usize,
    /// Shorter and fewer: a look, not a figure to quote.
    pub(crate) quick: bool,
    pub(crate) progress: ProgressBar,
    prepared: HashMap<Name, Result<(), String>>,
}

impl Run {
    pub(crate) fn new(repetitions: usize, quick: bool) -> Result<Self> {
        let style =
            ProgressStyle::with_template("{elapsed_precise} {spinner} {pos} done, now {msg}")?;
        let progress = ProgressBar::no_length().with_style(style);
        progress.enable_steady_tick(Duration::from_millis(500));
        Ok(Self {
            repetitions,
            quick,
            progress,
            prepared: HashMap::new(),
        })
    }

    /// `long` in a full run, `short` in a quick one.
    pub(crate) fn pick<T>(&self, long: T, short: T) -> T {
        if self.quick { short } else { long }
    }

    /// Shows what is being measured now.
    pub(crate) fn say(&self, what: &str) {
        self.progress.set_message(what.to_owned());
        self.progress.inc(1);
    }

    /// Measures every case once a repetition, one after another, so that all of them meet the machine's moods.
    /// The series are in the order of the cases; one whose contender is missing or failed says why.
    pub(crate) async fn interleaved<W: Workload + Copy, const N: usize>(
        &mut self,
        figure: &str,
        cases: [Case<W>; N],
    ) -> [Series<W::Outcome>; N] {
        let mut all: [Series<W::Outcome>; N] = std::array::from_fn(|_| Series::default());
        for repetition in 1..=self.repetitions {
            for (case, series) in cases.iter().zip(&mut all) {
                if series.is_absent() {
                    continue;
                }
                let now = format!(
                    "{figure}: {}, {repetition} of {}",
                    case.title(),
                    self.repetitions
                );
                self.say(&now);
                series.record(self.once(case).await);
            }
        }
        all
    }

    async fn once<W: Workload + Copy>(&mut self, case: &Case<W>) -> Result<W::Outcome> {
        self.prepare(case.name).await?;
        let server = case.name.contender().start(case.durability).await?;
        let outcome = from_second_process(case.name, &server.endpoint, case.workload).await;
        server.stop().await?;
        outcome.with_context(|| case.title())
    }

    async fn prepare(&mut self, name: Name) -> Result<()> {
        if !self.prepared.contains_key(&name) {
            self.progress
                .set_message(format!("preparing {}", name.title()));
            let outcome = name.contender().prepare().await;
            self.prepared.insert(
                name,
                outcome.map_err(|error| format!("not present: {error:#}")),
            );
        }
        let outcome = self.prepared.get(&name).cloned();
        let reason = outcome.and_then(Result::err);
        ensure!(reason.is_none(), "{}", reason.unwrap_or_default());
        Ok(())
    }
}
