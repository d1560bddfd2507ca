//! Budgets.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use handoff_core::assistant::{Assistant, Spent};
use handoff_core::conversation::Budget;

use crate::assistant;
use crate::common::{Sink, asks};
use crate::fake::{Fake, Step, error, piece, says, stream};

#[tokio::test]
async fn where_the_budget_is_spent_nobody_is_asked() {
    let fake = Fake::new(vec![says("Yes.")]).await;
    let assistant = assistant(&fake);
    let mut turn = asks(&["Hi"]);
    turn.spent = Spent {
        conversation: 900,
        today: 90_000,
    };
    for (budget, of) in [
        (
            Budget {
                conversation: Some(1_000),
                day: None,
            },
            "conversation",
        ),
        (
            Budget {
                conversation: None,
                day: Some(90_000),
            },
            "service's day",
        ),
    ] {
        Arc::make_mut(&mut turn.assistant).budget = budget;
        let error = assistant.reply(&turn, &Sink::default()).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("the budget of the {of} is spent")),
            "{error}"
        );
    }
    assert!(fake.asked().is_empty());
    // What is left bounds the answer.
    Arc::make_mut(&mut turn.assistant).budget.day = Some(91_000);
    assistant.reply(&turn, &Sink::default()).await.unwrap();
    let most = fake.asked()[0].body["max_tokens"].as_u64().unwrap();
    assert!((32..1_000).contains(&most), "{most}");
}

#[tokio::test]
async fn what_the_provider_does_not_count_is_estimated() {
    let counted = async |steps: Vec<Step>| {
        let fake = Fake::new(vec![steps]).await;
        let sink = Sink::default();
        assistant(&fake).reply(&asks(&["Hi"]), &sink).await.ok();
        sink.tokens.load(Ordering::SeqCst)
    };
    let prompt = counted(vec![stream(), Step::Reset]).await;
    assert!(prompt > 100, "the prompt was read: {prompt}");
    let half = counted(vec![stream(), piece(&"word ".repeat(60)), Step::Reset]).await;
    assert_eq!(half, prompt + 100);
    assert_eq!(counted(error(429, "")).await, 0, "a refusal costs nothing");
}
