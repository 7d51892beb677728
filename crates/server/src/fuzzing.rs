//! For fuzz targets only: functions that parse input of the network.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use coder_model::template::AppUrl;

use crate::apps::{AppBase, prepare_request, prepare_response};

/// Lines `NAME: VALUE` as the headers of a request to an app, and of its response.
pub fn headers(text: &str) {
    let Ok(app) = AppUrl::parse("http://localhost:8080/root") else { return };
    let mut headers = HeaderMap::new();
    for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    for path in ["", "/@a/b.c/apps/d"] {
        let base = AppBase { path: path.to_owned(), scheme: "https".to_owned() };
        let mut request = headers.clone();
        prepare_request(&mut request, &base, Some("127.0.0.1"), None);
        let cookies = request.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
        assert!(cookies.flat_map(|value| value.split(';')).all(|pair| !pair.trim().starts_with("coder_")));
        assert!(!request.contains_key("coder-session-token") && !request.contains_key("connection"));
        let mut response = headers.clone();
        prepare_response(&mut response, &app, &base);
        let set_cookies = response.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        for cookie in set_cookies {
            assert!(!cookie.starts_with("coder_") && cookie.contains(&format!("; Path={path}/")), "{cookie}");
        }
    }
}
