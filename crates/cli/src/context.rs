//! Shared state of commands that call a server.

use anyhow::{Result, bail};
use coder_client::Client;
use url::Url;
use zeroize::Zeroizing;

use crate::login_store::LoginStore;

pub struct Context {
    pub login_store: LoginStore,
    url: Option<Url>,
    token: Option<Zeroizing<String>>,
}

impl Context {
    pub fn new(login_store: LoginStore, url: Option<Url>, token: Option<String>) -> Self {
        let token = token.filter(|token| !token.is_empty()).map(Zeroizing::new);
        Self { login_store, url, token }
    }

    /// The server from flag or environment.
    pub fn given_url(&self) -> Option<&Url> {
        self.url.as_ref()
    }

    /// The token from flag or environment.
    pub fn given_token(&self) -> Option<&Zeroizing<String>> {
        self.token.as_ref()
    }

    /// Server and token. Flags and environment take precedence over the stored login.
    pub fn credentials(&self) -> Result<(Url, Zeroizing<String>)> {
        let stored = self.login_store.read()?;
        match (self.url.clone().or(stored.url), self.token.clone().or(stored.token)) {
            (Some(url), Some(token)) => Ok((url, token)),
            _ => bail!("You are not logged in. Try logging in using 'coder login <url>'."),
        }
    }

    pub fn client(&self) -> Result<Client> {
        let (url, token) = self.credentials()?;
        Ok(Client::new(url, Some(token))?)
    }
}
