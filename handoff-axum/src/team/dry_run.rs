//! What a detector or a rule would have flagged, before it is switched on.

use axum::Json;
use axum::extract::{Path, State};
use handoff_core::attention::{Detector, Rule, RuleError, Rules};
use handoff_core::conversation::Role;
use handoff_core::runtime::DryRunReport;
use handoff_core::time::Timestamp;
use serde::Deserialize;

use super::services;
use crate::auth::Signed;
use crate::extract::Body;
use crate::failure::Failure;
use crate::transport::Transport;

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// The longest period, in days.
const MAX_DAYS: u32 = 366;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trial {
    what: What,
    days: u32,
}

/// What is tried.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum What {
    /// A detector of this server, by its name.
    Detector { name: String },
    /// A rule that is raised by any of some words.
    Keywords { keywords: Vec<String> },
    /// A rule that is raised by a regular expression.
    Expression { expression: String },
}

/// `GET /api/v1/detectors`: the names of this server's detectors.
pub(super) async fn detectors(
    State(transport): State<Transport>,
    _: Signed,
) -> Json<Vec<&'static str>> {
    let all = transport.handoff().detectors().iter();
    Json(all.map(|detector| detector.name()).collect())
}

/// `POST /api/v1/services/{id}/dry-run`
pub(super) async fn run(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(trial): Body<Trial>,
) -> Result<Json<DryRunReport>, Failure> {
    let view = services::find(&transport, &me, &id).await?;
    me.require(Role::Supervisor)?;
    if !(1..=MAX_DAYS).contains(&trial.days) {
        return Err(Failure::invalid(format!("Look back 1 to {MAX_DAYS} days.")));
    }
    let handoff = transport.handoff();
    let back = i64::from(trial.days) * DAY;
    let since = Timestamp::from_millis(handoff.now().as_millis().saturating_sub(back));
    let service = view.service.id;
    let report = match trial.what {
        What::Detector { name } => {
            let mut all = handoff.detectors().iter();
            let found = all.find(|detector| detector.name() == name);
            let unknown = || Failure::invalid("There is no detector of that name on this server.");
            let detector = found.ok_or_else(unknown)?;
            handoff.dry_run(&service, &**detector, since).await?
        }
        What::Keywords { keywords } => {
            let rule = Rule::keywords("dry run", &keywords);
            rules(&transport, rule, &service, since).await?
        }
        What::Expression { expression } => {
            let rule = Rule::expression("dry run", &expression);
            rules(&transport, rule, &service, since).await?
        }
    };
    Ok(Json(report))
}

async fn rules(
    transport: &Transport,
    rule: Result<Rule, RuleError>,
    service: &handoff_core::id::ServiceId,
    since: Timestamp,
) -> Result<DryRunReport, Failure> {
    let rule = rule.map_err(|error| Failure::invalid(error.to_string()))?;
    let detector: &dyn Detector = &Rules::new(vec![rule]);
    Ok(transport
        .handoff()
        .dry_run(service, detector, since)
        .await?)
}
