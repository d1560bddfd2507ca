//! The texts, as conversations.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const TABLES: [&str; 3] = [
    "support_requests.csv",
    "everyday_requests.csv",
    "customer_tweets.csv",
];
const DIALOGUES: &str = "human_dialogues.json";
/// Rows of a table become conversations of one to so many messages.
const LONGEST: usize = 5;

/// What each visitor says, message by message.
pub(super) fn load(folder: &Path, random: &mut fastrand::Rng) -> Result<Vec<Vec<String>>> {
    let mut conversations = Vec::new();
    for name in TABLES {
        let path = folder.join(name);
        if path.exists() {
            let rows = table(&path).with_context(|| path.display().to_string())?;
            conversations.extend(grouped(rows, random));
        }
    }
    let path = folder.join(DIALOGUES);
    if path.exists() {
        conversations.extend(dialogues(&path).with_context(|| path.display().to_string())?);
    }
    ensure!(
        !conversations.is_empty(),
        "{} has none of {} and {DIALOGUES}",
        folder.display(),
        TABLES.join(", ")
    );
    random.shuffle(&mut conversations);
    Ok(conversations)
}

fn table(path: &Path) -> Result<Vec<String>> {
    let mut reader = csv::Reader::from_path(path)?;
    let column = reader
        .headers()?
        .iter()
        .position(|name| name == "text")
        .context("there is no column `text`")?;
    let mut texts = Vec::new();
    for row in reader.records() {
        let text = row?.get(column).unwrap_or_default().to_owned();
        if !text.trim().is_empty() {
            texts.push(text);
        }
    }
    Ok(texts)
}

fn grouped(rows: Vec<String>, random: &mut fastrand::Rng) -> Vec<Vec<String>> {
    let mut rows = rows.into_iter();
    let mut conversations = Vec::new();
    loop {
        let conversation: Vec<String> = rows.by_ref().take(random.usize(1..=LONGEST)).collect();
        if conversation.is_empty() {
            return conversations;
        }
        conversations.push(conversation);
    }
}

fn dialogues(path: &Path) -> Result<Vec<Vec<String>>> {
    let dialogues: Vec<Value> = serde_json::from_slice(&std::fs::read(path)?)?;
    let said = |dialogue: &Value| {
        let lines = dialogue
            .get("original")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let by_customer = |line: &Value| {
            let text = line.get(1)?.as_str()?;
            (line.get(0)?.as_str()? == "customer" && !text.trim().is_empty())
                .then(|| text.to_owned())
        };
        lines.iter().filter_map(by_customer).collect::<Vec<_>>()
    };
    Ok(dialogues
        .iter()
        .map(said)
        .filter(|lines| !lines.is_empty())
        .collect())
}
