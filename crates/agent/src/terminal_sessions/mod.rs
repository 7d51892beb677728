//! Terminal sessions that outlive their viewers: a browser that comes back finds its shell as it left it.

mod output;
mod session;

use std::{
    collections::HashMap,
    ffi::OsString,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use coder_mux::{MuxStream, frame};
use coder_wire::agent::{OpenTerminal, Opened, TerminalInput};
#[cfg(fuzzing)]
pub use output::Output;
use session::Session;
use tokio::io::{AsyncRead, AsyncWriteExt};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{launch::ExecTarget, pty::describe_spawn_error, workspace::Workspace};

/// Sessions at once. Of those that nobody watches, one gives way to a new one.
const MAX_SESSIONS: usize = 32;
/// Viewers of one session at once.
const MAX_VIEWERS: usize = 16;
/// The largest message of a viewer, in bytes.
const MAX_INPUT_BYTES: usize = 1024 * 1024;

/// The sessions of a workspace.
#[derive(Default)]
pub struct TerminalSessions(Mutex<HashMap<Uuid, Arc<Session>>>);

impl TerminalSessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session that is meant, begun if it is not there.
    fn attach(self: &Arc<Self>, workspace: &Workspace, open: &OpenTerminal) -> Result<Arc<Session>, String> {
        let mut sessions = self.lock();
        if let Some(session) = sessions.get(&open.session) {
            if session.viewers() >= MAX_VIEWERS {
                return Err(format!("{MAX_VIEWERS} watch this session already"));
            }
            session.resize(open.size);
            return Ok(session.clone());
        }
        if sessions.len() >= MAX_SESSIONS {
            let detached = sessions.iter().find(|(_, session)| session.viewers() == 0).map(|(id, _)| *id);
            let Some(session) = detached.and_then(|id| sessions.remove(&id)) else {
                return Err(format!(
                    "{MAX_SESSIONS} terminal sessions are open in this workspace: end one of them"
                ));
            };
            session.evict();
        }
        let launch = workspace.launch().ok_or("the workspace is not ready for sessions")?;
        let target = match (&open.app, &open.command) {
            (Some(slug), _) => {
                let command = workspace.app_command(slug);
                ExecTarget::Command(
                    command.ok_or_else(|| format!("the workspace has no app {slug:?} with a command"))?.into(),
                )
            }
            (None, Some(command)) if !command.trim().is_empty() => ExecTarget::Command(OsString::from(command)),
            _ => ExecTarget::Shell,
        };
        let (session, life) = Session::start(&launch, &target, open.size, workspace.sessions())
            .map_err(|error| format!("cannot start: {}", describe_spawn_error(&error, &launch)))?;
        sessions.insert(open.session, session.clone());
        let (sessions_of_workspace, id, own) = (self.clone(), open.session, session.clone());
        tokio::spawn(async move {
            life.await;
            let mut sessions = sessions_of_workspace.lock();
            if sessions.get(&id).is_some_and(|session| Arc::ptr_eq(session, &own)) {
                sessions.remove(&id);
            }
        });
        Ok(session)
    }
}

/// Serves a viewer until it goes away or the session has ended.
pub async fn serve(
    sessions_of_workspace: &Arc<TerminalSessions>,
    workspace: &Workspace,
    mut stream: MuxStream,
    open: &OpenTerminal,
) {
    let session = match sessions_of_workspace.attach(workspace, open) {
        Ok(session) => session,
        Err(error) => {
            let _ = frame::send(&mut stream, &Opened { error: Some(error) }).await;
            return;
        }
    };
    let _watching = session.attach();
    if frame::send(&mut stream, &Opened { error: None }).await.is_err() {
        return;
    }
    let (mut from, mut to) = tokio::io::split(stream);
    let show = async {
        let mut viewer = session.output.subscribe();
        while let Some(chunk) = viewer.next().await {
            to.write_all(&chunk).await?;
            to.flush().await?;
        }
        to.shutdown().await
    };
    tokio::select! {
        ended = show => tracing::trace!(?ended, "a terminal session was seen to its end"),
        () = take_input(&session, &mut from) => {}
    }
}

/// Passes on what a viewer does, until it goes away. What it types waits here while the terminal takes no more: nothing is
/// read meanwhile, and so nothing piles up.
async fn take_input(session: &Session, from: &mut (impl AsyncRead + Unpin)) {
    loop {
        let taken = match frame::receive(from, MAX_INPUT_BYTES).await {
            Ok(Some(TerminalInput::Text(text))) => session.write(text.expose().as_bytes()).await,
            Ok(Some(TerminalInput::Bytes(text))) => match STANDARD.decode(text.expose()) {
                Ok(bytes) => session.write(&Zeroizing::new(bytes)).await,
                Err(_) => return,
            },
            Ok(Some(TerminalInput::Resize(size))) => {
                session.resize(size);
                Ok(())
            }
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(%error, "a terminal's viewer ended");
                return;
            }
        };
        if taken.is_err() {
            // The session has ended; its last output is still on its way to the viewer.
            std::future::pending::<()>().await;
        }
    }
}
