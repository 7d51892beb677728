//! Requests and their responses as a document for a reviewer:
//!
//! ```text
//! # a note on what follows
//! POST /api/v2/users/login -> 401
//! > {"email":"ada@example.com","password":"wrong password"}
//! < www-authenticate: Bearer realm="coder"
//! {
//!   "message": "Incorrect email or password."
//! }
//! ```
//!
//! Times need no placeholder: the server's clock is fixed at [`NOW`] unless a test moves it. Ids, tokens, the server's
//! address and its version have one. A long object is written once; later ones refer to it.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use coder_control::Clock;
use coder_model::Moment;
use coder_testkit::{Api, Engine, Reply, TestServer};
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

/// The subjects, each with a snapshot.
pub const SUBJECTS: [&str; 16] = [
    "agents",
    "authorization",
    "builds",
    "deployment",
    "errors_apps",
    "errors_authentication",
    "errors_requests",
    "errors_secrets",
    "errors_templates",
    "errors_users",
    "errors_workspaces",
    "secrets",
    "templates",
    "tokens",
    "users",
    "workspaces",
];

/// The time of the server's clock: a Monday.
pub const NOW: &str = "2026-03-02T09:00:00Z";

/// Response headers that are written.
const HEADERS: [&str; 6] = ["allow", "connection", "location", "retry-after", "set-cookie", "www-authenticate"];
/// The content type that is left out.
const JSON: &str = "application/json; charset=utf-8";
/// The maximum size of a request body that is written, in bytes.
const MAX_SHOWN: usize = 400;
/// The maximum length of an object that is repeated, in lines.
const SHORT: usize = 25;

/// Placeholders of tokens. A token begins with an id that may have a placeholder of its own, so these are replaced first.
const TOKENS: [(&str, &str); 2] =
    [(r"\b[0-9A-Za-z]{10}-[0-9A-Za-z]{22}\b", "[token]"), (r"\b[0-9A-Za-z]{40}\b", "[agent token]")];
/// Placeholders of other values that differ between runs, unless the test gave them one.
const OTHERS: [(&str, &str); 4] = [
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[uuid]"),
    (r"\b127\.0\.0\.1:[0-9]+\b", "[address]"),
    (r"\.example\.com:[0-9]+\b", ".example.com:[port]"),
    (concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"[version]\""),
];

/// A server whose clock is fixed at [`NOW`].
pub async fn with_fixed_clock(engine: Engine) -> TestServer {
    TestServer::start_at(engine, Clock::fixed(at(NOW))).await
}

/// Parses a time in RFC 3339.
pub fn at(text: &str) -> Moment {
    Moment::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// Advances the server's clock.
pub fn pass(server: &TestServer, seconds: u64) {
    server.clock.set(server.clock.now().after(Duration::from_secs(seconds)));
}

/// Requests and their responses, in order.
pub struct Transcript {
    text: String,
    /// Long objects, each with the request that it was first written for.
    shown: BTreeMap<String, String>,
    /// Ids and their placeholders.
    names: Vec<(String, String)>,
}

impl Transcript {
    pub fn new() -> Self {
        Self { text: String::new(), shown: BTreeMap::new(), names: Vec::new() }
    }

    /// Writes a comment on the next requests.
    pub fn note(&mut self, text: &str) {
        writeln!(self.text, "# {text}").unwrap();
    }

    /// Gives a value that differs between runs a placeholder.
    pub fn name(&mut self, id: &Value, name: &str) {
        let id = id.as_str().expect("an id");
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{id} is no pattern");
        self.names.push((id.to_owned(), format!("[{name}]")));
    }

    pub async fn get(&mut self, api: &Api, path: &str) -> Reply {
        self.send(api.request(Method::GET, path)).await
    }

    pub async fn post(&mut self, api: &Api, path: &str, body: Value) -> Reply {
        self.send(api.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&mut self, api: &Api, path: &str, body: Value) -> Reply {
        self.send(api.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&mut self, api: &Api, path: &str, body: Value) -> Reply {
        self.send(api.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&mut self, api: &Api, path: &str) -> Reply {
        self.send(api.request(Method::DELETE, path)).await
    }

    /// Sends a request and writes it with its response.
    pub async fn send(&mut self, request: RequestBuilder) -> Reply {
        let sent = request.try_clone().expect("a body in memory").build().expect("a request");
        let path = &sent.url()[url::Position::BeforePath..];
        let response = Api::send(request).await;
        let heading = format!("{} {path}", sent.method());
        writeln!(self.text, "{heading} -> {}", response.status).unwrap();
        let body = sent.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        if !body.is_empty() {
            writeln!(self.text, "> {}", show_request(body)).unwrap();
        }
        self.show_headers(&response.headers, response.text.is_empty());
        let body = match (&response.json, response.text.as_str()) {
            (_, "") => "(no body)".to_owned(),
            (Value::Null, text) => text.to_owned(),
            (json, _) => pretty(&self.fold(json, &heading)),
        };
        writeln!(self.text, "{body}\n").unwrap();
        response
    }

    /// Replaces each long object that was written before by a reference.
    fn fold(&mut self, value: &Value, heading: &str) -> Value {
        match value {
            Value::Object(fields) => {
                let text = pretty(value);
                if let Some(first) = self.shown.get(&text) {
                    return format!("(as in {first})").into();
                }
                if text.lines().count() > SHORT {
                    self.shown.insert(text, heading.to_owned());
                }
                fields.iter().map(|(name, value)| (name.clone(), self.fold(value, heading))).collect()
            }
            Value::Array(values) => values.iter().map(|value| self.fold(value, heading)).collect(),
            other => other.clone(),
        }
    }

    fn show_headers(&mut self, headers: &HeaderMap, is_empty: bool) {
        let mut show = |name: &str| {
            for value in headers.get_all(name) {
                writeln!(self.text, "< {name}: {}", value.to_str().unwrap()).unwrap();
            }
        };
        if !is_empty && headers.get("content-type").is_none_or(|kind| kind != JSON) {
            show("content-type");
        }
        HEADERS.into_iter().for_each(show);
    }

    /// Compares the transcript with the snapshot of this subject.
    pub fn finish(self, subject: &str) {
        let tokens = TOKENS.map(|(pattern, placeholder)| (pattern.to_owned(), placeholder.to_owned()));
        let others = OTHERS.map(|(pattern, placeholder)| (pattern.to_owned(), placeholder.to_owned()));
        compare(subject, &self.text, tokens.into_iter().chain(self.names).chain(others));
    }
}

/// Compares a text with the snapshot of this subject, after replacing patterns by placeholders.
pub fn compare(subject: &str, text: &str, placeholders: impl IntoIterator<Item = (String, String)>) {
    assert!(SUBJECTS.contains(&subject), "{subject} is not in the list");
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, placeholder) in placeholders {
        settings.add_filter(&pattern, placeholder);
    }
    settings.bind(|| insta::assert_snapshot!(subject, text));
}

fn show_request(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if text.len() <= MAX_SHOWN => {
            text.chars().fold(String::new(), |shown, character| match character {
                ' '..='~' => shown + character.encode_utf8(&mut [0; 4]),
                other => shown + &other.escape_default().to_string(),
            })
        }
        _ => format!("({} bytes)", body.len()),
    }
}

/// Sorts the fields of objects, whose order depends on features of the JSON library.
fn pretty(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    serde_json::to_string_pretty(&value).unwrap()
}
