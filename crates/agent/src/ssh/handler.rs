//! What a client asks for, and what it is answered. Answers are given at once; work goes on in tasks.

use std::{
    collections::HashMap, ffi::OsString, os::unix::ffi::OsStringExt, path::PathBuf, sync::Arc, time::Duration,
};

use bytes::Bytes;
use russh::{
    Channel as RusshChannel, ChannelId, ChannelOpenFailure, Pty, Sig,
    server::{Auth, ChannelOpenHandle, Handler, Msg, Session as Connection},
};
use tokio::sync::watch;

use super::{
    WINDOW,
    auth_agent::AuthAgent,
    channel::{Channel, TerminalRequest},
    forward::{self, Destination, Listeners},
    inbound::Input,
    pipes::Pipes,
    process::start,
};
use crate::{launch::Wanted, pty::Size, workspace::Workspace};

/// Sessions open at once in one connection.
const MAX_SESSIONS: usize = 64;
/// The window of a client whose process does not read: as little as keeps it asking.
const TRICKLE: u32 = 2;
/// How often it may ask then.
const TRICKLE_PAUSE: Duration = Duration::from_millis(5);
/// Bytes that may wait on one channel before every channel of its connection is held back for it.
const MOST_WAITING: usize = 32 * 1024 * 1024;
/// Where systems keep their SFTP server.
const SFTP_SERVERS: &[&str] = &[
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
];

/// One SSH connection. Dropping it hangs up everything that runs in it.
pub struct Session {
    workspace: Arc<Workspace>,
    signed_in: watch::Sender<bool>,
    channels: HashMap<ChannelId, Channel>,
    pipes: Pipes,
    listeners: Listeners,
    auth_agent: Option<AuthAgent>,
}

impl Session {
    /// A connection that notes in `signed_in` when its client has been let in.
    pub fn new(workspace: Arc<Workspace>, signed_in: watch::Sender<bool>) -> Self {
        Self {
            workspace,
            signed_in,
            channels: HashMap::new(),
            pipes: Pipes::default(),
            listeners: Listeners::default(),
            auth_agent: None,
        }
    }

    /// Starts something in a channel that nothing runs in, and answers whether it did.
    fn run(&mut self, id: ChannelId, wanted: &Wanted, connection: &mut Connection) -> Result<(), russh::Error> {
        let channel = self.channels.get_mut(&id);
        let started =
            channel.is_some_and(|channel| start(&self.workspace, channel, wanted, connection.handle()));
        if started { connection.channel_success(id) } else { connection.channel_failure(id) }
    }

    /// Bytes of the client that wait on a channel for whoever is to read them.
    fn waiting(&self, id: ChannelId) -> usize {
        let input = self.channels.get(&id).and_then(|channel| channel.running.as_ref()?.input.as_ref());
        input.map(Input::waiting).or_else(|| self.pipes.waiting(id)).unwrap_or_default()
    }

    fn most_waiting(&self) -> usize {
        let inputs = self.channels.values().filter_map(|channel| channel.running.as_ref()?.input.as_ref());
        inputs.map(Input::waiting).max().unwrap_or_default().max(self.pipes.most_waiting())
    }

    /// Whether the workspace takes anybody in now.
    fn is_open(&self) -> bool {
        *self.workspace.sessions().borrow()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.pipes.clear();
    }
}

impl Handler for Session {
    type Error = russh::Error;

    async fn auth_none(&mut self, _user: &str) -> Result<Auth, Self::Error> {
        self.signed_in.send_replace(true);
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: RusshChannel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Connection,
    ) -> Result<(), Self::Error> {
        // `russh` says nothing when a client closes what was closed from here before.
        self.channels.retain(|_, channel| !channel.is_over());
        if self.channels.len() >= MAX_SESSIONS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        let id = channel.id();
        let (_, write) = channel.split();
        self.channels.insert(id, Channel::new(write));
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: RusshChannel<Msg>,
        host: &str,
        port: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        match forward::tcp(host, port).filter(|_| self.is_open()) {
            Some(to) => forward::connect(&self.pipes, channel, reply, connection.handle(), to),
            None => reply.reject(ChannelOpenFailure::ConnectFailed).await,
        }
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        channel: RusshChannel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        if self.is_open() {
            let to = Destination::Unix(self.workspace.in_home(path));
            forward::connect(&self.pipes, channel, reply, connection.handle(), to);
        } else {
            reply.reject(ChannelOpenFailure::ConnectFailed).await;
        }
        Ok(())
    }

    /// The client takes a channel that was opened from here: its bytes may come at once.
    async fn channel_open_confirmation(
        &mut self,
        id: ChannelId,
        _: u32,
        _: u32,
        _: &mut Connection,
    ) -> Result<(), Self::Error> {
        self.pipes.expect(id);
        Ok(())
    }

    async fn tcpip_forward(
        &mut self,
        address: &str,
        port: &mut u32,
        connection: &mut Connection,
    ) -> Result<bool, Self::Error> {
        if !self.is_open() {
            return Ok(false);
        }
        match self.listeners.listen(address, *port, &self.pipes, &connection.handle()).await {
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
        _: &mut Connection,
    ) -> Result<bool, Self::Error> {
        Ok(self.listeners.cancel(address, port))
    }

    async fn streamlocal_forward(
        &mut self,
        path: &str,
        connection: &mut Connection,
    ) -> Result<bool, Self::Error> {
        if !self.is_open() {
            return Ok(false);
        }
        let at = self.workspace.in_home(path);
        let bound = self.listeners.listen_unix(path, at, &self.pipes, &connection.handle());
        if let Err(error) = &bound {
            tracing::debug!(%error, "cannot listen for the client");
        }
        Ok(bound.is_ok())
    }

    async fn cancel_streamlocal_forward(
        &mut self,
        path: &str,
        _: &mut Connection,
    ) -> Result<bool, Self::Error> {
        Ok(self.listeners.cancel_unix(path))
    }

    async fn agent_request(&mut self, id: ChannelId, connection: &mut Connection) -> Result<bool, Self::Error> {
        let agent = match self.auth_agent.take() {
            Some(agent) => Ok(agent),
            None => AuthAgent::lend(&self.pipes, &connection.handle()),
        };
        match (agent, self.channels.get_mut(&id)) {
            (Ok(agent), Some(channel)) => {
                let set = channel.set_variable("SSH_AUTH_SOCK", agent.path());
                self.auth_agent = Some(agent);
                Ok(set)
            }
            (Err(error), _) => {
                tracing::warn!(%error, "cannot make a socket for the client's key agent");
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
        modes: &[(Pty, u32)],
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id) {
            Some(channel) if channel.running.is_none() => {
                channel.terminal = Some(TerminalRequest {
                    term: term.to_owned(),
                    size: size(columns, rows),
                    modes: modes.to_vec(),
                });
                connection.channel_success(id)
            }
            _ => connection.channel_failure(id),
        }
    }

    async fn env_request(
        &mut self,
        id: ChannelId,
        name: &str,
        value: &str,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        let set = self.channels.get_mut(&id).is_some_and(|channel| channel.set_variable(name, value));
        if set { connection.channel_success(id) } else { connection.channel_failure(id) }
    }

    async fn shell_request(&mut self, id: ChannelId, connection: &mut Connection) -> Result<(), Self::Error> {
        self.run(id, &Wanted::Shell, connection)
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        self.run(id, &Wanted::Command(OsString::from_vec(command.to_vec())), connection)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        let program = SFTP_SERVERS.iter().map(PathBuf::from).find(|path| name == "sftp" && path.is_file());
        match program {
            Some(program) => self.run(id, &Wanted::Program(program), connection),
            None => connection.channel_failure(id),
        }
    }

    async fn window_change_request(
        &mut self,
        id: ChannelId,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.resize(size(columns, rows));
        }
        connection.channel_success(id)
    }

    async fn signal(&mut self, id: ChannelId, signal: Sig, _: &mut Connection) -> Result<(), Self::Error> {
        if let Some(channel) = self.channels.get(&id) {
            channel.signal(&signal);
        }
        Ok(())
    }

    async fn data(&mut self, id: ChannelId, data: &[u8], _: &mut Connection) -> Result<(), Self::Error> {
        let running = self.channels.get(&id).and_then(|channel| channel.running.as_ref());
        let waiting = match running.and_then(|running| running.input.as_ref()) {
            Some(input) => {
                input.send(Bytes::copy_from_slice(data));
                input.waiting()
            }
            None => self.pipes.receive(id, data).unwrap_or_default(),
        };
        if waiting > 2 * WINDOW as usize {
            tokio::time::sleep(TRICKLE_PAUSE).await;
        }
        Ok(())
    }

    /// The window that is opened next, on whichever channel: `russh` opens windows by itself as data comes in, whether or
    /// not anybody has read it.
    fn adjust_window(&mut self, id: ChannelId, _: u32) -> u32 {
        let held = self.waiting(id) > WINDOW as usize || self.most_waiting() > MOST_WAITING;
        if held { TRICKLE } else { WINDOW }
    }

    async fn channel_eof(&mut self, id: ChannelId, _: &mut Connection) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id).and_then(|channel| channel.running.as_mut()) {
            Some(running) => running.input = None,
            None => self.pipes.end_input(id),
        }
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _: &mut Connection) -> Result<(), Self::Error> {
        if self.channels.remove(&id).is_none() {
            self.pipes.close(id);
        }
        Ok(())
    }
}

fn size(columns: u32, rows: u32) -> Size {
    let bound = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    Size { columns: bound(columns), rows: bound(rows) }
}
