//! What a client asks for, and what it is answered. Answers are given at once; work goes on in tasks.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use russh::{
    Channel as RusshChannel, ChannelId, ChannelOpenFailure, Pty, Sig,
    server::{Auth, ChannelOpenHandle, Handler, Msg, Session as Connection},
};

use super::{
    WINDOW,
    channel::{Channel, TerminalRequest},
    process::{Wanted, start},
};
use crate::{pty::Size, workspace::Workspace};

/// Channels open at once in one connection.
const MAX_CHANNELS: usize = 64;
/// The window of a client whose process does not read: as little as keeps it asking.
const TRICKLE: u32 = 2;
/// How often it may ask then.
const TRICKLE_PAUSE: Duration = Duration::from_millis(5);
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
    channels: HashMap<ChannelId, Channel>,
}

impl Session {
    pub fn new(workspace: Arc<Workspace>) -> Self {
        Self { workspace, channels: HashMap::new() }
    }

    /// Starts something in a channel that nothing runs in, and answers whether it did.
    fn run(&mut self, id: ChannelId, wanted: &Wanted, connection: &mut Connection) -> Result<(), russh::Error> {
        let channel = self.channels.get_mut(&id);
        let started =
            channel.is_some_and(|channel| start(&self.workspace, channel, wanted, connection.handle()));
        if started { connection.channel_success(id) } else { connection.channel_failure(id) }
    }

    fn most_waiting(&self) -> usize {
        let inputs = self.channels.values().filter_map(|channel| channel.running.as_ref()?.input.as_ref());
        inputs.map(super::stdin::Input::waiting).max().unwrap_or_default()
    }
}

impl Handler for Session {
    type Error = russh::Error;

    async fn auth_none(&mut self, _user: &str) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: RusshChannel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Connection,
    ) -> Result<(), Self::Error> {
        if self.channels.len() >= MAX_CHANNELS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        let id = channel.id();
        let (_, write) = channel.split();
        self.channels.insert(id, Channel::new(write));
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id) {
            Some(channel) if channel.running.is_none() => {
                channel.terminal = Some(TerminalRequest { term: term.to_owned(), size: size(columns, rows) });
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
        self.run(id, &Wanted::Command(command.to_vec()), connection)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        let program = SFTP_SERVERS.iter().find(|path| name == "sftp" && std::path::Path::new(path).is_file());
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
        if let Some(input) = running.and_then(|running| running.input.as_ref()) {
            input.send(Bytes::copy_from_slice(data));
            if input.waiting() > 2 * WINDOW as usize {
                tokio::time::sleep(TRICKLE_PAUSE).await;
            }
        }
        Ok(())
    }

    fn adjust_window(&mut self, _: ChannelId, _: u32) -> u32 {
        if self.most_waiting() > WINDOW as usize { TRICKLE } else { WINDOW }
    }

    async fn channel_eof(&mut self, id: ChannelId, _: &mut Connection) -> Result<(), Self::Error> {
        if let Some(running) = self.channels.get_mut(&id).and_then(|channel| channel.running.as_mut()) {
            running.input = None;
        }
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _: &mut Connection) -> Result<(), Self::Error> {
        self.channels.remove(&id);
        Ok(())
    }
}

fn size(columns: u32, rows: u32) -> Size {
    let bound = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    Size { columns: bound(columns), rows: bound(rows) }
}
