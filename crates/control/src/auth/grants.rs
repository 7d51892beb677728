//! What a key lends to a narrower use. A browser cannot send a header with a socket, and an app's host name must never see
//! the key itself: each gets a token of its own that is good for nothing else, and ends with the key.

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

/// How long a ticket waits to be used.
const TICKET_LIFETIME: Duration = Duration::from_secs(30);
/// How long an app's own session lasts at most. It ends earlier with the key that it was made with.
const APP_SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// What a grant is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One terminal socket of an agent. Used once.
    Terminal(AgentId),
    /// Beginning a session under an app's host name, in the browser that request for it. Used once.
    AppTicket {
        /// The host name.
        host: String,
        /// What the browser was given when it request.
        state: String,
    },
    /// A session under an app's host name.
    AppSession {
        /// The host name.
        host: String,
    },
}

impl Scope {
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
    /// Lends the caller's key to a narrower use. Answers the token, and until when it is good.
    ///
    /// # Errors
    /// When the database fails.
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

    /// Who shows a token that is good once, and not a second time.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is unknown, used, expired or for something else, or its key has ended.
    pub async fn redeem_grant(&self, token: &str, scope: &Scope, request_info: RequestInfo) -> Result<Caller> {
        let (id, grant) = self.grant(token, scope).await?;
        let mut write = self.database.write().await?;
        let first = grants::delete(&mut write, &id).await?;
        write.commit().await?;
        if !first {
            return Err(invalid_ticket());
        }
        self.caller_of(&grant, request_info).await
    }

    /// Who shows a token that is good for a while.
    ///
    /// # Errors
    /// As for [`Control::redeem_grant`].
    pub async fn authenticate_grant(
        &self,
        token: &str,
        scope: &Scope,
        request_info: RequestInfo,
    ) -> Result<Caller> {
        let (_, grant) = self.grant(token, scope).await?;
        self.caller_of(&grant, request_info).await
    }

    async fn grant(&self, token: &str, scope: &Scope) -> Result<(KeyId, Grant)> {
        let token = PlainToken::parse(token).ok_or_else(invalid_ticket)?;
        let found = grants::find(&mut self.database.read().await?, &token.id).await?;
        let grant = found.ok_or_else(invalid_ticket)?;
        let same = verify_slices_are_equal(&hash_secret(token.secret()).0, &grant.hash.0).is_ok();
        if same && grant.scope == scope.text() && grant.expires_at > self.clock.now() {
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
