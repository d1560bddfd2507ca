//! Answers that are none: a hang, a refusal, a cut at every byte, nonsense.

use std::time::Duration;

use handoff_core::assistant::{Answer, Assistant, AssistantError};
use handoff_llm::OpenAi;

use crate::common::{Sink, asks};
use crate::fake::{Fake, Step, end, error, head, piece, says, stream};
use crate::{assistant, options};

/// What went wrong, in the words of the log.
async fn failure(assistant: &OpenAi) -> String {
    match assistant.reply(&asks(&["Hi"]), &Sink::default()).await {
        Err(error) => error.to_string(),
        Ok(answer) => panic!("it was taken for an answer: {answer:?}"),
    }
}

async fn failure_of(steps: Vec<Step>) -> String {
    failure(&assistant(&Fake::new(vec![steps]).await)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_ends_at_any_byte_is_never_complete() {
    let whole: Vec<u8> = says("Hi, ä 👩‍🚀!")
        .into_iter()
        .flat_map(|step| match step {
            Step::Send(bytes) => bytes,
            _ => Vec::new(),
        })
        .collect();
    let marker = whole.windows(6).rposition(|six| six == b"[DONE]").unwrap() + "[DONE]\n".len();
    let fake = Fake::new(vec![says("")]).await;
    let assistant = assistant(&fake);
    for at in 0..=whole.len() {
        for last in [None, Some(Step::Reset)] {
            let mut steps = vec![Step::Send(whole[..at].to_vec())];
            steps.extend(last.clone());
            fake.answers(steps);
            let sink = Sink::default();
            let result = assistant.reply(&asks(&["Hi"]), &sink).await;
            match result {
                Ok(Answer::Reply(reply)) => {
                    assert!(at >= marker, "accepted when cut at {at}");
                    assert_eq!(reply.text, "Hi, ä 👩\u{200d}🚀!");
                }
                Err(_) => assert!(at < marker || last.is_some(), "refused though whole: {at}"),
                Ok(other) => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_end_before_the_end_is_truncated() {
    for steps in [
        vec![stream(), piece("Half an ans")],
        vec![stream(), piece("Half an ans"), Step::Reset],
        vec![
            stream(),
            piece("Half"),
            Step::Send(b"data: [DONE]\n\n".to_vec()),
        ],
        vec![stream(), piece("The longest"), end("length")],
    ] {
        let fake = Fake::new(vec![steps.clone()]).await;
        let result = assistant(&fake)
            .reply(&asks(&["Hi"]), &Sink::default())
            .await;
        assert!(
            matches!(result, Err(AssistantError::Truncated)),
            "{steps:?}: {result:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_answer_is_refused_with_its_reason() {
    let send =
        |kind: &str, body: &str| vec![head(200, kind, ""), Step::Send(body.as_bytes().to_vec())];
    for (steps, reason) in [
        (
            send("text/html; charset=utf-8", "<html>Sign in</html>"),
            "a web page",
        ),
        (vec![head(204, "application/json", "")], "nothing"),
        (
            send("text/event-stream", "data: {\"choices\": [\n\n"),
            "malformed",
        ),
        (
            send("text/event-stream", "data: {\"choices\": 7}\n\n"),
            "malformed",
        ),
        (send("text/event-stream", "data: <html>\n\n"), "malformed"),
        (
            send(
                "text/event-stream",
                "data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\n",
            ),
            "malformed",
        ),
        (
            send(
                "text/event-stream",
                "data: {\"error\":{\"message\":\"SECRET\"}}\n\n",
            ),
            "reported an error",
        ),
        (
            vec![stream(), piece("No."), end("content_filter")],
            "filter",
        ),
        (vec![stream(), end("tool_calls")], "names none"),
        (vec![stream(), end("stop")], "empty"),
        (error(401, ""), "401 (slow_down)"),
        (error(301, "location: http://127.0.0.1:1/\r\n"), "301"),
    ] {
        let said = failure_of(steps).await;
        assert!(said.contains(reason), "{said:?} does not say {reason:?}");
        assert!(!said.contains("SECRET"), "{said}");
    }
    let nobody = "http://127.0.0.1:1/v1";
    let fake = Fake::new(vec![says("")]).await;
    let nobody = OpenAi::new(options(&fake).base_url(nobody)).unwrap();
    assert!(failure(&nobody).await.contains("can't be reached"));
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    let Step::Send(long) = piece(&"word ".repeat(800)) else {
        panic!()
    };
    let silent = b": keep alive\n".repeat(1_000);
    for bytes in [long, silent] {
        let fake = Fake::new(vec![vec![stream(), Step::Flood(bytes)]]).await;
        assert!(
            failure(&assistant(&fake))
                .await
                .contains("larger than any reply")
        );
        fake.until_left(1).await;
    }
}

#[tokio::test]
async fn each_kind_of_silence_has_its_timeout() {
    let slow = || {
        let mut steps = vec![stream()];
        steps.extend((0..100).flat_map(|_| [piece("a "), Step::Wait(Duration::from_millis(20))]));
        steps
    };
    for (steps, reason) in [
        (vec![Step::Hang], "no token"),
        (vec![stream(), Step::Hang], "no token"),
        (vec![stream(), piece("a"), Step::Hang], "cut short"),
        (slow(), "too long"),
    ] {
        let fake = Fake::new(vec![steps]).await;
        let mut options = options(&fake);
        options.first_token = Duration::from_millis(150);
        options.idle = Duration::from_millis(150);
        options.total = Duration::from_millis(600);
        let said = failure(&OpenAi::new(options).unwrap()).await;
        assert!(said.contains(reason), "{said:?} does not say {reason:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_tried_again_no_later_than_the_clamp() {
    for asked in [
        "1000000",
        "-1",
        "0",
        "Wed, 21 Oct 2037 07:28:00 GMT",
        "soon",
    ] {
        let wait = format!("retry-after: {asked}\r\n");
        let fake = Fake::new(vec![error(429, &wait), error(503, &wait), says("At last.")]).await;
        let mut options = options(&fake);
        options.retries = 2;
        let assistant = OpenAi::new(options).unwrap();
        let turn = asks(&["Hi"]);
        let sink = Sink::default();
        let answer =
            tokio::time::timeout(Duration::from_secs(5), assistant.reply(&turn, &sink)).await;
        assert!(
            matches!(answer, Ok(Ok(Answer::Reply(_)))),
            "{asked}: {answer:?}"
        );
        assert_eq!(fake.asked().len(), 3);
    }
    // What was shown can't be taken back by trying again, and a wrong key stays wrong.
    for steps in [vec![stream(), piece("Half"), Step::Reset], error(401, "")] {
        let fake = Fake::new(vec![steps]).await;
        let mut options = options(&fake);
        options.retries = 2;
        failure(&OpenAi::new(options).unwrap()).await;
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_left_alone_until_it_is_back() {
    let fake = Fake::new(vec![error(500, "")]).await;
    let mut options = options(&fake);
    options.failures_to_open = 3;
    options.open_for = Duration::from_millis(300);
    let assistant = OpenAi::new(options).unwrap();
    for _ in 0..3 {
        assert!(failure(&assistant).await.contains("500"));
    }
    for _ in 0..20 {
        assert!(failure(&assistant).await.contains("left alone"));
    }
    assert_eq!(fake.asked().len(), 3, "nobody calls while it is open");
    tokio::time::sleep(Duration::from_millis(320)).await;
    assert!(failure(&assistant).await.contains("500"), "one tries");
    assert!(failure(&assistant).await.contains("left alone"));
    fake.answers(says("Back."));
    tokio::time::sleep(Duration::from_millis(320)).await;
    for _ in 0..3 {
        let answer = assistant.reply(&asks(&["Hi"]), &Sink::default()).await;
        assert!(matches!(answer, Ok(Answer::Reply(_))), "{answer:?}");
    }
    assert_eq!(fake.asked().len(), 7);
}

#[tokio::test]
async fn a_model_that_only_ever_asks_for_tools_comes_to_an_end() {
    let fake = Fake::new(vec![crate::fake::calls("nothing", &serde_json::json!({}))]).await;
    assert!(failure(&assistant(&fake)).await.contains("again and again"));
    assert_eq!(fake.asked().len(), 6);
}
