//! What a bot should do, one function each.

use std::future::Future;
use std::pin::Pin;

use handoff_core::conversation::{Command, Ticket};

use crate::stage::{Call, Problem, Stage};

type Checked<'a> = Pin<Box<dyn Future<Output = Result<(), Problem>> + 'a>>;

/// One thing that a bot should do.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) run: for<'a> fn(&'a Stage) -> Checked<'a>,
}

pub(crate) const ALL: [Check; 5] = [
    Check {
        name: "refuses a message that is not signed with its secret",
        run: |stage| Box::pin(signature(stage)),
    },
    Check {
        name: "answers, and once where it is told twice",
        run: |stage| Box::pin(repeat(stage)),
    },
    Check {
        name: "answers the newest message, and stops what it wrote before",
        run: |stage| Box::pin(order(stage)),
    },
    Check {
        name: "stops once a person took over",
        run: |stage| Box::pin(takeover(stage)),
    },
    Check {
        name: "goes on after the return",
        run: |stage| Box::pin(give_back(stage)),
    },
];

async fn signature(stage: &Stage) -> Result<(), Problem> {
    let visit = stage.visit("signature").await?;
    let ticket = stage.say(visit, "Is this signed?").await?;
    stage.until_answered(ticket).await?;
    if stage.forgeries_refused() == 0 {
        return Err("it took a message that was signed with another secret".into());
    }
    Ok(())
}

async fn repeat(stage: &Stage) -> Result<(), Problem> {
    let visit = stage.visit("repeat").await?;
    let ticket = stage.say(visit, "What is new?").await?;
    stage.until_answered(ticket).await?;
    let calls = stage.all_calls(ticket).await;
    // The same reply with the same id is no second one: the engine gives it the first answer.
    if calls.iter().any(|call| call.is_reply && is_refused(call)) {
        return Err("it wrote a second reply to one turn".into());
    }
    Ok(())
}

async fn order(stage: &Stage) -> Result<(), Problem> {
    let visit = stage.visit("order").await?;
    let first = stage.say(visit, "What do jumpers cost?").await?;
    stage.until_told().await;
    let second = stage.say(visit, "And what do boots cost?").await?;
    stage.until_answered(second).await?;
    stops(stage, first).await
}

async fn takeover(stage: &Stage) -> Result<(), Problem> {
    let visit = stage.visit("takeover").await?;
    let ticket = stage.say(visit, "Where is the shop?").await?;
    stage.until_told().await;
    let typing = false;
    stage.person(visit, Command::TakeOver { typing }).await?;
    stops(stage, ticket).await
}

async fn give_back(stage: &Stage) -> Result<(), Problem> {
    let visit = stage.visit("return").await?;
    stage.say(visit, "Is the shop open?").await?;
    stage.until_told().await;
    let typing = false;
    stage.person(visit, Command::TakeOver { typing }).await?;
    let instruction = None;
    stage.person(visit, Command::Return { instruction }).await?;
    let ticket = stage.say(visit, "And tomorrow?").await?;
    stage.until_answered(ticket).await
}

fn is_refused(call: &Call) -> bool {
    !call.status.is_success()
}

/// After its first refusal a bot asks for nothing more with that ticket.
async fn stops(stage: &Stage, ticket: Ticket) -> Result<(), Problem> {
    let ends = |call: &Call| call.is_reply || is_refused(call);
    // A bot that says nothing more has stopped as well.
    stage.until(ticket, "nothing came", ends).await.ok();
    let calls = stage.all_calls(ticket).await;
    let more = calls.iter().skip_while(|call| !is_refused(call)).count();
    if more > 1 {
        return Err(format!("it went on after a 409, {} times", more - 1).into());
    }
    Ok(())
}
