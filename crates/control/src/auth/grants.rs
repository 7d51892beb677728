//! Single-purpose tokens derived from a key: tickets for WebSockets, where browsers cannot send a header, and
//! sessions under app hostnames, which must never see the key itself. They end with the key.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use coder_model::{
    AgentId, Moment,
    token::{KeyId, PlainToken},
};
use coder_store::{
    api_keys,
    grants::{self, Grant},
};

use super::hash_secret;
use crate::{Caller, Control, Error, RequestInfo, Result};

const TICKET_LIFETIME: Duration = Duration::from_secs(30);
/// An app session ends earlier if the key that it was derived from does.
const APP_SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The purpose of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Opens one terminal WebSocket of an agent. Can be used once.
    Terminal(AgentId),
    /// Starts a session under an app's hostname, in the browser that requested it. Can be used once.
    AppTicket {
        host: String,
        /// The state parameter of the browser that requested it.
        state: String,
    },
    /// A session under an app's hostname.
    AppSession { host: String },
}

impl Scope {
    /// As stored: must not change.
    fn text(&self) -> String {
        match self {
            Self::Terminal(agent) => format!("terminal {}", agent.uuid()),
            Self::AppTicket { host, state } => format!("app-ticket {host} {state}"),
            Self::AppSession { host } => format!("app {host}"),
        }
    }

    fn lifetime(&self) -> Duration {
        match self {
            Self::Terminal(_) | Self::AppTicket { .. } => TICKET_LIFETIME,
            Self::AppSession { .. } => APP_SESSION_LIFETIME,
        }
    }
}

impl Control {
    /// Derives a grant from the caller's key. Returns its token and when it expires. For every user; the server
    /// authorizes the scope first.
    pub async fn issue_grant(&self, caller: &Caller, scope: &Scope) -> Result<(PlainToken, Moment)> {
        let (now, token) = (self.clock.now(), self.random.token()?);
        let grant = Grant {
            key: caller.key.id.clone(),
            hash: hash_secret(token.secret()),
            scope: scope.text(),
            expires_at: now.after(scope.lifetime()),
        };
        let mut write = self.database.write().await?;
        grants::insert(&mut write, &token.id, &grant, now).await?;
        write.commit().await?;
        Ok((token, grant.expires_at))
    }

    /// The caller with this ticket, which is deleted. For everyone.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the ticket is unknown, used, expired or of another scope, or its key is no
    /// longer valid.
    pub async fn redeem_grant(&self, token: &str, scope: &Scope, request_info: RequestInfo) -> Result<Caller> {
        let (id, grant) = self.find_grant(token, scope).await?;
        let mut write = self.database.write().await?;
        let is_first_use = grants::delete(&mut write, &id).await?;
        write.commit().await?;
        if !is_first_use {
            return Err(invalid_ticket());
        }
        self.caller_of(&grant, request_info).await
    }

    /// The caller with this grant, which stays valid. For everyone.
    ///
    /// # Errors
    /// As [`Control::redeem_grant`].
    pub async fn authenticate_grant(
        &self,
        token: &str,
        scope: &Scope,
        request_info: RequestInfo,
    ) -> Result<Caller> {
        let (_, grant) = self.find_grant(token, scope).await?;
        self.caller_of(&grant, request_info).await
    }

    async fn find_grant(&self, token: &str, scope: &Scope) -> Result<(KeyId, Grant)> {
        let token = PlainToken::parse(token).ok_or_else(invalid_ticket)?;
        let found = grants::find(&mut self.database.read().await?, &token.id).await?;
        let grant = found.ok_or_else(invalid_ticket)?;
        let matches = verify_slices_are_equal(&hash_secret(token.secret()).0, &grant.hash.0).is_ok();
        if matches && grant.scope == scope.text() && grant.expires_at > self.clock.now() {
            Ok((token.id, grant))
        } else {
            Err(invalid_ticket())
        }
    }

    async fn caller_of(&self, grant: &Grant, request_info: RequestInfo) -> Result<Caller> {
        let found = api_keys::find_with_user(&mut self.database.read().await?, &grant.key).await?;
        let (key, _, user) = found.ok_or_else(invalid_ticket)?;
        self.check_key(key, user, request_info).await
    }
}

fn invalid_ticket() -> Error {
    Error::unauthenticated(
        "The ticket is invalid or expired.",
        "Tickets can be used once and expire after a short time. Request another one.",
    )
}
