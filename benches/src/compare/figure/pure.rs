//! P10: what one decision costs, and that it does not grow with the conversation.

use crate::compare::{
    contender::text,
    process::own_processor_seconds,
    report::{Goal, Row},
    run::Run,
    series::Series,
};
use anyhow::Result;
use handoff_core::{
    conversation::{
        AgentRef, Caller, Command, Context, Conversation, Page, Policy, Profile, Role, step,
    },
    id::{AgentId, ConversationId, ServiceId, VisitorId},
    time::Timestamp,
};
use std::hint::black_box;
use uuid::Uuid;

const SHORT: u32 = 10;
const LONG: u32 = 10_000;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let rounds = run.pick(300_000, 100_000);
    let mut figures: [Series<f64>; 4] = std::array::from_fn(|_| Series::default());
    for repetition in 1..=run.repetitions {
        run.say(&format!(
            "decide and apply, {repetition} of {}",
            run.repetitions
        ));
        let cases = [
            (Asked::Message, SHORT),
            (Asked::Message, LONG),
            (Asked::TakeOver, SHORT),
            (Asked::TakeOver, LONG),
        ];
        for ((asked, messages), series) in cases.into_iter().zip(&mut figures) {
            let timed = tokio::task::spawn_blocking(move || microseconds(asked, messages, rounds));
            series.record(timed.await.map_err(Into::into).and_then(|timed| timed));
        }
    }
    let [message, long_message, takeover, long_takeover] = &figures;
    let figure = |name| ("P10", name, "µs");
    let within = ("-", Goal::AtMost(1.0));
    let flat = ("-", Goal::AtMost(1.25));
    vec![
        Row::alone(
            figure("decide and apply a visitor's message"),
            message,
            within,
        ),
        Row::beside(
            figure("the same in a conversation of 10,000 messages"),
            long_message,
            ("of 10 messages", message),
            flat,
        ),
        Row::alone(figure("decide and apply a takeover"), takeover, within),
        Row::beside(
            figure("the same in a conversation of 10,000 messages"),
            long_takeover,
            ("of 10 messages", takeover),
            flat,
        ),
    ]
}

#[derive(Debug, Clone, Copy)]
enum Asked {
    Message,
    TakeOver,
}

/// The processor's time for one decision with its application, the mean of many.
fn microseconds(asked: Asked, messages: u32, rounds: u32) -> Result<f64> {
    let policy = Policy::default();
    let conversation = conversation_of(messages, &policy)?;
    let agent = AgentRef {
        id: AgentId::new("agent-1")?,
        name: "Ada".into(),
    };
    let (caller, command) = match asked {
        Asked::Message => (Caller::Visitor, Command::SendMessage { text: text(1) }),
        Asked::TakeOver => (
            Caller::Agent(agent, Role::Agent),
            Command::TakeOver { typing: false },
        ),
    };
    let context = context(&caller, &policy);
    let before = own_processor_seconds()?;
    for _ in 0..rounds {
        black_box(step(black_box(&conversation), &command, &context)?);
    }
    Ok((own_processor_seconds()? - before) * 1e6 / f64::from(rounds))
}

fn conversation_of(messages: u32, policy: &Policy) -> Result<Conversation> {
    let id = ConversationId::from_uuid(Uuid::from_u128(7));
    let (service, visitor) = (ServiceId::new("bench")?, VisitorId::new("visitor")?);
    let mut conversation = Conversation::unopened(id, service, visitor);
    let context = context(&Caller::Visitor, policy);
    let open = Command::Open {
        profile: Profile::default(),
        page: Page::default(),
    };
    conversation = step(&conversation, &open, &context)?.state;
    for number in 0..messages {
        let say = Command::SendMessage { text: text(number) };
        conversation = step(&conversation, &say, &context)?.state;
    }
    Ok(conversation)
}

fn context<'a>(caller: &'a Caller, policy: &'a Policy) -> Context<'a> {
    Context {
        now: Timestamp::from_millis(1_800_000_000_000),
        caller,
        policy,
        findings: &[],
        is_reply: false,
        last_holder_present: false,
    }
}
