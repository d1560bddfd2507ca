//! Reads the texts, with what each should raise.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Which detector a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Task {
    HelpRequest,
    NegativeFeedback,
    NonAnswer,
}

/// A text, and whether its detector should raise a flag.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) task: Task,
    pub(super) file: String,
    pub(super) language: String,
    pub(super) text: String,
    pub(super) expected: bool,
}

/// A text that is not counted.
#[derive(Debug, Clone)]
pub(super) struct LeftOut {
    pub(super) file: String,
    pub(super) text: String,
    pub(super) why: &'static str,
}

/// The texts of a folder.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) counted: Vec<Sample>,
    pub(super) left_out: Vec<LeftOut>,
}

/// An intent of `support_requests.csv` that asks for a person.
const ASKS: &str = "contact_human_agent";
/// One that may mean either (how is the service reached?).
const UNCLEAR: &str = "contact_customer_service";
const UNCLEAR_REASON: &str = "how to reach the service: may mean either";

impl Samples {
    /// Reads every file of `folder` that is known by its name or by its columns, in the order of their names.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut samples = Self::default();
        for path in csv_files(folder)? {
            samples
                .read_file(&path)
                .with_context(|| format!("{} could not be read", path.display()))?;
        }
        if samples.counted.is_empty() {
            bail!(
                "{} holds no texts: give a folder with the files that --help names",
                folder.display()
            );
        }
        Ok(samples)
    }

    fn read_file(&mut self, path: &Path) -> Result<()> {
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
        let headers = reader.headers()?.clone();
        let column = |name: &str| {
            headers
                .iter()
                .position(|header| header.trim().eq_ignore_ascii_case(name))
        };
        let Some(text) = column("text") else {
            return Ok(());
        };
        let Some(rule) = Rule::of(&file, column) else {
            return Ok(());
        };
        let language = column("lang");
        for record in reader.records() {
            let record = record?;
            let cell = |column: usize| record.get(column).unwrap_or_default().trim();
            let text = record.get(text).unwrap_or_default().to_owned();
            let language = language.map_or("en", cell).to_lowercase();
            match rule.expected(cell, &text) {
                Ok(expected) => {
                    self.counted.push(Sample {
                        task: rule.task,
                        file: file.clone(),
                        language,
                        text,
                        expected,
                    });
                }
                Err(why) => self.left_out.push(LeftOut {
                    file: file.clone(),
                    text,
                    why,
                }),
            }
        }
        Ok(())
    }
}

fn csv_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{} is no folder that can be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
        })
        .collect();
    paths.sort();
    Ok(paths)
}

/// How the rows of a file are judged.
struct Rule {
    task: Task,
    judge: Judge,
}

enum Judge {
    /// The column says yes or no.
    YesNo(usize),
    /// The column says no where the reply does not answer.
    Answers(usize),
    SupportIntent(usize),
    EverydayIntent(usize),
    Sentiment(usize),
}

impl Rule {
    fn of(file: &str, column: impl Fn(&str) -> Option<usize>) -> Option<Self> {
        if let Some(asks) = column("asks_for_person") {
            return Some(Self {
                task: Task::HelpRequest,
                judge: Judge::YesNo(asks),
            });
        }
        if let Some(answers) = column("answers") {
            return Some(Self {
                task: Task::NonAnswer,
                judge: Judge::Answers(answers),
            });
        }
        if let Some(sentiment) = column("sentiment") {
            return Some(Self {
                task: Task::NegativeFeedback,
                judge: Judge::Sentiment(sentiment),
            });
        }
        let intent = column("intent")?;
        let judge = match file {
            "support_requests.csv" => Judge::SupportIntent(intent),
            "everyday_requests.csv" => Judge::EverydayIntent(intent),
            _ => return None,
        };
        Some(Self {
            task: Task::HelpRequest,
            judge,
        })
    }

    /// Whether the row should raise a flag, or why it is left out.
    fn expected<'r>(
        &self,
        cell: impl Fn(usize) -> &'r str,
        text: &str,
    ) -> Result<bool, &'static str> {
        match self.judge {
            Judge::YesNo(column) => yes_or_no(cell(column)),
            Judge::Answers(column) => yes_or_no(cell(column)).map(|answers| !answers),
            Judge::Sentiment(column) => match cell(column).to_lowercase().as_str() {
                "negative" => Ok(true),
                "neutral" | "positive" => Ok(false),
                _ => Err("no sentiment given"),
            },
            Judge::SupportIntent(column) => match cell(column) {
                ASKS => Ok(true),
                UNCLEAR => Err(UNCLEAR_REASON),
                _ => Ok(false),
            },
            Judge::EverydayIntent(column) => {
                if wants_to_talk(text) {
                    Err("says that it wants to talk to somebody")
                } else {
                    Ok(cell(column) == ASKS)
                }
            }
        }
    }
}

fn yes_or_no(cell: &str) -> Result<bool, &'static str> {
    match cell.to_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("neither yes nor no"),
    }
}

/// Everyday requests carry the intent of the matter (a frozen card), also where they say in so many words that they want
/// to talk to somebody about it. The rule is deliberately plainer than the detector: a verb of talking, "to" or "with",
/// and somebody, one after the other; "am I talking to a person" asks no such thing.
fn wants_to_talk(text: &str) -> bool {
    let text = format!(" {} ", text.to_lowercase());
    let asks_who = [" am i ", " are you ", " are we "]
        .iter()
        .any(|start| text.contains(start));
    let wants = [
        " need to ",
        " want to ",
        " like to ",
        " have to ",
        " can i ",
        " could i ",
        " let me ",
        " who can i ",
        " who do i ",
        " who should i ",
    ];
    let talks = [
        " talk to ",
        " talk with ",
        " speak to ",
        " speak with ",
        " chat with ",
        " talk to right away ",
        " speak with right away ",
    ];
    let somebody = [
        " someone ",
        " somebody ",
        " a person ",
        " a human ",
        " an agent ",
        " a representative ",
        " customer service ",
        " who ",
    ];
    !asks_who
        && wants.iter().any(|words| text.contains(words))
        && talks.iter().any(|words| text.contains(words))
        && somebody.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_want_to_talk_are_told_from_those_that_ask() {
        assert!(wants_to_talk(
            "i need to speak to customer service regarding my flight"
        ));
        assert!(wants_to_talk(
            "Who can I talk to right away about the freeze on my account"
        ));
        assert!(!wants_to_talk("am i talking to a person or a bot"));
        assert!(!wants_to_talk("can you talk to me in chinese"));
        assert!(!wants_to_talk("call my mother"));
    }

    #[test]
    fn a_folder_is_read_by_names_and_columns() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
        write(
            "more.csv",
            "text,asks_for_person,lang\nagent,yes,de\nhello,no,\nwhat,perhaps,en\n",
        );
        write(
            "support_requests.csv",
            "text,intent\na,contact_human_agent\nb,contact_customer_service\nc,refund\n",
        );
        write("other.csv", "question,answer\na,b\n");
        let samples = Samples::read(folder.path()).unwrap();
        let seen: Vec<(&str, &str, bool)> = samples
            .counted
            .iter()
            .map(|s| (s.text.as_str(), s.language.as_str(), s.expected))
            .collect();
        assert_eq!(
            seen,
            [
                ("agent", "de", true),
                ("hello", "", false),
                ("a", "en", true),
                ("c", "en", false)
            ]
        );
        assert_eq!(samples.left_out.len(), 2);
    }

    #[test]
    fn an_empty_folder_says_what_to_give() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Samples::read(folder.path())
                .unwrap_err()
                .to_string()
                .contains("--help")
        );
    }
}
