//! One-time links: the owner's at the first start, and colleagues' invitations.

use handoff_core::conversation::Role;
use handoff_core::directory::{PutError, Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::AgentId;
use handoff_core::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

use super::account::{Account, NewPerson};
use super::accounts::Accounts;
use crate::failure::Failure;
use crate::secret;
use crate::ws::protocol::Me;

/// An invitation is good for so long.
const LIFE: Millis = Millis::from_hours(24 * 7);
/// The id of the first owner. It is always the same, so that there is one first owner, whoever is faster.
const FIRST_OWNER: &str = "owner";
const PAGE: usize = 100;

/// What a link is good for.
#[derive(Debug, Serialize, Deserialize)]
struct Invitation {
    /// The id of the account that it makes: so it makes one.
    agent: AgentId,
    role: Role,
}

impl Accounts {
    /// A one-time link that makes the owner's account; none where there is an owner. Earlier ones are no longer good.
    ///
    /// # Errors
    /// [`StoreError`] where the directory can't be read or written.
    pub async fn owner_link(&self) -> Result<Option<String>, StoreError> {
        let directory = self.handoff.directory();
        let now = self.handoff.now();
        if directory
            .get(RecordKind::Account, FIRST_OWNER, now)
            .await?
            .is_some()
        {
            return Ok(None);
        }
        for record in self.invitations(now).await? {
            if Invitation::of(&record)?.agent.as_str() == FIRST_OWNER {
                directory
                    .delete(RecordKind::Invitation, &record.key)
                    .await?;
            }
        }
        let agent = AgentId::new(FIRST_OWNER).map_err(StoreError::backend)?;
        let made = self.invite_as(agent, Role::Owner).await;
        let (token, _) =
            made.map_err(|_| StoreError::backend("the owner's link could not be stored"))?;
        Ok(Some(self.link(&format!("/setup#{token}"))))
    }

    /// A link for a new colleague, and until when it is good.
    pub(super) async fn invite(&self, role: Role) -> Result<(String, Timestamp), Failure> {
        let agent = AgentId::new(self.handoff.ids().uuid().to_string())
            .map_err(|error| Failure::internal(&error))?;
        let (token, until) = self.invite_as(agent, role).await?;
        Ok((self.link(&format!("/join#{token}")), until))
    }

    async fn invite_as(&self, agent: AgentId, role: Role) -> Result<(String, Timestamp), Failure> {
        let token = secret::random()?;
        let now = self.handoff.now();
        let until = now.after(LIFE);
        let record = Record {
            kind: RecordKind::Invitation,
            key: secret::digest(&token),
            lookup: None,
            service: None,
            version: 0,
            expires_at: Some(until),
            body: serde_json::to_value(Invitation { agent, role }).map_err(StoreError::backend)?,
        };
        self.handoff.directory().put(record, now).await?;
        Ok((token, until))
    }

    /// Makes the account that a link is good for.
    pub(super) async fn accept(&self, person: NewPerson) -> Result<Me, Failure> {
        person.check()?;
        let key = secret::digest(&person.token);
        let directory = self.handoff.directory();
        let record = directory
            .get(RecordKind::Invitation, &key, self.handoff.now())
            .await?;
        let invitation = Invitation::of(&record.ok_or_else(no_longer_good)?)?;
        let account = Account {
            name: person.name.trim().to_owned(),
            email: person.email.trim().to_owned(),
            role: invitation.role,
            services: None,
            password: self.passwords.hash(person.password).await?,
            disabled: false,
        };
        match directory
            .put(account.record(&invitation.agent)?, self.handoff.now())
            .await
        {
            Ok(_) => {}
            Err(PutError::VersionConflict { .. }) => return Err(no_longer_good()),
            Err(PutError::LookupTaken) => {
                return Err(Failure::invalid(
                    "Somebody with this e-mail address is in the team already. Sign in instead.",
                ));
            }
            Err(error) => return Err(error.into()),
        }
        directory.delete(RecordKind::Invitation, &key).await?;
        self.handoff
            .record_changed(RecordKind::Account, invitation.agent.as_str());
        Ok(account.me(invitation.agent))
    }

    async fn invitations(&self, now: Timestamp) -> Result<Vec<Record>, StoreError> {
        self.handoff
            .directory()
            .list(RecordKind::Invitation, None, PAGE, now)
            .await
    }
}

impl Invitation {
    fn of(record: &Record) -> Result<Self, StoreError> {
        serde_json::from_value(record.body.clone()).map_err(StoreError::corrupt)
    }
}

fn no_longer_good() -> Failure {
    let title = "This link was used already, or is too old. Ask for a new one.";
    Failure::new(
        axum::http::StatusCode::NOT_FOUND,
        "no_such_invitation",
        title,
    )
}
