//! Requests to the API: method, path, JSON. Redirects are not followed.

use reqwest::{Method, Response, header::HeaderMap, redirect::Policy};
use serde_json::Value;

/// A client of the API, with the token of a user or without one.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    /// The token that requests carry.
    pub token: Option<String>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    /// The body as JSON; null when it is not JSON.
    pub json: Value,
}

impl Api {
    /// A client without a token.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { http, base, token: None }
    }

    /// A client of the same server with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request that can be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Coder-Session-Token", token);
        }
        request
    }

    /// Sends a request.
    pub async fn send(request: reqwest::RequestBuilder) -> Reply {
        let response: Response = request.send().await.expect("the server responds");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a complete body");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, headers, text, json }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Reply {
        Self::send(self.request(Method::GET, path)).await
    }

    /// POST
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Self::send(self.request(Method::POST, path).json(&body)).await
    }

    /// PUT
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        Self::send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PATCH
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        Self::send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Reply {
        Self::send(self.request(Method::DELETE, path)).await
    }
}

impl Reply {
    /// The JSON, if the status is this one; panics otherwise.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// The field errors, as pairs of `field` and `detail`.
    pub fn validations(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = self.json.get("validations").and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter()
            .map(|one| {
                (
                    text(one.get("field").unwrap_or(&Value::Null)),
                    text(one.get("detail").unwrap_or(&Value::Null)),
                )
            })
            .collect()
    }

    /// The `message` of an error.
    pub fn message(&self) -> &str {
        self.json.get("message").and_then(Value::as_str).unwrap_or_default()
    }

    /// The `detail` of an error.
    pub fn detail(&self) -> &str {
        self.json.get("detail").and_then(Value::as_str).unwrap_or_default()
    }
}
