//! Who answers visitors: chosen by flag or environment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use handoff_core::assistant::{Assistant, Elsewhere};
use handoff_core::id::ServiceId;
use handoff_llm::{
    InvalidOpenAi, InvalidWebhook, Knowledge, Offline, OfflineOptions, OpenAi, OpenAiOptions,
    Webhook, WebhookOptions,
};

/// A service's own key, base URL or model stands in a variable with its name behind: `OPENAI_MODEL_MY_SHOP`.
const BY_SERVICE: [&str; 3] = ["OPENAI_API_KEY_", "OPENAI_BASE_URL_", "OPENAI_MODEL_"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// From the help pages, without a network.
    Offline,
    /// A model behind a server that speaks OpenAI's protocol.
    Openai,
    /// A bot of your own, over HTTP.
    Bot,
    /// Nobody: every turn ends at its deadline, and people are asked for.
    None,
}

/// What can be set of the assistant.
#[derive(Debug, Args)]
pub(crate) struct AssistantSettings {
    /// Who answers visitors [default: bot where --bot-url is set, openai where `OPENAI_API_KEY` or `OPENAI_BASE_URL` is,
    /// else offline].
    #[arg(long, env = "HANDOFF_ASSISTANT")]
    assistant: Option<Kind>,
    /// Milliseconds between two pieces of the offline assistant's reply.
    #[arg(long, env = "HANDOFF_ASSISTANT_PACE", default_value_t = 25, value_name = "MS",
          value_parser = clap::value_parser!(u64).range(..=10_000))]
    assistant_pace: u64,
    /// The key of the server that speaks OpenAI's protocol: by the environment, so that no list of processes shows it.
    #[arg(skip = variable("OPENAI_API_KEY"))]
    openai_api_key: Option<String>,
    /// Where that server is. With `OPENAI_BASE_URL_MY_SHOP`, and key and model likewise, the service `my-shop` has its own.
    #[arg(long, env = "OPENAI_BASE_URL", value_name = "URL")]
    openai_base_url: Option<String>,
    /// The model that it is asked for, where a service names none.
    #[arg(
        long,
        env = "OPENAI_MODEL",
        default_value = "gpt-4o-mini",
        value_name = "NAME"
    )]
    openai_model: String,
    /// Where a bot of your own is told of its turns, by messages signed with `HANDOFF_BOT_SECRET` (`whsec_…`); without it
    /// the bot asks for them.
    #[arg(
        long,
        env = "HANDOFF_BOT_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    bot_url: Option<String>,
    /// What those messages are signed with: by the environment, like the key.
    #[arg(skip = variable("HANDOFF_BOT_SECRET"))]
    bot_secret: Option<String>,
}

/// Why nobody can answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadAssistant {
    #[error(transparent)]
    OpenAi(#[from] InvalidOpenAi),
    #[error("the bot of --bot-url and HANDOFF_BOT_SECRET: {0}")]
    Bot(#[from] InvalidWebhook),
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl AssistantSettings {
    /// Who answers.
    pub(crate) fn kind(&self) -> Kind {
        let by_environment = self.openai_api_key.is_some() || self.openai_base_url.is_some();
        let default = if self.bot_url.is_some() {
            Kind::Bot
        } else if by_environment {
            Kind::Openai
        } else {
            Kind::Offline
        };
        self.assistant.unwrap_or(default)
    }

    /// The assistant, with the help pages that it knows; none where nobody answers.
    pub(crate) fn build(
        &self,
        knowledge: Knowledge,
    ) -> Result<Option<Arc<dyn Assistant>>, BadAssistant> {
        Ok(match self.kind() {
            Kind::Offline => {
                let pace = Duration::from_millis(self.assistant_pace);
                let options = OfflineOptions::default().pace(pace);
                Some(Arc::new(Offline::new(knowledge, options)))
            }
            Kind::Openai => {
                let names = std::env::vars().map(|(name, _)| name);
                let assistant = self.openai(names, variable)?;
                tracing::info!(
                    "visitors' messages go to a model: --assistant offline keeps them here"
                );
                Some(Arc::new(assistant.knowledge(Arc::new(knowledge))))
            }
            Kind::Bot => Some(self.bot()?),
            Kind::None => None,
        })
    }

    fn bot(&self) -> Result<Arc<dyn Assistant>, InvalidWebhook> {
        let Some(url) = &self.bot_url else {
            return Ok(Arc::new(Elsewhere));
        };
        let secret = self.bot_secret.as_deref().unwrap_or_default();
        let webhook = Webhook::new(WebhookOptions::new(url, secret))?;
        tracing::info!("visitors' messages go to a bot: --assistant offline keeps them here");
        Ok(Arc::new(webhook))
    }

    fn openai(
        &self,
        names: impl Iterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<OpenAi, InvalidOpenAi> {
        let own: BTreeSet<String> = names
            .filter_map(|name| {
                let own = BY_SERVICE.iter().find_map(|start| name.strip_prefix(start));
                own.filter(|own| !own.is_empty()).map(str::to_owned)
            })
            .collect();
        let mut assistant = OpenAi::new(self.options(|_| None))?;
        for name in own {
            let id = name.to_lowercase().replace('_', "-");
            let Ok(service) = ServiceId::new(&id) else {
                continue;
            };
            let options = self.options(|start| variable(&format!("{start}{name}")));
            assistant = assistant.for_service(service, options)?;
        }
        Ok(assistant)
    }

    /// The common settings, with what is a service's own in their place. The common key never goes to a service's own
    /// server.
    fn options(&self, own: impl Fn(&str) -> Option<String>) -> OpenAiOptions {
        let [key, base_url, model] = BY_SERVICE.map(&own);
        let common_key = self.openai_api_key.clone().filter(|_| base_url.is_none());
        let mut options = OpenAiOptions::new(
            model.unwrap_or_else(|| self.openai_model.clone()),
            key.or(common_key).unwrap_or_default(),
        );
        if let Some(base_url) = base_url.or_else(|| self.openai_base_url.clone()) {
            options = options.base_url(base_url);
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> AssistantSettings {
        AssistantSettings {
            assistant: None,
            assistant_pace: 0,
            openai_api_key: None,
            openai_base_url: None,
            openai_model: "m".into(),
            bot_url: None,
            bot_secret: None,
        }
    }

    #[test]
    fn without_a_key_nothing_leaves_the_machine() {
        assert_eq!(settings().kind(), Kind::Offline);
        let keyed = AssistantSettings {
            openai_api_key: Some("sk".into()),
            ..settings()
        };
        assert_eq!(keyed.kind(), Kind::Openai);
        let local = AssistantSettings {
            openai_base_url: Some("http://127.0.0.1:11434/v1".into()),
            ..settings()
        };
        assert_eq!(local.kind(), Kind::Openai);
        let chosen = AssistantSettings {
            assistant: Some(Kind::Offline),
            ..keyed
        };
        assert_eq!(chosen.kind(), Kind::Offline);
    }

    #[test]
    fn a_bot_is_told_only_with_a_secret() {
        let told = AssistantSettings {
            bot_url: Some("https://bot.example/turns".into()),
            ..settings()
        };
        assert_eq!(told.kind(), Kind::Bot);
        assert_eq!(told.bot().unwrap_err().field, "secret");
        let signed = AssistantSettings {
            bot_secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()),
            ..told
        };
        assert!(signed.bot().is_ok());
    }

    #[test]
    fn the_common_key_stays_with_the_common_server() {
        let settings = AssistantSettings {
            openai_api_key: Some("sk-common".into()),
            ..settings()
        };
        let own = |start: &str| {
            (start == "OPENAI_BASE_URL_").then(|| "https://own.example/v1".to_owned())
        };
        assert_eq!(settings.options(own).key, "");
        let own = |start: &str| (start == "OPENAI_MODEL_").then(|| "small".to_owned());
        let options = settings.options(own);
        assert_eq!(
            (options.key.as_str(), options.model.as_str()),
            ("sk-common", "small")
        );
        let names = ["OPENAI_BASE_URL_MY_SHOP".to_owned()].into_iter();
        let wrong = settings.openai(names, |_| Some("ftp://x".into()));
        assert_eq!(wrong.unwrap_err().field, "base_url");
    }
}
