//! Requests of an SSH client. They are replied to at once; work goes on in tasks.

use std::{collections::HashMap, ffi::OsString, os::unix::ffi::OsStringExt, sync::Arc};

use bytes::Bytes;
use russh::{
    Channel, ChannelId, ChannelOpenFailure, Pty as PtyMode, Sig,
    server::{Auth, ChannelOpenHandle, Handler, Msg, Session},
};
use tokio::sync::Notify;

use super::{
    agent_forwarding::AgentForwarding,
    channel::{PtyRequest, SessionChannel},
    forward::{self, Destination, Listeners},
    forwarded::ForwardedChannels,
    process::start,
    sftp,
    stdin_queue::Sender,
    window,
};
use crate::{launch::ExecTarget, pty::Size, workspace::Workspace};

/// Sessions open at once in one connection.
const MAX_SESSIONS: usize = 64;

/// The state of one SSH connection. Dropping it hangs up everything that runs in it.
pub struct ConnectionHandler {
    workspace: Arc<Workspace>,
    authenticated: Arc<Notify>,
    channels: HashMap<ChannelId, SessionChannel>,
    forwarded: ForwardedChannels,
    listeners: Listeners,
    agent_forwarding: Option<AgentForwarding>,
}

impl ConnectionHandler {
    /// Notifies `authenticated` when the client has logged in.
    pub fn new(workspace: Arc<Workspace>, authenticated: Arc<Notify>) -> Self {
        Self {
            workspace,
            authenticated,
            channels: HashMap::new(),
            forwarded: ForwardedChannels::default(),
            listeners: Listeners::default(),
            agent_forwarding: None,
        }
    }

    /// Starts a process in a session channel, and replies whether it did.
    fn run(&mut self, id: ChannelId, target: &ExecTarget, session: &mut Session) -> Result<(), russh::Error> {
        let channel = self.channels.get_mut(&id);
        let started = channel.is_some_and(|channel| start(&self.workspace, channel, target, session.handle()));
        if started { session.channel_success(id) } else { session.channel_failure(id) }
    }

    /// Bytes of the client that nothing has read yet.
    fn queued_bytes(&self, id: ChannelId) -> usize {
        let stdin = self.channels.get(&id).and_then(|channel| channel.process.as_ref()?.stdin.as_ref());
        stdin.map(Sender::queued_bytes).or_else(|| self.forwarded.queued_bytes(id)).unwrap_or_default()
    }

    fn max_queued_bytes(&self) -> usize {
        let queues = self.channels.values().filter_map(|channel| channel.process.as_ref()?.stdin.as_ref());
        queues.map(Sender::queued_bytes).max().unwrap_or_default().max(self.forwarded.max_queued_bytes())
    }

    fn accepts_sessions(&self) -> bool {
        !self.workspace.shutdown().is_cancelled()
    }
}

impl Drop for ConnectionHandler {
    fn drop(&mut self) {
        self.forwarded.clear();
    }
}

impl Handler for ConnectionHandler {
    type Error = russh::Error;

    async fn auth_none(&mut self, _user: &str) -> Result<Auth, Self::Error> {
        self.authenticated.notify_one();
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        // `russh` does not call `channel_close` for channels that this side has closed first.
        self.channels.retain(|_, channel| !channel.is_finished());
        if self.channels.len() >= MAX_SESSIONS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        let id = channel.id();
        let (_, write) = channel.split();
        self.channels.insert(id, SessionChannel::new(write));
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match forward::tcp_destination(host, port).filter(|_| self.accepts_sessions()) {
            Some(to) => forward::connect(&self.forwarded, channel, reply, session.handle(), to),
            None => reply.reject(ChannelOpenFailure::ConnectFailed).await,
        }
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        channel: Channel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.accepts_sessions() {
            let to = Destination::Unix(self.workspace.resolve_in_home(path));
            forward::connect(&self.forwarded, channel, reply, session.handle(), to);
        } else {
            reply.reject(ChannelOpenFailure::ConnectFailed).await;
        }
        Ok(())
    }

    /// The client has accepted a channel that this side opened: its bytes may arrive at once.
    async fn channel_open_confirmation(
        &mut self,
        id: ChannelId,
        _: u32,
        _: u32,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        self.forwarded.open(id);
        Ok(())
    }

    async fn tcpip_forward(
        &mut self,
        address: &str,
        port: &mut u32,
        session: &mut Session,
    ) -> Result<bool, Self::Error> {
        if !self.accepts_sessions() {
            return Ok(false);
        }
        match self.listeners.listen(address, *port, &self.forwarded, &session.handle()).await {
            Ok(chosen) => {
                *port = chosen;
                Ok(true)
            }
            Err(error) => {
                tracing::debug!(%error, port, "cannot listen for the client");
                Ok(false)
            }
        }
    }

    async fn cancel_tcpip_forward(
        &mut self,
        address: &str,
        port: u32,
        _: &mut Session,
    ) -> Result<bool, Self::Error> {
        Ok(self.listeners.cancel(address, port))
    }

    async fn streamlocal_forward(&mut self, path: &str, session: &mut Session) -> Result<bool, Self::Error> {
        if !self.accepts_sessions() {
            return Ok(false);
        }
        let at = self.workspace.resolve_in_home(path);
        let bound = self.listeners.listen_unix(path, at, &self.forwarded, &session.handle());
        if let Err(error) = &bound {
            tracing::debug!(%error, "cannot listen for the client");
        }
        Ok(bound.is_ok())
    }

    async fn cancel_streamlocal_forward(&mut self, path: &str, _: &mut Session) -> Result<bool, Self::Error> {
        Ok(self.listeners.cancel_unix(path))
    }

    async fn agent_request(&mut self, id: ChannelId, session: &mut Session) -> Result<bool, Self::Error> {
        let agent = match self.agent_forwarding.take() {
            Some(agent) => Ok(agent),
            None => AgentForwarding::listen(&self.forwarded, &session.handle()),
        };
        match (agent, self.channels.get_mut(&id)) {
            (Ok(agent), Some(channel)) => {
                let set = channel.set_variable("SSH_AUTH_SOCK", agent.path());
                self.agent_forwarding = Some(agent);
                Ok(set)
            }
            (Err(error), _) => {
                tracing::warn!(%error, "cannot create a socket for agent forwarding");
                Ok(false)
            }
            (Ok(_), None) => Ok(false),
        }
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        modes: &[(PtyMode, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id) {
            Some(channel) if channel.process.is_none() => {
                channel.pty = Some(PtyRequest {
                    term: term.to_owned(),
                    size: pty_size(columns, rows),
                    modes: modes.to_vec(),
                });
                session.channel_success(id)
            }
            _ => session.channel_failure(id),
        }
    }

    async fn env_request(
        &mut self,
        id: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let set = self.channels.get_mut(&id).is_some_and(|channel| channel.set_variable(name, value));
        if set { session.channel_success(id) } else { session.channel_failure(id) }
    }

    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        self.run(id, &ExecTarget::LoginShell, session)
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.run(id, &ExecTarget::Command(OsString::from_vec(command.to_vec())), session)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match sftp::server().filter(|_| name == "sftp") {
            Some(program) => self.run(id, &ExecTarget::Program(program), session),
            None => session.channel_failure(id),
        }
    }

    async fn window_change_request(
        &mut self,
        id: ChannelId,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.resize(pty_size(columns, rows));
        }
        session.channel_success(id)
    }

    async fn signal(&mut self, id: ChannelId, signal: Sig, _: &mut Session) -> Result<(), Self::Error> {
        if let Some(channel) = self.channels.get(&id) {
            channel.signal(&signal);
        }
        Ok(())
    }

    async fn data(&mut self, id: ChannelId, data: &[u8], _: &mut Session) -> Result<(), Self::Error> {
        let process = self.channels.get(&id).and_then(|channel| channel.process.as_ref());
        let queued = match process.and_then(|process| process.stdin.as_ref()) {
            Some(stdin) => {
                stdin.send(Bytes::copy_from_slice(data));
                stdin.queued_bytes()
            }
            None => self.forwarded.receive(id, data).unwrap_or_default(),
        };
        window::throttle(queued).await;
        Ok(())
    }

    /// The next window of a channel.
    fn adjust_window(&mut self, id: ChannelId, _: u32) -> u32 {
        window::next_window(self.queued_bytes(id), || self.max_queued_bytes())
    }

    async fn channel_eof(&mut self, id: ChannelId, _: &mut Session) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id).and_then(|channel| channel.process.as_mut()) {
            Some(process) => process.stdin = None,
            None => self.forwarded.end_input(id),
        }
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _: &mut Session) -> Result<(), Self::Error> {
        if self.channels.remove(&id).is_none() {
            self.forwarded.close(id);
        }
        Ok(())
    }
}

fn pty_size(columns: u32, rows: u32) -> Size {
    let bound = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    Size { columns: bound(columns), rows: bound(rows) }
}
