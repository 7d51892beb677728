//! Terminal sessions that outlive their viewers: a browser that reconnects finds its shell as it left it.

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

use crate::{launch::ExecTarget, workspace::Workspace};

/// Sessions at once. When there are more, one without viewers is evicted.
const MAX_SESSIONS: usize = 32;
/// Viewers of one session at once.
const MAX_VIEWERS: usize = 16;
/// The largest message of a viewer.
const MAX_INPUT_BYTES: usize = 1024 * 1024;

#[derive(Default)]
pub struct TerminalSessions(Mutex<HashMap<Uuid, Arc<Session>>>);

impl TerminalSessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the session with this id, and starts it if there is none.
    fn get_or_start(
        self: &Arc<Self>,
        workspace: &Workspace,
        open: &OpenTerminal,
    ) -> Result<Arc<Session>, String> {
        let mut sessions = self.lock();
        if let Some(session) = sessions.get(&open.session) {
            if session.viewers() >= MAX_VIEWERS {
                return Err(format!("this session already has {MAX_VIEWERS} viewers"));
            }
            session.resize(open.size);
            return Ok(session.clone());
        }
        if sessions.len() >= MAX_SESSIONS {
            let without_viewers =
                sessions.iter().find(|(_, session)| session.viewers() == 0).map(|(id, _)| *id);
            let Some(session) = without_viewers.and_then(|id| sessions.remove(&id)) else {
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
            _ => ExecTarget::LoginShell,
        };
        let (session, running) = Session::start(&launch, &target, open.size, workspace.shutdown())
            .map_err(|error| format!("cannot start: {}", launch.describe_spawn_error(&error)))?;
        sessions.insert(open.session, session.clone());
        let (all, id, started) = (self.clone(), open.session, session.clone());
        tokio::spawn(async move {
            running.await;
            let mut sessions = all.lock();
            // Unless it was evicted, and its id is in use again.
            if sessions.get(&id).is_some_and(|session| Arc::ptr_eq(session, &started)) {
                sessions.remove(&id);
            }
        });
        Ok(session)
    }
}

/// Serves a viewer until it disconnects or the session has ended.
pub async fn serve(
    sessions: &Arc<TerminalSessions>,
    workspace: &Workspace,
    mut stream: MuxStream,
    open: &OpenTerminal,
) {
    let session = match sessions.get_or_start(workspace, open) {
        Ok(session) => session,
        Err(error) => {
            let _ = frame::send(&mut stream, &Opened { error: Some(error) }).await;
            return;
        }
    };
    let _guard = session.attach();
    if frame::send(&mut stream, &Opened { error: None }).await.is_err() {
        return;
    }
    let (mut from, mut to) = tokio::io::split(stream);
    let send_output = async {
        let mut viewer = session.output.subscribe();
        while let Some(chunk) = viewer.next().await {
            to.write_all(&chunk).await?;
            to.flush().await?;
        }
        to.shutdown().await
    };
    tokio::select! {
        result = send_output => tracing::trace!(?result, "a terminal session ended"),
        () = receive_input(&session, &mut from) => {}
    }
}

/// Handles a viewer's messages until it disconnects. While the terminal accepts no input, no messages are read: input is not
/// buffered.
async fn receive_input(session: &Session, from: &mut (impl AsyncRead + Unpin)) {
    loop {
        let written = match frame::receive(from, MAX_INPUT_BYTES).await {
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
                tracing::debug!(%error, "a viewer of a terminal session disconnected");
                return;
            }
        };
        if written.is_err() {
            // The session has ended; its last output is still being sent.
            std::future::pending::<()>().await;
        }
    }
}
