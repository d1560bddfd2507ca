//! What a seed says about the service, its people and its nodes.

use crate::attention::FlagKind;
use crate::conversation::{Autonomy, DraftTimeout, Mode, Policy, ReopenWith, SilentAnswer, Timing};
use crate::testing::random::Random;
use crate::time::Millis;

/// What a seed says.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) visitors: usize,
    /// The milliseconds by which each node's clock is wrong.
    pub(super) skews: Vec<i64>,
    pub(super) policy: Policy,
    pub(super) policy_changes: u64,
    /// So long people do things.
    pub(super) busy_for: Millis,
    /// Whether what is broken is mended before all becomes quiet.
    pub(super) heals: bool,
}

/// After so long without anything new, everything that time does has been done.
pub(super) const SETTLES_IN: Millis = Millis::from_secs(420);
/// How far a clock may be wrong, in milliseconds.
pub(super) const MAX_SKEW: u64 = 30_000;

impl Setup {
    pub(super) fn draw(seed: u64) -> Self {
        let mut random = Random::stream(seed, 5);
        let visitors = random.weighted(&[(10, 1), (5, 2), (1, 4)]);
        let nodes = random.weighted(&[(2, 1), (5, 2), (3, 3)]);
        let skewed = random.chance(300);
        let skews = (0..nodes.unwrap_or(1))
            .map(|_| if skewed { skew(&mut random) } else { 0 })
            .collect();
        Self {
            visitors: visitors.unwrap_or(1),
            skews,
            policy: policy(&mut random),
            policy_changes: random.weighted(&[(6, 0), (2, 1), (2, 3)]).unwrap_or(0),
            busy_for: Millis::from_secs(random.within(25, 110)),
            heals: random.chance(500),
        }
    }
}

pub(super) fn skew(random: &mut Random) -> i64 {
    let wrong = random.below(2 * MAX_SKEW + 1);
    wrong.cast_signed() - MAX_SKEW.cast_signed()
}

/// A policy; all of its times are short enough to pass in a run, or too long to.
pub(super) fn policy(random: &mut Random) -> Policy {
    let mut of = |choices: &[(u64, u64)]| Millis::from_secs(random.weighted(choices).unwrap_or(60));
    let timing = Timing {
        takeover: of(&[(2, 10), (2, 30), (1, 100)]),
        control_request: of(&[(1, 5), (1, 15)]),
        holder_silence: of(&[(1, 20), (1, 60), (1, 600)]),
        holder_warning: of(&[(1, 5), (1, 10)]),
        holder_absence: of(&[(1, 10), (1, 30), (1, 120)]),
        reply: of(&[(1, 8), (2, 20), (1, 60)]),
        draft: of(&[(1, 10), (1, 30)]),
        idle: of(&[(1, 30)]),
        drop: of(&[(1, 15), (1, 60), (1, 600)]),
        close: of(&[(1, 90), (4, 86_400)]),
    };
    let waiting = random.chance(200);
    Policy {
        mode: mode(random),
        autonomy: autonomy(random),
        timing,
        answer_while_waiting: random.chance(250),
        waiting_flags: if waiting {
            vec![FlagKind::NegativeFeedback, FlagKind::NonAnswer]
        } else {
            Vec::new()
        },
        silent_answer: *random
            .pick(&[SilentAnswer::Deny, SilentAnswer::Grant])
            .unwrap_or(&SilentAnswer::Deny),
        draft_timeout: *random
            .pick(&[DraftTimeout::Escalate, DraftTimeout::Send])
            .unwrap_or(&DraftTimeout::Escalate),
        reopen_with: *random
            .pick(&[ReopenWith::Assistant, ReopenWith::LastAgent])
            .unwrap_or(&ReopenWith::Assistant),
        reply_attempts: u32::try_from(random.within(1, 3)).unwrap_or(1),
        one_open_conversation: random.chance(850),
        ..Policy::default()
    }
}

fn mode(random: &mut Random) -> Mode {
    random
        .weighted(&[
            (14, Mode::Supported),
            (1, Mode::AssistantOnly),
            (1, Mode::HumanOnly),
        ])
        .unwrap_or_default()
}

pub(super) fn autonomy(random: &mut Random) -> Autonomy {
    random
        .weighted(&[
            (8, Autonomy::Auto),
            (2, Autonomy::Draft),
            (1, Autonomy::Off),
        ])
        .unwrap_or_default()
}
