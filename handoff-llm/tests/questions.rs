//! What the pages say is found, in everyday words; what they don't say is not.

mod common;

use common::{reply_to, urls};

/// What visitors ask, and the section that has the answer.
const ASKED: &[(&str, &str)] = &[
    ("How do I book a bike?", "booking#how-to-book"),
    ("can i reserve a bike online", "booking"),
    (
        "I want to cancel my booking",
        "booking#changing-or-cancelling-a-booking",
    ),
    (
        "can i still cancle the reservation?",
        "booking#changing-or-cancelling-a-booking",
    ),
    (
        "how can I change the date of my booking",
        "booking#changing-or-cancelling-a-booking",
    ),
    ("we are a group of twelve, can we book?", "booking#groups"),
    (
        "what do I need to bring to pick up the bike?",
        "booking#picking-up-the-bike",
    ),
    (
        "how much is an electric bike for a day?",
        "prices#daily-prices",
    ),
    ("whats the price of a tandem", "prices#daily-prices"),
    ("Do helmets cost extra?", "prices#daily-prices"),
    ("how much is the deposit", "prices#deposit"),
    ("when do i get my depositt back", "prices#deposit"),
    ("is there a discount for students?", "prices#discounts"),
    ("any discount for kids?", "prices#discounts"),
    ("Can I pay with paypal?", "prices#ways-to-pay"),
    ("what payment methods do you accept", "prices#ways-to-pay"),
    (
        "what does the insurance cover?",
        "insurance#what-is-insured",
    ),
    ("my bike was stolen!!", "insurance#if-the-bike-is-stolen"),
    (
        "somebody stole the bike, what should I do",
        "insurance#if-the-bike-is-stolen",
    ),
    ("I have a flat tyre", "insurance#breakdown-on-the-way"),
    (
        "the bike broke down, who do I call?",
        "insurance#breakdown-on-the-way",
    ),
    ("I had an accident", "insurance#accidents"),
    (
        "when is the lakeside station open?",
        "stations#lakeside-station",
    ),
    ("is lakeside open on mondays", "stations#lakeside-station"),
    ("opening hours of the town station", "stations#town-station"),
    (
        "can I return the bike at another station?",
        "stations#returning-a-bike-at-another-station",
    ),
    (
        "what happens if i bring it back late",
        "stations#returning-late",
    ),
    ("how long does the battery last?", "bikes#electric-bikes"),
    (
        "how far can I go with the battery of an ebike",
        "bikes#electric-bikes",
    ),
    ("do you have bikes for small riders, 130 cm?", "bikes#sizes"),
    (
        "can I take my dog in a trailer?",
        "bikes#child-seats-and-trailers",
    ),
    ("do you have child seats", "bikes#child-seats-and-trailers"),
    ("how often do you check the brakes?", "bikes#what-we-check"),
    ("how do i log in", "account#signing-in"),
    ("I never got the sign in code", "account#signing-in"),
    ("where do I find my invoice?", "account#invoices"),
    ("please delete my account", "account#deleting-your-account"),
    ("when does the lake tour start?", "tours#the-lake-tour"),
    ("what does the wine tour cost", "tours#the-wine-tour"),
    (
        "does the tour take place when it rains?",
        "tours#in-bad-weather",
    ),
];

/// What has nothing to do with the pages, or only a word in common with them.
const UNRELATED: &[&str] = &[
    "what is the capital of France?",
    "write me a poem about autumn",
    "how do I bake sourdough bread",
    "who won the football match yesterday",
    "convert 20 dollars to yen",
    "what's the meaning of life",
    "can you recommend a good restaurant with vegan food",
    "my laptop screen stays black after the update",
    "how do I renew my passport",
    "play some jazz",
    "what's the interest rate of a mortgage",
    "is my flight to Lisbon on time",
    "set an alarm for six in the morning",
    "how many calories are in an avocado",
    "remind me to water the plants",
    "translate good night to japanese",
    "do you have vacancies in your hotel near the airport",
    "my credit score went down, why",
    "which vaccines do I need for Kenya",
    "¿dónde está mi pedido?",
    "これはいくらですか",
];

#[tokio::test]
async fn every_question_finds_its_section() {
    let mut wrong = Vec::new();
    for (question, section) in ASKED {
        let reply = reply_to(question).await;
        let expected = format!("/help/{section}");
        if reply.non_answer || !urls(&reply).contains(&expected.as_str()) {
            wrong.push(format!("{question}: {:?}", urls(&reply)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        ASKED.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn what_the_pages_do_not_say_is_not_guessed() {
    let mut guessed = Vec::new();
    for question in UNRELATED {
        let reply = reply_to(question).await;
        if !reply.non_answer || !reply.sources.is_empty() {
            guessed.push(format!("{question}: {:?} {}", urls(&reply), reply.text));
        }
    }
    assert!(guessed.is_empty(), "{}", guessed.join("\n"));
}

#[tokio::test]
async fn a_non_answer_says_so_and_offers_a_person() {
    let reply = reply_to("how do I renew my passport?").await;
    assert!(
        reply.text.contains("I don't know") && reply.text.contains("person"),
        "{}",
        reply.text
    );
    assert!(reply.non_answer && reply.sources.is_empty());
}

#[tokio::test]
async fn an_answer_is_plain_text_and_cites_its_page() {
    let reply = reply_to("How do I book a bike?").await;
    assert!(reply.text.contains("1. Choose the days"), "{}", reply.text);
    assert!(!reply.text.contains(['#', '*', '|']), "{}", reply.text);
    assert_eq!(reply.sources[0].title, "Booking a bike");
    assert_eq!(
        reply.sources[0].url.as_deref(),
        Some("/help/booking#how-to-book")
    );
    let reply = reply_to("we are a group of twelve, can we book?").await;
    assert!(
        reply.text.contains("groups@lakebikes.example"),
        "{}",
        reply.text
    );
    let reply = reply_to("what does a tandem cost?").await;
    assert!(
        reply
            .text
            .contains("- Tandem: one day €40, each further day €30"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn the_same_question_gets_the_same_answer() {
    for (question, _) in ASKED {
        assert_eq!(reply_to(question).await, reply_to(question).await);
    }
}

#[tokio::test]
async fn two_questions_in_one_message_are_both_answered() {
    let reply = reply_to("How much is the deposit? And can I pay with PayPal?").await;
    assert_eq!(
        urls(&reply),
        ["/help/prices#deposit", "/help/prices#ways-to-pay"]
    );
    let reply = reply_to("How much is the deposit? And how do I renew my passport?").await;
    assert_eq!(urls(&reply), ["/help/prices#deposit"]);
    assert!(
        reply.non_answer && reply.text.contains("passport"),
        "{}",
        reply.text
    );
}
