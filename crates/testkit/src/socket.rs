//! A WebSocket client: of a terminal, or of an app.

use std::{
    io,
    net::TcpStream,
    time::{Duration, Instant},
};

use tokio_tungstenite::tungstenite::{
    self, Message, WebSocket,
    client::IntoClientRequest,
    http::{HeaderName, HeaderValue},
};

/// The limit of every wait.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A WebSocket.
pub struct Socket {
    inner: WebSocket<TcpStream>,
    shown: Vec<u8>,
}

impl Socket {
    /// Connects.
    ///
    /// # Errors
    /// The status and the body of the response, if the server rejects the upgrade.
    pub fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, (u16, String)> {
        let url = url.replacen("http", "ws", 1);
        let mut request = url.as_str().into_client_request().expect("a request");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        let authority = request.uri().authority().expect("an authority");
        // Hostnames of apps are on this machine as well, and not in DNS.
        let stream =
            TcpStream::connect(("127.0.0.1", authority.port_u16().expect("a port"))).expect("a server");
        stream.set_nodelay(true).expect("an option");
        stream.set_read_timeout(Some(TIMEOUT)).expect("an option");
        match tungstenite::client(request, stream) {
            Ok((inner, _)) => Ok(Self { inner, shown: Vec::new() }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                let body = response.body().clone().unwrap_or_default();
                Err((response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()))
            }
            Err(error) => panic!("{url}: {error}"),
        }
    }

    /// Sends text.
    pub fn send(&mut self, text: &str) {
        self.inner.send(Message::text(text)).expect("the message is sent");
    }

    /// Sends bytes.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.inner.send(Message::binary(bytes.to_vec())).expect("the message is sent");
    }

    /// Types on a terminal.
    pub fn type_in(&mut self, keys: &str) {
        self.send(&serde_json::json!({ "data": keys }).to_string());
    }

    /// The next text or binary message; `None` when the connection is closed.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        self.receive_until(Instant::now() + TIMEOUT).unwrap_or_else(|| panic!("no message within {TIMEOUT:?}"))
    }

    /// The same, or `None` at the deadline. The server's pings end a blocking read often enough.
    fn receive_until(&mut self, deadline: Instant) -> Option<Option<Vec<u8>>> {
        while Instant::now() < deadline {
            match self.inner.read() {
                Ok(Message::Binary(bytes)) => return Some(Some(bytes.to_vec())),
                Ok(Message::Text(text)) => return Some(Some(text.as_bytes().to_vec())),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Some(None),
            }
        }
        None
    }

    /// Whether a text or binary message arrives, or the connection is closed, within this time.
    pub fn has_more(&mut self, within: Duration) -> bool {
        self.inner.get_ref().set_read_timeout(Some(within)).expect("an option");
        let more = self.receive_until(Instant::now() + within);
        self.inner.get_ref().set_read_timeout(Some(TIMEOUT)).expect("an option");
        more.is_some()
    }

    /// Waits for text after the text that was waited for last. Returns what was received before it.
    pub fn wait_for(&mut self, what: &str) -> String {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let at = self.shown.windows(what.len()).position(|window| window == what.as_bytes());
            if let Some(at) = at {
                let rest = self.shown.split_off(at + what.len());
                let before = std::mem::replace(&mut self.shown, rest);
                return String::from_utf8_lossy(before.get(..at).unwrap_or_default()).into_owned();
            }
            match self.receive_until(deadline) {
                Some(Some(bytes)) => self.shown.extend(bytes),
                _ => panic!("{what:?} was not received, but {:?}", String::from_utf8_lossy(&self.shown)),
            }
        }
    }

    /// Reads until the connection is closed. Returns the code and the reason of the close frame, if there was one.
    pub fn end(&mut self) -> (Option<u16>, String) {
        loop {
            match self.inner.read() {
                Ok(Message::Close(frame)) => {
                    let (code, reason) = frame
                        .map(|frame| (u16::from(frame.code), frame.reason.to_string()))
                        .map_or((None, String::new()), |(code, reason)| (Some(code), reason));
                    return (code, reason);
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    panic!("not closed within {TIMEOUT:?}");
                }
                Err(_) => return (None, String::new()),
            }
        }
    }

    /// Closes the TCP connection without a close frame, as when a network fails.
    pub fn drop_network(self) {
        let _ = self.inner.get_ref().shutdown(std::net::Shutdown::Both);
    }
}
