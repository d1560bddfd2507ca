//! Runs the detectors over the texts and writes down what came out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use handoff_core::attention::{
    Detector, HelpRequest, NegativeFeedback, NonAnswer, Observed, Rating, Rule, Rules,
    default_detectors,
};
use serde_json::{Value, json};

use super::count::Count;
use super::samples::{LeftOut, Sample, Samples, Task};

/// How often the texts are gone through for the time of a message: of each text the quickest pass counts, the rest is
/// other work of the machine.
const TIMED_PASSES: u32 = 7;

/// The figures of one run.
#[derive(Debug)]
pub struct Report {
    counts: BTreeMap<(Task, String, String), Count>,
    wrong: Vec<(Sample, String)>,
    left_out: Vec<LeftOut>,
    times: Vec<(&'static str, f64)>,
}

/// Runs every detector over the texts of `folder`.
///
/// # Errors
///
/// When the folder or a file of it cannot be read, or holds nothing that is known.
pub fn measure(folder: &Path) -> Result<Report> {
    let samples = Samples::read(folder)?;
    let mut counts: BTreeMap<(Task, String, String), Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for sample in &samples.counted {
        let quotes: Vec<String> = raised(sample);
        let is_raised = !quotes.is_empty();
        let key = (sample.task, sample.file.clone(), sample.language.clone());
        counts
            .entry(key)
            .or_default()
            .add(is_raised, sample.expected);
        if is_raised != sample.expected {
            wrong.push((
                sample.clone(),
                quotes.into_iter().next().unwrap_or_default(),
            ));
        }
    }
    let times = times(&samples.counted)?;
    Ok(Report {
        counts,
        wrong,
        left_out: samples.left_out,
        times,
    })
}

fn observed(task: Task, text: &str) -> Observed<'_> {
    match task {
        Task::NonAnswer => Observed::AssistantReply { text },
        Task::HelpRequest | Task::NegativeFeedback => Observed::VisitorMessage { text },
    }
}

fn raised(sample: &Sample) -> Vec<String> {
    let findings = match sample.task {
        Task::HelpRequest => HelpRequest::new().detect(observed(sample.task, &sample.text)),
        Task::NegativeFeedback => {
            NegativeFeedback::new().detect(observed(sample.task, &sample.text))
        }
        Task::NonAnswer => NonAnswer::new().detect(observed(sample.task, &sample.text)),
    };
    findings.into_iter().map(|finding| finding.quote).collect()
}

/// Microseconds a message takes each detector, and all that a service has by default.
fn times(samples: &[Sample]) -> Result<Vec<(&'static str, f64)>> {
    let rules = Rules::new(vec![
        Rule::keywords("money", &["refund", "chargeback", "money back"])?,
        Rule::expression("order", r"order\s+#?\d{4,}")?,
    ]);
    let (help, sentiment, non_answer, rating) = (
        HelpRequest::new(),
        NegativeFeedback::new(),
        NonAnswer::new(),
        Rating::new(),
    );
    let all = default_detectors();
    let visitors = texts(samples, |task| task != Task::NonAnswer);
    let replies = texts(samples, |task| task == Task::NonAnswer);
    let of_visitors =
        |detectors: &[&dyn Detector]| microseconds(detectors, &visitors, Task::HelpRequest);
    Ok(vec![
        ("help_request", of_visitors(&[&help])),
        ("negative_feedback", of_visitors(&[&sentiment])),
        ("rating", of_visitors(&[&rating])),
        (
            "rules (one of keywords, one expression)",
            of_visitors(&[&rules]),
        ),
        (
            "non_answer (replies)",
            microseconds(&[&non_answer], &replies, Task::NonAnswer),
        ),
        (
            "all by default",
            of_visitors(&all.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        ),
    ])
}

fn texts(samples: &[Sample], wanted: impl Fn(Task) -> bool) -> Vec<&str> {
    samples
        .iter()
        .filter(|sample| wanted(sample.task))
        .map(|sample| sample.text.as_str())
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]
fn microseconds(detectors: &[&dyn Detector], texts: &[&str], task: Task) -> f64 {
    if texts.is_empty() {
        return 0.0;
    }
    let mut quickest = vec![f64::INFINITY; texts.len()];
    for _ in 0..TIMED_PASSES {
        for (text, quickest) in texts.iter().zip(&mut quickest) {
            let start = Instant::now();
            for detector in detectors {
                black_box(detector.detect(black_box(observed(task, text))));
            }
            *quickest = quickest.min(start.elapsed().as_secs_f64());
        }
    }
    let messages = u32::try_from(texts.len()).map_or(f64::INFINITY, f64::from);
    quickest.iter().sum::<f64>() * 1e6 / messages
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::HelpRequest => "help_request",
            Self::NegativeFeedback => "negative_feedback",
            Self::NonAnswer => "non_answer",
        }
    }
}

impl Report {
    /// The counts of each detector in all, by language, and by language and file.
    fn lines(&self) -> BTreeMap<(Task, String, String), Count> {
        let mut lines = self.counts.clone();
        for ((task, _, language), count) in &self.counts {
            lines
                .entry((*task, String::new(), String::new()))
                .or_default()
                .merge(*count);
            lines
                .entry((*task, String::new(), language.clone()))
                .or_default()
                .merge(*count);
        }
        lines
    }

    /// The figures, for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = format!(
            "{:<18} {:<8} {:<26} {:>6} {:>9} {:>7} {:>6} {:>12}\n",
            "detector", "language", "file", "texts", "precision", "recall", "F1", "false alarms"
        );
        for ((task, file, language), count) in self.lines() {
            let texts = count.hits + count.misses + count.false_alarms + count.quiet;
            let alarms = count
                .false_alarm_rate()
                .map_or("-".to_owned(), |rate| format!("{:.2} %", rate * 100.0));
            let language = match (language.as_str(), file.as_str()) {
                ("", "") => "all",
                ("", _) => "-",
                (language, _) => language,
            };
            let file = if file.is_empty() { "all" } else { &file };
            writeln!(
                out,
                "{:<18} {:<8} {:<26} {:>6} {:>9} {:>7} {:>6} {:>12}",
                task.name(),
                language,
                file,
                texts,
                share(count.precision()),
                share(count.recall()),
                share(count.f1()),
                alarms
            )
            .ok();
        }
        writeln!(out, "\nmicroseconds a message").ok();
        for (name, time) in &self.times {
            writeln!(out, "{name:<42} {time:>6.2}").ok();
        }
        let mut reasons: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for left_out in &self.left_out {
            *reasons.entry((&left_out.file, left_out.why)).or_default() += 1;
        }
        writeln!(out, "\nleft out of the count").ok();
        for ((file, why), count) in reasons {
            writeln!(out, "{count:>6} of {file}: {why}").ok();
        }
        for left_out in self
            .left_out
            .iter()
            .filter(|left_out| left_out.file == "everyday_requests.csv")
        {
            writeln!(out, "       {}", left_out.text).ok();
        }
        out
    }

    /// The texts that went wrong, for people.
    #[must_use]
    pub fn errors(&self) -> String {
        let mut out = String::new();
        for (sample, quote) in &self.wrong {
            let kind = if sample.expected {
                "missed     "
            } else {
                "false alarm"
            };
            let text: String = sample
                .text
                .chars()
                .take(300)
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            write!(
                out,
                "{kind} {} {} {}: {text}",
                sample.task.name(),
                sample.language,
                sample.file
            )
            .ok();
            if quote.is_empty() {
                writeln!(out).ok();
            } else {
                writeln!(out, " [{quote}]").ok();
            }
        }
        out
    }

    /// The figures, for machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let lines: Vec<Value> = self
            .lines()
            .into_iter()
            .map(|((task, file, language), count)| {
                let mut line = count.json();
                if let Some(fields) = line.as_object_mut() {
                    fields.insert("detector".to_owned(), json!(task.name()));
                    fields.insert("file".to_owned(), json!((!file.is_empty()).then_some(file)));
                    fields.insert(
                        "language".to_owned(),
                        json!((!language.is_empty()).then_some(language)),
                    );
                }
                line
            })
            .collect();
        let times: serde_json::Map<String, Value> = self
            .times
            .iter()
            .map(|(name, time)| ((*name).to_owned(), json!(time)))
            .collect();
        let left_out: Vec<Value> = self
            .left_out
            .iter()
            .map(|left_out| json!({ "file": left_out.file, "text": left_out.text, "why": left_out.why }))
            .collect();
        json!({ "counts": lines, "microseconds_a_message": times, "left_out": left_out })
    }
}

fn share(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.3}"))
}
