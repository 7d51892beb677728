//! Requests and responses.

use std::time::Duration;

use coder_wire::{
    ApiError, TOKEN_HEADER,
    deployment::{ApplicationHost, BuildInfo, SshConfig},
};
use http::Method;
use reqwest::{RequestBuilder, Response, redirect};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;
use zeroize::Zeroizing;

use crate::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For the whole request, with its response.
const TIMEOUT: Duration = Duration::from_secs(60);
const MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// A client of one server. Redirects are not followed: the token is for that server alone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: Url,
    token: Option<Zeroizing<String>>,
}

impl Client {
    /// # Errors
    /// [`Error::Unreachable`] when the system's certificates cannot be loaded.
    pub fn new(url: Url, token: Option<Zeroizing<String>>) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .tcp_nodelay(true)
            .user_agent(concat!("coder/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Unreachable { url: url.to_string(), reason: error.to_string() })?;
        Ok(Self { http, url, token })
    }

    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_ref().map(|token| token.as_str())
    }

    /// A client of the same server with another token.
    #[must_use]
    pub fn with_token(&self, token: Zeroizing<String>) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    pub async fn buildinfo(&self) -> Result<BuildInfo> {
        self.get(&["api", "v2", "buildinfo"], &[]).await
    }

    /// The wildcard hostname of apps.
    pub async fn application_host(&self) -> Result<ApplicationHost> {
        self.get(&["api", "v2", "applications", "host"], &[]).await
    }

    /// Hostnames and options for SSH clients.
    pub async fn ssh_config(&self) -> Result<SshConfig> {
        self.get(&["api", "v2", "deployment", "ssh"], &[]).await
    }

    /// The path is given in segments, each of which is percent-encoded.
    pub(crate) fn request(
        &self,
        method: Method,
        segments: &[&str],
        query: &[(&str, String)],
    ) -> Result<RequestBuilder> {
        let mut url = self.url.clone();
        url.path_segments_mut()
            .map_err(|()| self.unexpected("its URL has no path"))?
            .pop_if_empty()
            .extend(segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            let mut value = http::HeaderValue::from_str(token)
                .map_err(|_| self.unexpected("the session token contains invalid characters"))?;
            value.set_sensitive(true);
            request = request.header(TOKEN_HEADER, value);
        }
        Ok(request)
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: &[(&str, String)],
    ) -> Result<T> {
        self.json_response(self.request(Method::GET, segments, query)?).await
    }

    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<T> {
        self.json_response(self.request(method, segments, &[])?.json(body)).await
    }

    pub(crate) async fn json_response<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let body = self.read_body(self.success_response(request).await?).await?;
        serde_json::from_slice(&body).map_err(|error| {
            self.unexpected(&format!(
                "its response is not valid at line {} column {}",
                error.line(),
                error.column()
            ))
        })
    }

    /// Sends a request and ignores the response body.
    pub(crate) async fn no_content(&self, request: RequestBuilder) -> Result<()> {
        self.success_response(request).await.map(drop)
    }

    async fn success_response(&self, request: RequestBuilder) -> Result<Response> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.read_body(response).await?;
        match serde_json::from_slice::<ApiError>(&body) {
            Ok(error) => Err(Error::Api { status: status.as_u16(), error }),
            Err(_) => Err(self.unexpected(&format!("it responded with status {status}"))),
        }
    }

    async fn read_body(&self, mut response: Response) -> Result<Zeroizing<Vec<u8>>> {
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(self.unexpected("its response is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        // The innermost cause is the most specific: `connection refused`, not `error sending request`.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let reason = if error.is_timeout() { "no response in time".to_owned() } else { cause.to_string() };
        Error::Unreachable { url: self.url.to_string(), reason }
    }

    fn unexpected(&self, reason: &str) -> Error {
        Error::Unexpected { url: self.url.to_string(), reason: reason.to_owned() }
    }
}
