//! Colleagues.

use axum::Json;
use axum::extract::State;
use handoff_core::error::StoreError;

use crate::auth::Signed;
use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::Colleague;

/// Everybody of the team, and who is there.
pub(crate) async fn colleagues(transport: &Transport) -> Result<Vec<Colleague>, StoreError> {
    let team = transport.inner.identify.team().await?;
    let present: std::collections::HashSet<_> =
        transport.handoff().present_agents().into_iter().collect();
    let colleague = |me: crate::ws::protocol::Me| Colleague {
        present: present.contains(&me.agent.id),
        agent: me.agent,
        role: me.role,
    };
    Ok(team.into_iter().map(colleague).collect())
}

/// `GET /api/v1/team`
pub(super) async fn list(
    State(transport): State<Transport>,
    _: Signed,
) -> Result<Json<Vec<Colleague>>, Failure> {
    Ok(Json(colleagues(&transport).await?))
}
