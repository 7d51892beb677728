//! A build that records the calls of a provisioner.

use std::{
    future::ready,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use coder_model::{WorkspaceId, template::Definition};
use coder_provision::{AgentToken, BuildContext, ProvisionFuture, StartRequest};
use futures_util::{FutureExt, future::BoxFuture};
use zeroize::Zeroizing;

pub const TOKEN: &str = "sesame";
pub const URL: &str = "http://127.0.0.1:1";

/// The context of one build.
#[derive(Default)]
pub struct Build {
    lines: Mutex<Vec<String>>,
    tokens: AtomicUsize,
}

impl Build {
    /// The lines of the log so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// How often the token was requested.
    pub fn tokens(&self) -> usize {
        self.tokens.load(Ordering::Relaxed)
    }
}

impl BuildContext for Build {
    fn agent_token(&self) -> ProvisionFuture<'_, AgentToken> {
        self.tokens.fetch_add(1, Ordering::Relaxed);
        ready(Ok(AgentToken::new(Zeroizing::new(TOKEN.to_owned())))).boxed()
    }

    fn log<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        self.lines.lock().unwrap().push(text.to_owned());
        ready(()).boxed()
    }
}

pub fn request(workspace: WorkspaceId, definition: &Definition) -> StartRequest<'_> {
    StartRequest { workspace, definition, access_url: URL }
}
