//! The state that sessions and scripts share: the manifest, and what new processes get of it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use coder_wire::agent::Manifest;
use tokio_util::sync::CancellationToken;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    environment::{AgentEnv, Platform, compose, expand},
    files,
    launch::LaunchSpec,
    os_user::OsUser,
};

pub struct Workspace {
    user: OsUser,
    url: Url,
    token: Zeroizing<String>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    /// None until the first one is applied, and after a shutdown.
    manifest: Option<Arc<Manifest>>,
    /// Replaced by the next start.
    shutdown: CancellationToken,
}

impl Workspace {
    /// A workspace that is not started yet. `url` is the server's.
    pub fn new(user: OsUser, url: Url, token: Zeroizing<String>) -> Self {
        Self { user, url, token, state: RwLock::default() }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn user(&self) -> &OsUser {
        &self.user
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Lets processes start with this manifest from here on. Running processes keep the environment they have.
    pub fn set_ready(&self, manifest: Arc<Manifest>) {
        let mut state = self.write();
        state.manifest = Some(manifest);
        if state.shutdown.is_cancelled() {
            state.shutdown = CancellationToken::new();
        }
    }

    /// Ends all sessions, and lets no process start.
    pub fn shut_down(&self) {
        let mut state = self.write();
        state.manifest = None;
        state.shutdown.cancel();
    }

    /// Cancelled when the workspace shuts down.
    pub fn shutdown(&self) -> CancellationToken {
        self.read().shutdown.clone()
    }

    /// What a new process gets; none before the first manifest is applied.
    pub fn launch(&self) -> Option<LaunchSpec> {
        let manifest = self.read().manifest.clone()?;
        let agent = AgentEnv { url: self.url.as_str().trim_end_matches('/'), token: &self.token };
        let env = compose(&self.user.inherited, &manifest, agent);
        let secrets = manifest.secrets.iter().filter_map(|secret| secret.env_name.clone());
        let by_agent =
            env.iter().map(|(name, _)| name).filter(|name| *name == "CODER" || name.starts_with("CODER_"));
        let protected = secrets.chain(by_agent.map(str::to_owned)).collect();
        let wanted = self.directory(&manifest);
        let (directory, notice) = if wanted.is_dir() {
            (wanted, None)
        } else {
            let home = self.user.home.clone().filter(|home| home.is_dir());
            let instead = home.unwrap_or_else(|| PathBuf::from("/"));
            let notice =
                format!("Directory {} does not exist; starting in {}.", wanted.display(), instead.display());
            (instead, Some(notice))
        };
        Some(LaunchSpec { env, protected, directory, notice, shell: self.user.shell.clone() })
    }

    pub fn app_command(&self, slug: &str) -> Option<String> {
        let manifest = self.read().manifest.clone()?;
        manifest.apps.iter().find(|app| app.slug == slug)?.command.clone()
    }

    /// Resolves a path relative to the home directory, which a leading `~/` stands for as well.
    pub fn resolve_in_home(&self, path: &str) -> PathBuf {
        self.user.home.as_deref().unwrap_or(Path::new("/")).join(path.strip_prefix("~/").unwrap_or(path))
    }

    /// The directory that the template sets for sessions, by default the home directory.
    pub fn directory(&self, manifest: &Manifest) -> PathBuf {
        let home = self.user.home.as_ref().and_then(|home| home.to_str());
        let wanted = manifest.directory.as_deref().map(|text| expand(text, &self.user.inherited));
        let absolute = match wanted.as_deref() {
            None | Some("" | "~") => home.map(str::to_owned),
            Some(text) if text.starts_with('/') || text.starts_with("~/") => {
                files::absolute_path(Platform::CURRENT, home, text).ok()
            }
            // Relative to the home directory, as in a login shell.
            Some(text) => files::absolute_path(Platform::CURRENT, home, &format!("~/{text}")).ok(),
        };
        absolute.map_or_else(|| PathBuf::from("/"), PathBuf::from)
    }
}
