//! The dashboard as a browser without JavaScript uses it.

use std::collections::BTreeMap;

use cookie::{Cookie, time::Duration};
use reqwest::{Method, Response, header, redirect::Policy};

use crate::{PASSWORD, Reply, TestServer};

/// The CSRF token's field in a form.
const TOKEN_FIELD: &str = "csrf_token";

/// A client that stores cookies and sends each form with the CSRF token of the last page. Redirects are not followed.
pub struct Pages {
    http: reqwest::Client,
    origin: String,
    /// The cookies that were set.
    pub cookies: BTreeMap<String, String>,
    /// The CSRF token of the last page that had one.
    pub csrf_token: String,
}

impl Pages {
    /// A client without cookies.
    #[must_use]
    pub fn new(server: &TestServer) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        let origin = server.state.access_url.origin().ascii_serialization();
        Self { http, origin, cookies: BTreeMap::new(), csrf_token: String::new() }
    }

    /// Logs in by the form, as `{name}@example.com`.
    pub async fn log_in(server: &TestServer, name: &str) -> Self {
        let mut pages = Self::new(server);
        assert_eq!(pages.get("/login").await.status, 200);
        let email = format!("{name}@example.com");
        let response = pages.post("/login", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(response.status, 303, "{}", response.text);
        pages.get("/settings/account").await;
        pages
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Sends a form with the last page's CSRF token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = (TOKEN_FIELD, self.csrf_token.as_str());
        let fields: Vec<_> = std::iter::once(token).chain(fields.iter().copied()).collect();
        let request = self
            .request(Method::POST, path)
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(&fields));
        self.send(request).await
    }

    /// A request with the cookies, which can be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.http
            .request(method, format!("{}{path}", self.origin))
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT, "text/html")
    }

    /// Sends a request; stores the cookies and the CSRF token of the response.
    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Reply {
        let response: Response = request.send().await.expect("the server responds");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a complete body");
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = Cookie::parse(cookie.to_str().expect("a cookie of plain text")).expect("a cookie");
            if cookie.max_age() == Some(Duration::ZERO) {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let marked = format!("name=\"{TOKEN_FIELD}\" value=\"");
        if let Some((token, _)) = text
            .split_once(&marked)
            .and_then(|(_, rest)| rest.split_once('"'))
            .filter(|(token, _)| !token.is_empty())
        {
            self.csrf_token = token.to_owned();
        }
        let json = serde_json::from_str(&text).unwrap_or(serde_json::Value::Null);
        Reply { status, headers, text, json }
    }
}

/// Fields in the encoding of forms.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Reply {
    /// The value of a header; empty without one.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
