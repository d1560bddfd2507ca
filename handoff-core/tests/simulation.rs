//! Schedules of the simulator: all promises hold, every planted fault is found, and a run that exercised nothing fails.

use handoff_core::conversation::Mutant;
use handoff_core::testing::check::{Census, Promise};
use handoff_core::testing::history::History;
use handoff_core::testing::simulate::{EVENTS, StoreMutant, simulate, vacuous};

/// Seeds of one test; there are four, so that they run side by side.
const SEEDS: u64 = 5_000;

fn explore(part: u64) {
    let mut census = Census::default();
    for seed in part * SEEDS..(part + 1) * SEEDS {
        let run = simulate(seed, None);
        assert!(
            run.verdict.violations.is_empty(),
            "seed {seed}: {:#?}\nreplay it: cargo run --release -p handoff-benches --bin simulate -- --seed {seed}",
            run.verdict.violations
        );
        census.add(run.verdict.census);
    }
    assert_eq!(vacuous(&census), Vec::<String>::new());
    let unnamed = census
        .events
        .keys()
        .find(|kind| !EVENTS.contains(&kind.as_str()));
    assert_eq!(unnamed, None, "a kind of event that no run is held to");
}

#[test]
fn promises_hold_in_the_first_quarter() {
    explore(0);
}

#[test]
fn promises_hold_in_the_second_quarter() {
    explore(1);
}

#[test]
fn promises_hold_in_the_third_quarter() {
    explore(2);
}

#[test]
fn promises_hold_in_the_last_quarter() {
    explore(3);
}

/// A planted fault must be found within so many seeds.
const SEEDS_FOR_A_MUTANT: u64 = 2_000;

/// The first seed that shows this promise broken, and how.
fn first_broken(promise: Promise, store: Option<StoreMutant>) -> Option<(u64, String)> {
    (0..SEEDS_FOR_A_MUTANT).find_map(|seed| {
        let violations = simulate(seed, store).verdict.violations;
        let broken = violations
            .into_iter()
            .find(|violation| violation.promise == promise)?;
        Some((seed, broken.to_string()))
    })
}

#[test]
fn every_fault_planted_in_the_decisions_is_found() {
    for mutant in Mutant::ALL {
        let promise = match mutant {
            Mutant::NoTicketCheck | Mutant::TicketKeptOnClaim => Promise::I3,
            Mutant::ClaimWithoutLook | Mutant::ReplyAfterClose | Mutant::OldPolicyFollowed => {
                Promise::I17
            }
            Mutant::ToolWithoutTicket => Promise::I5,
            Mutant::WakeWithoutLook => Promise::I13,
            Mutant::FallbackTwice => Promise::I14,
            Mutant::NoteInBriefing => Promise::I11,
            Mutant::EpochKept => Promise::I1,
            Mutant::NobodyAsked | Mutant::WaitWithoutTimer => Promise::I26,
            Mutant::TruncatedAsWhole => Promise::I18,
            Mutant::GuardAsleep => Promise::I27,
            other => panic!("say which promise {other:?} breaks"),
        };
        let planted = mutant.plant();
        let found = first_broken(promise, None);
        drop(planted);
        println!("{mutant:?}: {found:?}");
        assert!(
            found.is_some(),
            "{mutant:?} breaks {promise:?} and was not found"
        );
    }
}

#[test]
fn every_fault_planted_in_the_store_is_found() {
    for mutant in StoreMutant::ALL {
        let promise = match mutant {
            StoreMutant::NoVersionCheck => Promise::I7,
            StoreMutant::ForgetsReceipts => Promise::I6,
            StoreMutant::ForgetsWakes => Promise::I13,
            StoreMutant::NoOpenKey => Promise::I17,
            StoreMutant::ForgetsOutbox => Promise::I15,
        };
        let found = first_broken(promise, Some(mutant));
        println!("{mutant:?}: {found:?}");
        assert!(
            found.is_some(),
            "{mutant:?} breaks {promise:?} and was not found"
        );
    }
}

#[test]
fn a_run_that_exercised_nothing_fails() {
    let missing = vacuous(&Census::default());
    assert!(missing.iter().any(|what| what == "a run"));
    assert!(missing.iter().any(|what| what == "fault node_killed"));
}

#[test]
fn a_seed_leads_to_the_same_history_again() {
    for seed in 0..20 {
        assert!(
            simulate(seed, None).history == simulate(seed, None).history,
            "seed {seed}"
        );
    }
}

#[test]
fn a_history_can_be_written_down_and_judged_elsewhere() {
    for seed in 0..20 {
        let run = simulate(seed, None);
        let lines = run.history.records.iter().map(|record| {
            let line = serde_json::to_string(record).unwrap();
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        let read: History = lines.collect();
        assert!(read == run.history, "seed {seed}");
    }
}
