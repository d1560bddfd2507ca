//! Commands exactly as their type says.

use handoff_core::conversation::Command;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a command. What serde lets pass, a further field beside a command that has none, is refused as well.
pub(crate) fn strict_command<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Command, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let fields = value.as_object().map_or(0, serde_json::Map::len);
    let command: Command = serde_json::from_value(value).map_err(Error::custom)?;
    let bare = matches!(serde_json::to_value(&command), Ok(Value::Object(own)) if own.len() == 1);
    if bare && fields > 1 {
        return Err(Error::custom(format_args!(
            "{} has no fields",
            command.kind()
        )));
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_no_field_of_the_clients_own() {
        let read = |text: &str| strict_command(&mut serde_json::Deserializer::from_str(text));
        for good in [
            r#"{"type":"release"}"#,
            r#"{"type":"take_over"}"#,
            r#"{"type":"return"}"#,
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in [
            r#"{"type":"release","agent":"owner"}"#,
            r#"{"type":"take_over","epoch":7}"#,
            r#"{"type":"send_agent_message","text":"x","author":"owner"}"#,
            r#"{"type":"nonsense"}"#,
            r"[]",
            r#""release""#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
