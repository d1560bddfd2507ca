//! The tools that a model may ask for.

use handoff_core::conversation::{AssistantPolicy, FactKind, Specialist, Tool};
use serde_json::{Value, json};

use super::wire::FunctionCall;

/// What a model asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    AskForPerson { reason: String },
    SaveFact { name: String, value: String },
    ScoreLead { score: u8 },
    LookUpHelp { question: String },
    LookUpCustomer,
    HandOver { to: String },
}

fn function(name: &str, about: &str, fields: &Value) -> Value {
    let required: Vec<&String> = fields
        .as_object()
        .map_or_else(Vec::new, |all| all.keys().collect());
    json!({ "type": "function", "function": {
        "name": name,
        "description": about,
        "parameters": {
            "type": "object",
            "properties": fields,
            "required": required,
            "additionalProperties": false,
        },
    } })
}

/// The tools that the service lets its assistant use, as the protocol describes them.
pub(super) fn offered(
    policy: &AssistantPolicy,
    has_pages: bool,
    speaks: Option<&Specialist>,
) -> Vec<Value> {
    let mut tools: Vec<Value> = policy
        .tools
        .iter()
        .filter(|tool| **tool != Tool::LookUpHelp || has_pages)
        .map(|tool| described(*tool, policy))
        .collect();
    let others: Vec<&Specialist> = policy
        .specialists
        .iter()
        .filter(|one| speaks.is_none_or(|speaks| speaks.name != one.name))
        .collect();
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|one| one.name.as_str()).collect();
        let about: Vec<String> = others
            .iter()
            .map(|one| format!("{}: {}", one.name, one.about))
            .collect();
        let about = format!(
            "Let a colleague answer whose field this is. {}",
            about.join("; ")
        );
        let to = json!({ "to": { "type": "string", "enum": names } });
        tools.push(function("hand_over", &about, &to));
    }
    tools
}

fn described(tool: Tool, policy: &AssistantPolicy) -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    match tool {
        Tool::AskForPerson => function(
            "ask_for_person",
            "Bring a person of the team into the conversation: the visitor wants one, or you can't help.",
            &json!({ "reason": text("For the team, in one sentence.") }),
        ),
        Tool::SaveFact => {
            let mut name = text("Like name, e-mail, company, need.");
            if !policy.facts.is_empty() {
                let names: Vec<&str> = policy.facts.iter().map(|fact| fact.name.as_str()).collect();
                let about: Vec<String> = policy
                    .facts
                    .iter()
                    .map(|fact| format!("{} ({}) {}", fact.name, kind(fact.kind), fact.about))
                    .collect();
                name = json!({ "type": "string", "enum": names, "description": about.join("; ") });
            }
            let fields = json!({ "name": name, "value": text("As the visitor told it.") });
            function(
                "save_fact",
                "Keep something that the visitor told of themselves.",
                &fields,
            )
        }
        Tool::ScoreLead => function(
            "score_lead",
            "Say how likely the visitor is to buy, whenever that changed.",
            &json!({ "score": { "type": "integer", "minimum": 0, "maximum": 100 } }),
        ),
        Tool::LookUpHelp => function(
            "look_up_help",
            "Search the help pages.",
            &json!({ "question": text("What to look for, in a few words.") }),
        ),
        Tool::LookUpCustomer => function(
            "look_up_customer",
            "Look up what the shop knows of this visitor: orders, appointments.",
            &json!({}),
        ),
    }
}

fn kind(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Text => "text",
        FactKind::Email => "an e-mail address",
        FactKind::Number => "a number",
        FactKind::YesNo => "yes or no",
    }
}

/// What a call asks for; else what is told back to the model.
pub(super) fn read(call: &FunctionCall) -> Result<Wish, String> {
    let arguments: Value = match call.arguments.trim() {
        "" => json!({}),
        text => serde_json::from_str(text).map_err(|_| "the arguments are no JSON".to_owned())?,
    };
    let text = |name: &str| {
        let text = arguments.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| format!("`{name}` is missing"))
    };
    Ok(match call.name.as_str() {
        "ask_for_person" => Wish::AskForPerson {
            reason: text("reason")?,
        },
        "save_fact" => Wish::SaveFact {
            name: text("name")?,
            value: text("value")?,
        },
        "score_lead" => {
            let score = arguments.get("score").and_then(Value::as_u64);
            let score = score.and_then(|score| u8::try_from(score).ok());
            Wish::ScoreLead {
                score: score.ok_or("`score` is a whole number from 0 to 100")?,
            }
        }
        "look_up_help" => Wish::LookUpHelp {
            question: text("question")?,
        },
        "look_up_customer" => Wish::LookUpCustomer,
        "hand_over" => Wish::HandOver { to: text("to")? },
        _ => return Err("there is no such tool".to_owned()),
    })
}
