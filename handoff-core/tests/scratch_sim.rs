#![allow(warnings, clippy::all)]
use handoff_core::testing::simulate::simulate;
use std::collections::BTreeMap;
#[test]
fn scratch() {
    let from: u64 = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let n: u64 = std::env::var("N").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let start = std::time::Instant::now();
    let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut census = handoff_core::testing::check::Census::default();
    let mut records = 0;
    for seed in from..from + n {
        let run = simulate(seed, None);
        records += run.history.records.len();
        if n == 1 { println!("{}", run.history); for v in &run.verdict.violations { println!("{v}"); } }
        if let Some(v) = run.verdict.violations.first() {
            let what: String = v.what.chars().filter(|c| !c.is_ascii_digit()).take(60).collect();
            let e = kinds.entry(format!("{:?} {what}", v.promise)).or_insert((0, seed)); e.0 += 1;
        }
        census.add(run.verdict.census);
    }
    let t = start.elapsed();
    println!("{:#?}", kinds);
    println!("{:#?}", census);
    println!("{:?}", handoff_core::testing::simulate::vacuous(&census));
    println!("{n} seeds in {t:?}: {:?} each, {} records each", t / n as u32, records as u64 / n);
}
