//! The tools that a model may ask for.

use handoff_core::assistant::Turn;
use serde_json::{Value, json};

use super::wire::FunctionCall;

/// What a model asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tool {
    AskForPerson { reason: String },
}

/// The tools that a turn has, as the protocol describes them.
pub(super) fn offered(_turn: &Turn) -> Vec<Value> {
    vec![json!({ "type": "function", "function": {
        "name": "ask_for_person",
        "description": "Bring a person of the team into the conversation: the visitor wants one, or you can't help.",
        "parameters": {
            "type": "object",
            "properties": { "reason": { "type": "string", "description": "For the team, in one sentence." } },
            "required": ["reason"],
            "additionalProperties": false,
        },
    } })]
}

/// What a call asks for; else what is told back to the model.
pub(super) fn read(call: &FunctionCall) -> Result<Tool, String> {
    let arguments: Value = serde_json::from_str(&call.arguments)
        .map_err(|_| "the arguments are no JSON".to_owned())?;
    let text = |name: &str| {
        let text = arguments.get(name).and_then(Value::as_str);
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| format!("`{name}` is missing"))
    };
    match call.name.as_str() {
        "ask_for_person" => Ok(Tool::AskForPerson {
            reason: text("reason")?,
        }),
        _ => Err("there is no such tool".to_owned()),
    }
}
