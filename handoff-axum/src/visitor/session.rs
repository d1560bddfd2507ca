//! How a visitor begins.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use handoff_core::conversation::Mode;
use handoff_core::directory::{Look, Service};
use handoff_core::id::{ServiceId, VisitorId};
use handoff_core::runtime::Stored;
use serde::{Deserialize, Serialize};

use super::identity::{Identity, IdentitySecrets};
use super::known::KnownVisitor;
use crate::extract::Body;
use crate::failure::Failure;
use crate::transport::Transport;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVisitor {
    service: ServiceId,
    #[serde(default)]
    identity: Option<Identity>,
}

#[derive(Debug, Serialize)]
pub(super) struct Entered {
    visitor: VisitorId,
    secret: String,
}

async fn service(transport: &Transport, id: &ServiceId) -> Result<Arc<Stored<Service>>, Failure> {
    let title = "There is no such service. Look at the service in the page's script tag.";
    let missing = || Failure::new(StatusCode::NOT_FOUND, "no_such_service", title);
    transport.handoff().service(id).await?.ok_or_else(missing)
}

/// `POST /api/v1/visitor/session`
pub(super) async fn begin(
    State(transport): State<Transport>,
    request: Request,
) -> Result<Json<Entered>, Failure> {
    let address = transport.address(request.extensions(), request.headers());
    let headers = request.headers().clone();
    let Body(new) =
        <Body<NewVisitor> as axum::extract::FromRequest<_>>::from_request(request, &transport)
            .await?;
    if let Some(address) = &address {
        transport
            .inner
            .new_visitors
            .pass(address)
            .map_err(Failure::too_many)?;
    }
    let service = service(&transport, &new.service).await?;
    transport.check_site(&service.value, &headers)?;
    if let Some(identity) = &new.identity {
        let secrets = IdentitySecrets::load(transport.handoff(), &new.service).await?;
        if !secrets.is_some_and(|(_, secrets)| identity.holds(&secrets, transport.handoff().now()))
        {
            let title = "The signature of this identity is not valid (any more).";
            return Err(Failure::new(
                StatusCode::UNAUTHORIZED,
                "wrong_signature",
                title,
            ));
        }
    }
    let (visitor, secret) =
        KnownVisitor::enter(transport.handoff(), &new.service, new.identity.as_ref()).await?;
    Ok(Json(Entered { visitor, secret }))
}

#[derive(Debug, Serialize)]
pub(super) struct ServiceLook {
    look: Look,
    mode: Mode,
}

/// `GET /api/v1/visitor/services/{service}`
pub(super) async fn look(
    State(transport): State<Transport>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<ServiceLook>, Failure> {
    let id = ServiceId::new(id).map_err(|_| Failure::not_found())?;
    let service = service(&transport, &id).await?;
    transport.check_site(&service.value, &headers)?;
    Ok(Json(ServiceLook {
        look: service.value.look.clone(),
        mode: service.value.policy.mode,
    }))
}
