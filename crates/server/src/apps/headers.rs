//! Which headers of a request an app sees, and which headers of its response a browser sees.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use coder_model::template::AppUrl;
use coder_wire::{TOKEN_COOKIE, TOKEN_HEADER};

/// Prefix of the server's own cookies. Apps neither see nor set them.
const OWN_COOKIES: &str = "coder_";
/// Hop-by-hop headers (RFC 9110 section 7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Where browsers reach an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppBase {
    /// The path prefix of the app without a trailing slash; empty for the root.
    pub path: String,
    /// `http` or `https`.
    pub scheme: String,
}

/// Prepares the headers of a request for an app: without the user's credentials, with `X-Forwarded-*`. `upgrade` is the
/// protocol that the client wants to switch to.
pub fn prepare_request(
    headers: &mut HeaderMap,
    base: &AppBase,
    client_ip: Option<&str>,
    upgrade: Option<HeaderValue>,
) {
    // Apps may use `Authorization` themselves: only tokens of this server are removed.
    let has_own_token = headers.get(TOKEN_HEADER).is_none()
        && headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .is_some_and(|token| coder_model::token::PlainToken::parse(token).is_some());
    if has_own_token {
        headers.remove(header::AUTHORIZATION);
    }
    headers.remove(TOKEN_HEADER);
    keep_foreign_cookies(headers);
    drop_hop_by_hop(headers);
    // `Expect: 100-continue` is handled by this server.
    headers.remove(header::EXPECT);
    if let Some(protocol) = upgrade {
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, protocol);
    }
    let host = headers.get(header::HOST).cloned();
    let forwarded = [
        ("x-forwarded-host", host),
        ("x-forwarded-proto", HeaderValue::from_str(&base.scheme).ok()),
        ("x-forwarded-for", client_ip.and_then(|ip| HeaderValue::from_str(ip).ok())),
        ("x-forwarded-prefix", HeaderValue::from_str(&base.path).ok().filter(|path| !path.is_empty())),
    ];
    for (name, value) in forwarded {
        let name = HeaderName::from_static(name);
        match value {
            Some(value) => drop(headers.insert(name, value)),
            None => drop(headers.remove(name)),
        }
    }
    // Set by the client, so not to be trusted.
    headers.remove(header::FORWARDED);
}

fn keep_foreign_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::COOKIE).iter().cloned().collect();
    headers.remove(header::COOKIE);
    for cookie in cookies {
        let Ok(text) = cookie.to_str() else { continue };
        let kept: Vec<&str> = text.split(';').map(str::trim).filter(|pair| !is_own(pair)).collect();
        if let Ok(value) = HeaderValue::from_str(&kept.join("; "))
            && !value.is_empty()
        {
            headers.append(header::COOKIE, value);
        }
    }
}

fn is_own(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().trim();
    debug_assert!(TOKEN_COOKIE.starts_with(OWN_COOKIES));
    name.get(..OWN_COOKIES.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN_COOKIES))
}

fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

/// Prepares the headers of an app's response: cookies are scoped to the app, redirects to its internal URL are rewritten.
pub fn prepare_response(headers: &mut HeaderMap, app: &AppUrl, base: &AppBase) {
    drop_hop_by_hop(headers);
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let kept = cookie.to_str().ok().and_then(|text| scope_cookie(text, base));
        if let Some(value) = kept.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        let rewritten = headers
            .get(&name)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| rewrite_location(text, app, base));
        if let Some(value) = rewritten.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
}

/// Limits a cookie to this host and the app's path, so that other apps and the dashboard do not see it. None for the server's
/// own names.
fn scope_cookie(cookie: &str, base: &AppBase) -> Option<String> {
    let mut parts = cookie.split(';').map(str::trim);
    let pair = parts.next()?;
    if is_own(pair) {
        return None;
    }
    let mut path = "/";
    let mut kept = vec![pair.to_owned()];
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "domain" => {}
            "path" => path = value.trim(),
            _ => kept.push(part.to_owned()),
        }
    }
    // Browsers accept this prefix with `Path=/` only.
    let is_host_prefixed = pair.starts_with("__Host-");
    if is_host_prefixed && !base.path.is_empty() {
        return None;
    }
    let below = path == base.path || path.strip_prefix(&base.path).is_some_and(|rest| rest.starts_with('/'));
    let path = match path {
        path if below && path.starts_with('/') => path.to_owned(),
        path if path.starts_with('/') => format!("{}{path}", base.path),
        _ => format!("{}/", base.path),
    };
    kept.push(format!("Path={path}"));
    Some(kept.join("; "))
}

/// Rewrites a redirect for the browser; none if it is right as it is.
fn rewrite_location(link: &str, app: &AppUrl, base: &AppBase) -> Option<String> {
    let path = match link.strip_prefix("http://") {
        Some(rest) => {
            let uri: Uri = link.parse().ok()?;
            let authority = uri.authority()?;
            let is_app = authority.host().trim_matches(['[', ']']).eq_ignore_ascii_case(app.host())
                && authority.port_u16().unwrap_or(80) == app.port();
            let at = rest.find(['/', '?', '#']).filter(|_| is_app)?;
            rest.get(at..)?
        }
        None if link.starts_with("//") || !link.starts_with('/') => return None,
        None if base.path.is_empty() => return None,
        None => link,
    };
    let below = |root: &str| {
        path.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    };
    // Apps that know their external path use it already.
    if !base.path.is_empty() && below(&base.path).is_some() {
        return Some(path.to_owned());
    }
    let rest = if app.path().is_empty() { path } else { below(app.path()).unwrap_or(path) };
    Some(format!("{}{}{rest}", base.path, if rest.starts_with('/') { "" } else { "/" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(path: &str) -> AppBase {
        AppBase { path: path.to_owned(), scheme: "https".to_owned() }
    }

    fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }

    fn lines(headers: &HeaderMap) -> Vec<String> {
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn apps_do_not_see_the_users_credentials() {
        let mut headers = map(&[
            ("host", "coder.example.com"),
            ("cookie", "coder_session_token=x; theme=dark; Coder_App_Session=y"),
            ("cookie", "coder_session_token=x"),
            ("coder-session-token", "x"),
            ("authorization", "Basic dXNlcg=="),
            ("connection", "keep-alive, X-Private"),
            ("x-private", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("proxy-authorization", "Basic x"),
            ("x-forwarded-for", "6.6.6.6"),
            ("forwarded", "for=6.6.6.6"),
            ("accept", "*/*"),
        ]);
        prepare_request(&mut headers, &base("/@ada/dev.main/apps/web"), Some("127.0.0.1"), None);
        assert_eq!(
            lines(&headers),
            [
                "accept: */*",
                "authorization: Basic dXNlcg==",
                "cookie: theme=dark",
                "host: coder.example.com",
                "x-forwarded-for: 127.0.0.1",
                "x-forwarded-host: coder.example.com",
                "x-forwarded-prefix: /@ada/dev.main/apps/web",
                "x-forwarded-proto: https",
            ]
        );
        let mut headers = map(&[
            ("authorization", "Bearer abcdefghij-abcdefghijklmnopqrstuv"),
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
        ]);
        prepare_request(&mut headers, &base(""), None, Some(HeaderValue::from_static("websocket")));
        assert_eq!(lines(&headers), ["connection: upgrade", "upgrade: websocket", "x-forwarded-proto: https"]);
    }

    #[test]
    fn cookies_of_an_app_are_scoped_to_it() {
        let below = base("/@ada/dev.main/apps/web");
        for (set, kept) in [
            ("a=1", Some("a=1; Path=/@ada/dev.main/apps/web/")),
            ("a=1; Path=/", Some("a=1; Path=/@ada/dev.main/apps/web/")),
            (
                "a=1; Domain=example.com; HttpOnly; path=/x",
                Some("a=1; HttpOnly; Path=/@ada/dev.main/apps/web/x"),
            ),
            ("a=1; Path=/@ada/dev.main/apps/web/x", Some("a=1; Path=/@ada/dev.main/apps/web/x")),
            (
                "a=1; Path=/@ada/dev.main/apps/web2",
                Some("a=1; Path=/@ada/dev.main/apps/web/@ada/dev.main/apps/web2"),
            ),
            ("coder_session_token=x; Path=/", None),
            ("__Host-a=1; Secure; Path=/", None),
        ] {
            assert_eq!(scope_cookie(set, &below).as_deref(), kept, "{set}");
        }
        assert_eq!(
            scope_cookie("a=1; Domain=.example.com; Path=/x", &base("")).as_deref(),
            Some("a=1; Path=/x")
        );
        assert_eq!(
            scope_cookie("__Host-a=1; Secure; Path=/", &base("")).as_deref(),
            Some("__Host-a=1; Secure; Path=/")
        );
    }

    #[test]
    fn redirects_are_rewritten_to_the_external_url() {
        let app = AppUrl::parse("http://localhost:8080/root").unwrap();
        let below = base("/@ada/dev.main/apps/web");
        for (link, at_path, at_host) in [
            ("http://localhost:8080/root/a?b#c", Some("/@ada/dev.main/apps/web/a?b#c"), Some("/a?b#c")),
            ("http://localhost:8080/other", Some("/@ada/dev.main/apps/web/other"), Some("/other")),
            ("/root/a", Some("/@ada/dev.main/apps/web/a"), None),
            ("/login", Some("/@ada/dev.main/apps/web/login"), None),
            ("/@ada/dev.main/apps/web/a", Some("/@ada/dev.main/apps/web/a"), None),
            ("a/b", None, None),
            ("//example.com/", None, None),
            ("https://localhost:8080/", None, None),
            ("http://localhost:9090/", None, None),
            ("http://localhost:8080.evil.org/", None, None),
        ] {
            assert_eq!(rewrite_location(link, &app, &below).as_deref(), at_path, "{link}");
            assert_eq!(rewrite_location(link, &app, &base("")).as_deref(), at_host, "{link}");
        }
    }
}
