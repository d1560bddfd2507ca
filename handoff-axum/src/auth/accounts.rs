//! The built-in accounts.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use handoff_core::directory::RecordKind;
use handoff_core::error::StoreError;
use handoff_core::id::AgentId;
use handoff_core::runtime::Handoff;
use tokio::sync::watch;

use super::account::{Account, lookup};
use super::cookie::SessionCookie;
use super::identify::Identify;
use super::password::Passwords;
use crate::failure::Failure;
use crate::limits::Gate;
use crate::options::Options;
use crate::ws::protocol::Me;

/// A team has at most so many people that colleagues are shown.
const MAX_TEAM: usize = 2_000;
const PAGE: usize = 200;

/// The built-in accounts: argon2 passwords, sessions by cookie, invitations, all of it in the engine's directory.
/// Clones share everything.
#[derive(Debug, Clone)]
pub struct Accounts {
    pub(super) handoff: Handoff,
    pub(super) cookie: SessionCookie,
    pub(super) passwords: Passwords,
    base: Arc<Options>,
    changes: watch::Sender<u64>,
    tries: Arc<Tries>,
}

#[derive(Debug)]
struct Tries {
    here: Gate<(String, Option<IpAddr>)>,
    account: Gate<String>,
    address: Gate<IpAddr>,
}

impl Accounts {
    pub(crate) fn new(handoff: Handoff, options: &Options) -> Self {
        Self {
            handoff,
            cookie: SessionCookie::new(&options.base_url),
            passwords: Passwords::default(),
            changes: watch::Sender::new(0),
            tries: Arc::new(Tries {
                here: Gate::new(options.limits.sign_in),
                account: Gate::new(options.limits.sign_in_account),
                address: Gate::new(options.limits.sign_in_address),
            }),
            base: Arc::new(options.clone()),
        }
    }

    pub(super) fn link(&self, path_and_fragment: &str) -> String {
        self.base.link(path_and_fragment)
    }

    /// Open sockets ask again who they belong to.
    pub(crate) fn look_again(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Holds back whoever tries too often; one account's owner is not locked out by what others try elsewhere.
    pub(super) fn hold_back(&self, email: &str, address: Option<IpAddr>) -> Result<(), Duration> {
        let email = lookup(email);
        if let Some(address) = &address {
            self.tries.address.pass(address)?;
        }
        self.tries.here.pass(&(email.clone(), address))?;
        self.tries.account.pass(&email)
    }

    /// Who has this address and password. It takes as long, and says the same, where nobody has the address.
    pub(super) async fn check(&self, email: &str, password: String) -> Result<Option<Me>, Failure> {
        let record = self
            .handoff
            .directory()
            .find(RecordKind::Account, &lookup(email), self.handoff.now())
            .await?;
        let account = record.as_ref().map(Account::of).transpose()?;
        let stored = account.as_ref().map(|account| account.password.clone());
        let same = self.passwords.verify(password, stored).await?;
        let (Some(record), Some(account)) = (record, account) else {
            return Ok(None);
        };
        if !same || account.disabled {
            return Ok(None);
        }
        let id = AgentId::new(&record.key).map_err(StoreError::corrupt)?;
        Ok(Some(account.me(id)))
    }
}

#[async_trait]
impl Identify for Accounts {
    async fn identify(&self, headers: &HeaderMap) -> Result<Option<Me>, StoreError> {
        let Some(agent) = self.session_of(headers).await? else {
            return Ok(None);
        };
        let record = self
            .handoff
            .directory()
            .get(RecordKind::Account, agent.as_str(), self.handoff.now())
            .await?;
        let account = record.as_ref().map(Account::of).transpose()?;
        Ok(account
            .filter(|account| !account.disabled)
            .map(|account| account.me(agent)))
    }

    async fn team(&self) -> Result<Vec<Me>, StoreError> {
        let mut team = Vec::new();
        let mut after: Option<String> = None;
        while team.len() < MAX_TEAM {
            let page = self.handoff.directory();
            let page = page
                .list(
                    RecordKind::Account,
                    after.as_deref(),
                    PAGE,
                    self.handoff.now(),
                )
                .await?;
            for record in &page {
                let account = Account::of(record)?;
                if !account.disabled {
                    team.push(account.me(AgentId::new(&record.key).map_err(StoreError::corrupt)?));
                }
            }
            match page.into_iter().nth(PAGE - 1) {
                Some(last) => after = Some(last.key),
                None => break,
            }
        }
        Ok(team)
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
