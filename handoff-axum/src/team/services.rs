//! Services and their settings.

use axum::Json;
use axum::extract::{Path, State};
use handoff_core::conversation::{Mode, Role};
use handoff_core::directory::Service;
use handoff_core::id::ServiceId;
use handoff_core::runtime::Stored;
use serde::Deserialize;

use crate::auth::Signed;
use crate::extract::Body;
use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::{Me, ServiceView};

impl From<&Stored<Service>> for ServiceView {
    fn from(stored: &Stored<Service>) -> Self {
        Self {
            service: stored.value.clone(),
            version: stored.version,
        }
    }
}

/// Every service that somebody sees.
pub(crate) async fn visible(transport: &Transport, me: &Me) -> Result<Vec<ServiceView>, Failure> {
    let services = transport.handoff().services().await?;
    Ok(services
        .iter()
        .filter(|stored| me.sees(&stored.value.id))
        .map(|stored| (&**stored).into())
        .collect())
}

/// A service by its id, if this person sees it.
pub(super) async fn find(transport: &Transport, me: &Me, id: &str) -> Result<ServiceView, Failure> {
    let id = ServiceId::new(id)
        .ok()
        .filter(|id| me.sees(id))
        .ok_or_else(Failure::not_found)?;
    let stored = transport
        .handoff()
        .service(&id)
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok((&*stored).into())
}

/// `GET /api/v1/services`
pub(super) async fn list(
    State(transport): State<Transport>,
    Signed(me): Signed,
) -> Result<Json<Vec<ServiceView>>, Failure> {
    visible(&transport, &me).await.map(Json)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewService {
    service: Service,
}

/// `POST /api/v1/services`
pub(super) async fn create(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Body(new): Body<NewService>,
) -> Result<Json<ServiceView>, Failure> {
    me.require(Role::Admin)?;
    if !me.sees(&new.service.id) {
        return Err(Failure::forbidden(
            "not_your_service",
            "You look after other services. Ask somebody who sees all.",
        ));
    }
    let saved = transport.handoff().save_service(new.service, 0).await?;
    tracing::info!(agent = %me.agent.id, service = %saved.value.id, "created a service");
    Ok(Json((&*saved).into()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedService {
    version: u64,
    service: Service,
}

/// `PUT /api/v1/services/{id}`
pub(super) async fn save(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(changed): Body<ChangedService>,
) -> Result<Json<ServiceView>, Failure> {
    let stored = find(&transport, &me, &id).await?;
    me.require(Role::Admin)?;
    if changed.service.id != stored.service.id {
        return Err(Failure::invalid("The id of a service can't be changed."));
    }
    if changed.version == 0 {
        return Err(Failure::invalid("Name the version that you changed."));
    }
    let saved = transport
        .handoff()
        .save_service(changed.service, changed.version)
        .await?;
    tracing::info!(agent = %me.agent.id, service = %saved.value.id, version = saved.version, "changed a service");
    Ok(Json((&*saved).into()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMode {
    mode: Mode,
    #[serde(default)]
    services: Option<Vec<ServiceId>>,
}

/// So often a mode is set anew because somebody else changed the service meanwhile.
const MAX_TRIES: usize = 5;

/// `POST /api/v1/services/mode`
pub(super) async fn set_mode(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Body(new): Body<NewMode>,
) -> Result<Json<Vec<ServiceView>>, Failure> {
    me.require(Role::Supervisor)?;
    let services = match new.services {
        Some(ids) => {
            let mut services = Vec::new();
            for id in ids {
                services.push(find(&transport, &me, id.as_str()).await?);
            }
            services
        }
        None => visible(&transport, &me).await?,
    };
    let mut changed = Vec::new();
    for view in services {
        changed.push(set_one(&transport, view, new.mode).await?);
    }
    tracing::info!(agent = %me.agent.id, services = changed.len(), mode = ?new.mode, "set a mode");
    Ok(Json(changed))
}

async fn set_one(
    transport: &Transport,
    mut view: ServiceView,
    mode: Mode,
) -> Result<ServiceView, Failure> {
    for tries_left in (0..MAX_TRIES).rev() {
        if view.service.policy.mode == mode {
            return Ok(view);
        }
        view.service.policy.mode = mode;
        let id = view.service.id.clone();
        match transport
            .handoff()
            .save_service(view.service, view.version)
            .await
        {
            Ok(saved) => return Ok((&*saved).into()),
            Err(handoff_core::runtime::SaveError::VersionConflict { .. }) if tries_left > 0 => {
                let stored = transport
                    .handoff()
                    .service(&id)
                    .await?
                    .ok_or_else(Failure::not_found)?;
                view = (&*stored).into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::internal(&"the service changes all the time"))
}
