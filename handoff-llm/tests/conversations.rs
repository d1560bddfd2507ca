//! Follow-ups, several messages, small talk, and what comes after an agent gave the floor back.

mod common;

use common::{answer, asks, line, reply, reply_to, turn, urls};
use handoff_core::assistant::Answer;
use handoff_core::conversation::{KnownFact, Origin, Purpose, Speaker};

use Speaker::{Agent, Assistant, System, Visitor};

#[tokio::test]
async fn a_follow_up_is_understood_from_what_was_asked_before() {
    let ask = |follow_up: &str| {
        turn(vec![
            line(Visitor, "what does the wine tour cost?"),
            line(Assistant, "It costs €59, with a tasting."),
            line(Visitor, follow_up),
        ])
    };
    let when = reply(&ask("and when is it?")).await;
    assert_eq!(urls(&when), ["/help/tours#the-wine-tour"]);
    let other = reply(&ask("and the lake tour?")).await;
    assert_eq!(urls(&other), ["/help/tours#the-lake-tour"]);
    let new = reply(&ask("what about the battery of an electric bike?")).await;
    assert_eq!(urls(&new), ["/help/bikes#electric-bikes"]);
    let unrelated = reply(&ask("and what about mortgages?")).await;
    assert!(unrelated.non_answer, "{}", unrelated.text);
}

#[tokio::test]
async fn messages_that_nobody_answered_are_answered_together() {
    let reply = reply(&asks(&[
        "hi",
        "my bike was stolen",
        "and how do I delete my account?",
    ]))
    .await;
    assert_eq!(
        urls(&reply),
        [
            "/help/insurance#if-the-bike-is-stolen",
            "/help/account#deleting-your-account"
        ]
    );
}

#[tokio::test]
async fn a_statement_helps_to_understand_the_question_after_it() {
    let reply = reply_to("I booked a tandem for Friday. Something came up. Can I cancel it?").await;
    assert_eq!(
        urls(&reply),
        ["/help/booking#changing-or-cancelling-a-booking"]
    );
}

#[tokio::test]
async fn small_talk_is_answered_and_is_no_non_answer() {
    for (message, part) in [
        ("Hello!", "Hello"),
        ("thank you so much", "welcome"),
        ("bye", "Goodbye"),
        ("are you a bot?", "automated assistant"),
        ("what can you do?", "- Guided tours"),
    ] {
        let reply = reply_to(message).await;
        assert!(
            reply.text.contains(part) && !reply.non_answer && reply.sources.is_empty(),
            "{message}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn a_known_name_is_used_and_a_hostile_one_is_not() {
    let mut turn = asks(&["hello"]);
    turn.profile.name = Some("Sam Field".to_owned());
    assert!(reply(&turn).await.text.starts_with("Hello Sam!"));
    turn.profile.name = Some("<script>{name}".to_owned());
    assert!(reply(&turn).await.text.starts_with("Hello!"));
}

#[tokio::test]
async fn what_is_known_of_the_visitor_is_told() {
    let mut turn = asks(&["what is my booking number?"]);
    turn.briefing.facts = vec![KnownFact {
        name: "booking_number".to_owned(),
        value: "LB-77".to_owned(),
        from: Origin::Visitor,
        agent: None,
    }];
    let reply = reply(&turn).await;
    assert!(
        reply.text.contains("LB-77") && !reply.non_answer,
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn yes_to_the_offer_of_a_person_brings_one() {
    let unknown = reply_to("how do I renew my passport?").await;
    let turn = turn(vec![
        line(Visitor, "how do I renew my passport?"),
        line(Assistant, &unknown.text),
        line(Visitor, "yes please"),
    ]);
    assert!(matches!(answer(&turn).await, Answer::AskForPerson(_)));
    let other = common::turn(vec![
        line(Visitor, "hi"),
        line(Assistant, "Hello!"),
        line(Visitor, "yes please"),
    ]);
    assert!(matches!(answer(&other).await, Answer::Reply(_)));
}

#[tokio::test]
async fn a_request_for_a_person_is_passed_on() {
    assert!(matches!(
        answer(&asks(&["I want to talk to a real person"])).await,
        Answer::AskForPerson(_)
    ));
}

#[tokio::test]
async fn what_an_agent_said_answers_after_the_return() {
    let mut turn = turn(vec![
        line(Visitor, "I lost my bag at the mill"),
        line(System, "Of course, let me bring in a team member."),
        line(Agent, "Hi, I'm Anna. Let me look."),
        line(
            Agent,
            "We found your bag. It will be at the town station from Thursday on.",
        ),
        line(Visitor, "when will my bag be there?"),
    ]);
    turn.briefing.returned_by = Some("Anna".to_owned());
    let told = reply(&turn).await;
    assert!(
        told.text.contains("Anna told you") && told.text.contains("Thursday"),
        "{}",
        told.text
    );
    assert!(!told.non_answer && told.sources.is_empty());

    turn.transcript.push(line(Assistant, &told.text));
    turn.transcript
        .push(line(Visitor, "and what does the lake tour cost?"));
    assert_eq!(urls(&reply(&turn).await), ["/help/tours#the-lake-tour"]);
}

#[tokio::test]
async fn an_instruction_is_passed_on_once_in_words_to_the_visitor() {
    let mut turn = turn(vec![
        line(Agent, "The assistant can help you with the rest."),
        line(Visitor, "how much is the deposit?"),
    ]);
    turn.briefing.returned_by = Some("Anna".to_owned());
    turn.briefing.instruction =
        Some("VIP, be nice. Offer them a free helmet, but don't mention the recall.".to_owned());
    let first = reply(&turn).await;
    assert!(
        first.text.ends_with("I can offer you a free helmet."),
        "{}",
        first.text
    );
    assert_eq!(urls(&first), ["/help/prices#deposit"]);
    for internal in ["VIP", "recall", "Offer", "them"] {
        assert!(!first.text.contains(internal), "{}", first.text);
    }
    turn.transcript.push(line(Assistant, &first.text));
    turn.transcript
        .push(line(Visitor, "do helmets cost extra?"));
    let second = reply(&turn).await;
    assert!(!second.text.contains("I can offer you"), "{}", second.text);
}

#[tokio::test]
async fn an_instruction_answers_the_question_that_it_is_about() {
    let mut turn = turn(vec![
        line(Agent, "One moment."),
        line(Visitor, "when is my new key ready?"),
    ]);
    turn.briefing.instruction = Some("tell them their new key is ready on Friday".to_owned());
    let reply = reply(&turn).await;
    assert_eq!(
        (reply.text.as_str(), reply.non_answer),
        ("Your new key is ready on Friday.", false)
    );
}

#[tokio::test]
async fn what_is_known_is_not_asked_for_again() {
    let mut turn = turn(vec![
        line(Agent, "Back to the assistant."),
        line(Visitor, "thanks"),
    ]);
    turn.briefing.instruction =
        Some("ask for their e-mail address and ask for their height".to_owned());
    turn.profile.email = Some("sam@example.com".to_owned());
    let reply = reply(&turn).await;
    assert!(
        reply.text.contains("your height") && !reply.text.contains("mail"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn a_suggestion_for_an_agent_answers_the_visitors_last_words() {
    let mut turn = turn(vec![
        line(Visitor, "how much is the deposit?"),
        line(Agent, "One moment please."),
    ]);
    turn.purpose = Purpose::Suggestion;
    assert_eq!(urls(&reply(&turn).await), ["/help/prices#deposit"]);
}
