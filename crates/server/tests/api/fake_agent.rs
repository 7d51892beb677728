//! An agent without a workspace. It sends the messages of a test, and responds to the server with a terminal without output
//! and a healthy app. A command or host called `refused` is rejected; one called `silent` gets no response.

use coder_client::dial;
use coder_mux::{Incoming, Mux, MuxStream, frame};
use coder_testkit::TestServer;
use coder_wire::agent::{
    AgentMessage, Dial, Hello, MAX_MESSAGE_BYTES, Manifest, OpenStream, OpenTerminal, Opened, PROTOCOL_VERSION,
    ServerMessage,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

/// The app's response.
const HEALTHY: &[u8] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

/// A connected agent. It disconnects on drop.
pub struct FakeAgent {
    mux: Mux,
    control: MuxStream,
    /// The first manifest.
    pub manifest: Manifest,
}

impl FakeAgent {
    /// Connects with the token of the agent of a running workspace.
    pub async fn connect(server: &TestServer, token: &str) -> Self {
        let path = ["api", "v2", "workspaceagents", "me", "rpc"];
        let query = format!("version={PROTOCOL_VERSION}");
        let (mux, incoming) = dial(&server.state.access_url, &path, &query, token).await.expect("a connection");
        tokio::spawn(serve(incoming));
        let mut control = mux.open().await.expect("a stream");
        let hello = Hello {
            protocol_version: PROTOCOL_VERSION,
            run_id: Uuid::nil(),
            version: "1.2.3".to_owned(),
            operating_system: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            capabilities: Vec::new(),
        };
        frame::send(&mut control, &AgentMessage::Hello(hello)).await.expect("the message is sent");
        let manifest = manifest(&mut control).await;
        Self { mux, control, manifest }
    }

    /// Sends messages, and returns when the server has handled them.
    pub async fn report(&mut self, messages: impl IntoIterator<Item = AgentMessage>) {
        for message in messages {
            frame::send(&mut self.control, &message).await.expect("the message is sent");
        }
        // The server handles messages in order.
        manifest(&mut self.control).await;
    }
}

impl Drop for FakeAgent {
    fn drop(&mut self) {
        self.mux.close();
    }
}

/// Requests the manifest, and waits for it.
async fn manifest(control: &mut MuxStream) -> Manifest {
    frame::send(control, &AgentMessage::GetManifest).await.expect("the message is sent");
    loop {
        match frame::receive(control, MAX_MESSAGE_BYTES).await.expect("a message") {
            Some(ServerMessage::Manifest(manifest)) => return *manifest,
            Some(ServerMessage::Welcome { .. } | ServerMessage::LogsStored { .. }) => {}
            other => panic!("{other:?} instead of a manifest"),
        }
    }
}

async fn serve(mut incoming: Incoming) {
    while let Some(stream) = incoming.accept().await {
        tokio::spawn(serve_stream(stream));
    }
}

/// Serves what a stream requests. The test may end at any time, so errors are ignored.
async fn serve_stream(mut stream: MuxStream) -> Option<()> {
    let request: OpenStream = frame::receive(&mut stream, MAX_MESSAGE_BYTES).await.ok()??;
    let (name, is_app) = match &request {
        OpenStream::Terminal(OpenTerminal { command, .. }) => (command.as_deref().unwrap_or_default(), false),
        OpenStream::Dial(Dial { host, .. }) => (host.as_str(), true),
        OpenStream::Ssh | OpenStream::Ping | OpenStream::Shutdown { .. } => return None,
    };
    let is_rejected = match name {
        "silent" => return None,
        name => name == "refused",
    };
    let error = is_rejected.then(|| "refused, as its name says".to_owned());
    frame::send(&mut stream, &Opened { error }).await.ok()?;
    let mut received = Vec::new();
    while !is_rejected && stream.read_buf(&mut received).await.ok()? > 0 {
        if is_app && received.ends_with(b"\r\n\r\n") {
            stream.write_all(HEALTHY).await.ok()?;
            return stream.shutdown().await.ok();
        }
    }
    None
}
