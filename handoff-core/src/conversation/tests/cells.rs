//! The tables: every cell of (control × command), legal or refused, in each mode.

use super::super::*;
use super::commands::{KINDS, named, place};
use super::scene::{Scene, agent, agent_ref, found, kinds, supervisor};
use crate::attention::FlagKind;

/// A table of a page: the names of its columns, and its rows, each with its cells.
struct Table {
    columns: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    fn read(page: &str) -> Self {
        let mut lines = page
            .lines()
            .filter(|line| line.starts_with('|') && !line.starts_with("| ---"))
            .map(|line| {
                let cells = line.trim_matches('|').split('|');
                cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
            });
        let columns = lines.next().expect("a table has a head")[1..].to_vec();
        let rows = lines.map(|cells| {
            assert_eq!(
                cells.len(),
                columns.len() + 1,
                "{}: a cell is missing",
                cells[0]
            );
            (cells[0].clone(), cells[1..].to_vec())
        });
        let rows = rows.collect();
        Self { columns, rows }
    }

    /// Whether a row has a cell for every command.
    fn names_every_command(&self) {
        let scene = begun(&Policy::default());
        let mut named_kinds = vec![false; KINDS.len()];
        for (row, _) in &self.rows {
            let command = named(row, &scene);
            let kind = row.split(' ').next().unwrap();
            assert_eq!(command.kind(), kind, "the row {row:?}");
            assert_eq!(KINDS[place(&command)], kind);
            named_kinds[place(&command)] = true;
        }
        let missing = KINDS.iter().zip(named_kinds).filter(|(_, named)| !named);
        let missing: Vec<_> = missing.map(|(kind, _)| kind).collect();
        assert!(missing.is_empty(), "no row for {missing:?}");
    }

    fn holds(&self, policy: &Policy) {
        let mut wrong = Vec::new();
        for (row, cells) in &self.rows {
            for (column, expected) in self.columns.iter().zip(cells) {
                let scene = prepared(begin(column, policy), row);
                let command = named(row, &scene);
                let outcome = outcome(&scene, &caller(&command), &command);
                if outcome != *expected {
                    wrong.push(format!("{row} while {column}: {outcome}, not {expected}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// The visitor wrote, the assistant was asked, and a flag is raised.
fn begun(policy: &Policy) -> Scene {
    let mut scene = Scene::asked(policy.clone());
    let finding = found(FlagKind::NegativeFeedback);
    scene.does(&Caller::System, Command::RaiseFlag { finding });
    scene
}

/// The state that a column names.
fn begin(column: &str, policy: &Policy) -> Scene {
    let mut scene = begun(policy);
    match column {
        "new" => return Scene::new(policy.clone()),
        "assistant" | "being drafted" => assert_eq!(scene.c.control, Control::Assistant),
        "waiting" => drop(scene.does(&Caller::Visitor, Command::RequestPerson)),
        "mine" => scene.takes_over("Anna"),
        "theirs" => scene.takes_over("Bert"),
        "paused" => {
            scene.takes_over("Bert");
            scene.does(&agent("Bert"), Command::Release);
        }
        "resolved" => {
            if policy.mode != Mode::AssistantOnly {
                scene.takes_over("Bert");
            }
            scene.does(&agent("Bert"), Command::Resolve);
        }
        "closed" => drop(scene.does(&supervisor("Anna"), Command::Close)),
        "asked of me" => asked(&mut scene, "Anna", "Bert"),
        "asked by me" => asked(&mut scene, "Bert", "Anna"),
        "asked by another" => asked(&mut scene, "Bert", "Cleo"),
        "drafted" => {
            scene = begun(&Policy {
                autonomy: Autonomy::Draft,
                ..policy.clone()
            });
            scene.replies("It is on its way.");
        }
        other => panic!("no state is called {other:?}"),
    }
    scene
}

fn asked(scene: &mut Scene, holder: &str, asker: &str) {
    scene.takes_over(holder);
    scene.does(&agent(asker), Command::RequestControl);
}

/// What the detectors and the store say of the row's command.
fn prepared(mut scene: Scene, row: &str) -> Scene {
    let finding = match row {
        "send_message (asks for a person)" => Some(FlagKind::HelpRequested),
        "rate_message (down)" => Some(FlagKind::ThumbsDown),
        "commit_reply (that is no answer)" => Some(FlagKind::NonAnswer),
        _ => None,
    };
    scene.findings = finding.map(found).into_iter().collect();
    scene.is_reply = row == "rate_message (down)";
    scene
}

/// Whoever issues a command.
fn caller(command: &Command) -> Caller {
    match command {
        Command::Open { .. }
        | Command::SendMessage { .. }
        | Command::RequestPerson
        | Command::RateMessage { .. }
        | Command::RateConversation { .. }
        | Command::Identify { .. }
        | Command::SetPage { .. }
        | Command::VisitorLeft
        | Command::VisitorBack => Caller::Visitor,
        Command::CommitReply { .. }
        | Command::AskForPerson { .. }
        | Command::FailReply { .. }
        | Command::LearnFact { .. }
        | Command::SetScore { .. } => Caller::Assistant,
        Command::SetHolderPresence { .. } | Command::Wake | Command::PolicyChanged => {
            Caller::System
        }
        Command::ForceTakeOver { .. } | Command::Close => supervisor("Anna"),
        _ => agent("Anna"),
    }
}

/// What a cell says.
fn outcome(scene: &Scene, caller: &Caller, command: &Command) -> String {
    match scene.tries(caller, command) {
        Ok(step) if step.events.is_empty() => "–".to_owned(),
        Ok(step) => {
            let events = kinds(&step.events).join(", ");
            format!("{events} → {}", step.state.status().as_str())
        }
        Err(rejection) => format!("✗ {}", rejection.code()),
    }
}

fn with_mode(mode: Mode) -> Policy {
    Policy {
        mode,
        ..Policy::default()
    }
}

#[test]
fn supported_conversations_do_what_their_table_says() {
    let table = Table::read(include_str!("cells/supported.md"));
    table.names_every_command();
    table.holds(&with_mode(Mode::Supported));
}

#[test]
fn assistant_only_conversations_do_what_their_table_says() {
    let table = Table::read(include_str!("cells/assistant_only.md"));
    table.names_every_command();
    table.holds(&with_mode(Mode::AssistantOnly));
}

#[test]
fn human_only_conversations_do_what_their_table_says() {
    let table = Table::read(include_str!("cells/human_only.md"));
    table.names_every_command();
    table.holds(&with_mode(Mode::HumanOnly));
}

#[test]
fn requests_for_control_do_what_their_table_says() {
    Table::read(include_str!("cells/requests.md")).holds(&Policy::default());
}

#[test]
fn drafts_do_what_their_table_says() {
    Table::read(include_str!("cells/drafts.md")).holds(&Policy {
        autonomy: Autonomy::Draft,
        ..Policy::default()
    });
}

#[test]
fn commands_are_open_to_those_whom_their_table_names() {
    let table = Table::read(include_str!("cells/callers.md"));
    table.names_every_command();
    let callers = table.columns[1..].iter().map(|column| {
        let anna = agent_ref("Anna");
        match column.as_str() {
            "visitor" => Caller::Visitor,
            "viewer" => Caller::Agent(anna, Role::Viewer),
            "agent" => Caller::Agent(anna, Role::Agent),
            "supervisor" => Caller::Agent(anna, Role::Supervisor),
            "assistant" => Caller::Assistant,
            "system" => Caller::System,
            other => panic!("nobody is called {other:?}"),
        }
    });
    let callers: Vec<Caller> = callers.collect();
    for (row, cells) in &table.rows {
        let scene = prepared(begin(&cells[0], &Policy::default()), row);
        let command = named(row, &scene);
        for (caller, expected) in callers.iter().zip(&cells[1..]) {
            let may = match scene.tries(caller, &command) {
                Ok(_) => "✓".to_owned(),
                Err(rejection) => format!("✗ {}", rejection.code()),
            };
            assert_eq!(&may, expected, "{row:?} by {caller:?}");
        }
    }
}

#[test]
fn what_does_not_exist_refuses_everything_but_its_opening() {
    let scene = Scene::new(Policy::default());
    let table = Table::read(include_str!("cells/supported.md"));
    for (row, _) in &table.rows {
        let command = named(row, &scene);
        let tried = scene.tries(&caller(&command), &command);
        match command {
            Command::Open { .. } => assert!(tried.is_ok()),
            _ => assert_eq!(tried, Err(Rejection::NoSuchConversation), "{row:?}"),
        }
    }
}
