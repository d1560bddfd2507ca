//! Tools, help pages and specialists.

use std::sync::Arc;

use handoff_core::assistant::{Act, Answer, Assistant, FloorLost, ToolError, Turn};
use handoff_core::conversation::{
    AssistantPolicy, FactField, FactKind, Reply, Source, Specialist, Tool,
};
use serde_json::{Value, json};

use crate::assistant;
use crate::common::{Sink, asks, is_floor_lost, knowledge};
use crate::fake::{Fake, calls, end, piece, says, stream};

fn with(change: impl FnOnce(&mut AssistantPolicy), text: &str) -> Turn {
    let mut turn = asks(&[text]);
    change(Arc::make_mut(&mut turn.assistant));
    turn
}

async fn reply(fake: &Fake, turn: &Turn, sink: &Sink) -> Reply {
    let assistant = assistant(fake).knowledge(Arc::new(knowledge()));
    match assistant.reply(turn, sink).await.unwrap() {
        Answer::Reply(reply) => reply,
        other => panic!("no reply: {other:?}"),
    }
}

/// What the n-th request's tool calls were answered with.
fn told(fake: &Fake, nth: usize) -> Vec<String> {
    let messages = fake.asked()[nth].body["messages"].clone();
    let all = messages.as_array().unwrap().iter();
    all.filter(|message| message["role"] == "tool")
        .map(|message| message["content"].as_str().unwrap().to_owned())
        .collect()
}

fn offered(fake: &Fake, nth: usize) -> Vec<String> {
    let tools = fake.asked()[nth].body["tools"].clone();
    let all = tools.as_array().cloned().unwrap_or_default().into_iter();
    all.map(|tool| tool["function"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn facts_and_score_are_kept_by_the_ticket() {
    let fact = json!({ "name": "company", "value": "Acme" });
    let fake = Fake::new(vec![
        calls("save_fact", &fact),
        calls("score_lead", &json!({ "score": 80 })),
        calls("score_lead", &json!({ "score": 1_000 })),
        says("Noted."),
    ])
    .await;
    let sink = Sink::default();
    let turn = with(
        |policy| {
            policy.facts = vec![FactField {
                name: "company".into(),
                kind: FactKind::Text,
                about: "where they work".into(),
            }];
        },
        "I work at Acme",
    );
    assert_eq!(reply(&fake, &turn, &sink).await.text, "Noted.");
    let acts = sink.acts.lock().unwrap().clone();
    let (name, value) = ("company".to_owned(), "Acme".to_owned());
    assert_eq!(acts, [Act::SaveFact { name, value }, Act::ScoreLead(80)]);
    assert_eq!(
        told(&fake, 3),
        ["done", "done", "`score` is a whole number from 0 to 100"]
    );
    let schema = fake.asked()[0].body["tools"].to_string();
    assert!(schema.contains(r#""enum":["company"]"#), "{schema}");
}

#[tokio::test]
async fn a_tool_that_is_off_is_neither_offered_nor_done() {
    let fact = json!({ "name": "company", "value": "Acme" });
    for call in [
        calls("save_fact", &fact),
        calls("score_lead", &json!({ "score": 8 })),
        calls("look_up_customer", &json!({})),
        calls("look_up_help", &json!({ "question": "bikes" })),
        calls("ask_for_person", &json!({ "reason": "x" })),
    ] {
        let fake = Fake::new(vec![call, says("I can't.")]).await;
        let sink = Sink::default();
        reply(&fake, &with(|policy| policy.tools.clear(), "Hi"), &sink).await;
        assert!(offered(&fake, 0).is_empty());
        assert_eq!(told(&fake, 1), ["this tool is off"]);
        assert!(sink.acts.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_refused_tool_is_told_and_a_lost_floor_ends_the_turn() {
    let score = calls("score_lead", &json!({ "score": 80 }));
    let fake = Fake::new(vec![score, says("Well.")]).await;
    let refused = Sink {
        refuses: Some(ToolError::Refused("it is off".into())),
        ..Sink::default()
    };
    reply(&fake, &asks(&["Hi"]), &refused).await;
    assert_eq!(told(&fake, 1), ["it is off"]);
    let taken_over = Sink {
        refuses: Some(FloorLost.into()),
        ..Sink::default()
    };
    let score = calls("score_lead", &json!({ "score": 80 }));
    let fake = Fake::new(vec![score, says("Late.")]).await;
    let result = assistant(&fake).reply(&asks(&["Hi"]), &taken_over).await;
    assert!(is_floor_lost(&result));
    assert_eq!(fake.asked().len(), 1, "nothing more is asked");
}

#[tokio::test]
async fn a_customer_is_looked_up_where_the_service_says_so() {
    let fake = Fake::new(vec![
        calls("look_up_customer", &json!({})),
        says("On its way."),
    ])
    .await;
    let turn = with(
        |policy| policy.tools = vec![Tool::LookUpCustomer],
        "my order?",
    );
    reply(&fake, &turn, &Sink::default()).await;
    assert_eq!(offered(&fake, 0), ["look_up_customer"]);
    assert!(told(&fake, 1)[0].contains("on its way"));
}

#[tokio::test]
async fn what_is_cited_is_linked_and_what_is_not_found_is_no_answer() {
    let page = knowledge().pages()[0].clone();
    let heading = page
        .sections
        .iter()
        .find_map(|section| section.heading.clone())
        .unwrap();
    let steps = vec![
        stream(),
        piece("It is so [1"),
        piece("]. Really"),
        piece(" [9]."),
        end("stop"),
    ];
    let fake = Fake::new(vec![steps]).await;
    let sink = Sink::default();
    let said = reply(&fake, &asks(&[&heading]), &sink).await;
    assert_eq!(said.text, "It is so. Really [9].");
    assert_eq!(sink.pieces.lock().unwrap().concat(), said.text);
    let [Source { url: Some(url), .. }] = said.sources.as_slice() else {
        panic!("{said:?}")
    };
    assert!(url.starts_with("/help/"));
    assert!(!said.non_answer);
    let system = fake.asked()[0].body["messages"][0]["content"].to_string();
    assert!(system.contains("[1] ") && system.contains("put its number"));

    let fake = Fake::new(vec![says("It is Paris, of course.")]).await;
    let guess = reply(
        &fake,
        &asks(&["What is the capital of France?"]),
        &Sink::default(),
    )
    .await;
    assert!(guess.non_answer && guess.sources.is_empty());
    let hello = reply(&fake, &asks(&["Hello!"]), &Sink::default()).await;
    assert!(!hello.non_answer, "small talk needs no page");
}

#[tokio::test]
async fn help_is_looked_up_and_its_passages_can_be_cited() {
    let page = knowledge().pages()[0].clone();
    let heading = page
        .sections
        .iter()
        .find_map(|section| section.heading.clone())
        .unwrap();
    let search = calls("look_up_help", &json!({ "question": heading }));
    let fake = Fake::new(vec![search, says("So it is [1].")]).await;
    let said = reply(&fake, &asks(&["Hello!"]), &Sink::default()).await;
    assert!(told(&fake, 1)[0].contains("] "), "{:?}", told(&fake, 1));
    assert_eq!((said.text.as_str(), said.sources.len()), ("So it is.", 1));
}

#[tokio::test]
async fn one_specialist_hands_over_to_another_and_the_badge_follows() {
    let pages: Vec<String> = knowledge()
        .pages()
        .iter()
        .map(|page| page.name.clone())
        .collect();
    let specialist = |name: &str, prompt: &str, page: &str| Specialist {
        name: name.into(),
        about: format!("all about {name}"),
        prompt: prompt.into(),
        pages: vec![page.into()],
    };
    let both = vec![
        specialist("Front desk", "You greet.", &pages[0]),
        specialist("Tech Support", "You repair.", &pages[1]),
    ];
    let to = |name: &str| calls("hand_over", &json!({ "to": name }));
    let fake = Fake::new(vec![to("Tech Support"), says("Turn it off and on.")]).await;
    let mut turn = with(|policy| policy.specialists = both, "my bike squeaks");
    let said = reply(&fake, &turn, &Sink::default()).await;
    assert_eq!(said.specialist.as_deref(), Some("Tech Support"));
    let system = |nth: usize| -> Value { fake.asked()[nth].body["messages"][0]["content"].clone() };
    assert!(
        system(0).to_string().contains("You greet.")
            && !system(0).to_string().contains("You repair.")
    );
    assert!(
        system(1).to_string().contains("You repair.")
            && !system(1).to_string().contains("You greet.")
    );
    // The next turn begins with the one who spoke last.
    turn.specialist = said.specialist;
    let fake = Fake::new(vec![to("Nobody"), says("Still me.")]).await;
    let said = reply(&fake, &turn, &Sink::default()).await;
    assert_eq!(said.specialist.as_deref(), Some("Tech Support"));
    assert_eq!(told(&fake, 1), ["there is no such colleague"]);
}
