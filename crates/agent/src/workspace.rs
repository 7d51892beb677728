//! What everything the agent starts asks at its start: environment, folder, shell. Shared by sessions and scripts.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use coder_wire::agent::Manifest;
use tokio::sync::watch;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    environment::{AgentEnv, Platform, compose, expand},
    files,
    launch::LaunchSpec,
    os_user::OsUser,
};

/// The workspace, as processes of it see it.
pub struct Workspace {
    user: OsUser,
    url: Url,
    token: Zeroizing<String>,
    manifest: RwLock<Option<Arc<Manifest>>>,
    /// Turned off to end every session.
    sessions: watch::Sender<bool>,
}

impl Workspace {
    /// A workspace that is not started yet.
    pub fn new(user: OsUser, url: Url, token: Zeroizing<String>) -> Self {
        Self { user, url, token, manifest: RwLock::default(), sessions: watch::Sender::new(true) }
    }

    /// The user whose processes these are.
    pub fn user(&self) -> &OsUser {
        &self.user
    }

    /// The agent's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Where the agent reaches the server.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Lets processes start with this manifest from here on. Those that run keep what they were given.
    pub fn set_ready(&self, manifest: Arc<Manifest>) {
        *self.manifest.write().unwrap_or_else(PoisonError::into_inner) = Some(manifest);
        self.sessions.send_replace(true);
    }

    /// Lets nothing start any more, and ends the sessions that are open.
    pub fn shut_down(&self) {
        *self.manifest.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.sessions.send_replace(false);
    }

    /// Tells sessions when to end.
    pub fn sessions(&self) -> watch::Receiver<bool> {
        self.sessions.subscribe()
    }

    /// What a process that starts now gets; nothing before the first manifest has been carried out.
    pub fn launch(&self) -> Option<LaunchSpec> {
        let manifest = self.manifest.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let own = AgentEnv { url: self.url.as_str().trim_end_matches('/'), token: &self.token };
        let env = compose(&self.user.inherited, &manifest, own);
        let secrets = manifest.secrets.iter().filter_map(|secret| secret.env_name.clone());
        let own =
            env.iter().map(|(name, _)| name).filter(|name| *name == "CODER" || name.starts_with("CODER_"));
        let protected = secrets.chain(own.map(str::to_owned)).collect();
        let wanted = self.directory(&manifest);
        let (directory, notice) = if wanted.is_dir() {
            (wanted, None)
        } else {
            let home = self.user.home.clone().filter(|home| home.is_dir());
            let instead = home.unwrap_or_else(|| PathBuf::from("/"));
            let notice =
                format!("The folder {} is not there; starting in {}.", wanted.display(), instead.display());
            (instead, Some(notice))
        };
        Some(LaunchSpec { env, protected, directory, notice, shell: self.user.shell.clone() })
    }

    /// The command of an app that has one.
    pub fn app_command(&self, slug: &str) -> Option<String> {
        let manifest = self.manifest.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        manifest.apps.iter().find(|app| app.slug == slug)?.command.clone()
    }

    /// A path as the workspace's user means it: seen from the home directory.
    pub fn resolve_in_home(&self, path: &str) -> PathBuf {
        self.user.home.as_deref().unwrap_or(Path::new("/")).join(path.strip_prefix("~/").unwrap_or(path))
    }

    /// The folder that the template wants sessions to start in: the home directory when it says nothing.
    pub fn directory(&self, manifest: &Manifest) -> PathBuf {
        let home = self.user.home.as_ref().and_then(|home| home.to_str());
        let wanted = manifest.directory.as_deref().map(|text| expand(text, &self.user.inherited));
        let absolute = match wanted.as_deref() {
            None | Some("" | "~") => home.map(str::to_owned),
            Some(text) if text.starts_with('/') || text.starts_with("~/") => {
                files::absolute_path(Platform::CURRENT, home, text).ok()
            }
            // Seen from the home directory, as a shell would.
            Some(text) => files::absolute_path(Platform::CURRENT, home, &format!("~/{text}")).ok(),
        };
        absolute.map_or_else(|| PathBuf::from("/"), PathBuf::from)
    }
}
