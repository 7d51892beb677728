//! Web apps of a workspace, through the server.

use std::{net::SocketAddr, thread, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, WebSocketUpgrade, ws::Message},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use coder_testkit::{Machine, Server, Socket, free_port, read, until};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

/// An app that echoes requests, streams, speaks WebSocket, sets cookies and redirects.
fn serve_app() -> SocketAddr {
    let (sender, address) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            let app = Router::new()
                .route("/base/ws", get(|upgrade: WebSocketUpgrade| async { echo_messages(upgrade) }))
                .route("/base/drip", get(drip))
                .route("/base/login", get(login))
                .route("/base/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
                .fallback(any(echo))
                .layer(axum::extract::DefaultBodyLimit::disable());
            axum::serve(listener, app).await.unwrap();
        });
    });
    address.recv().unwrap()
}

async fn echo(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let headers: Vec<_> =
        parts.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let sum = body.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let echo = json!({
        "method": parts.method.as_str(),
        "path": parts.uri.to_string(),
        "headers": headers,
        "length": body.len(),
        "sum": sum,
    });
    axum::Json(echo).into_response()
}

fn echo_messages(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Text(text) = message {
                let _ = socket.send(Message::text(format!("echo {text}"))).await;
            }
        }
    })
}

/// Sends one chunk at once, and keeps the stream open.
async fn drip() -> Body {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    tokio::spawn(async move {
        let _ = sender.send(Ok(Bytes::from_static(b"first\n"))).await;
        tokio::time::sleep(Duration::from_secs(3600)).await;
        drop(sender);
    });
    Body::from_stream(futures_stream(receiver))
}

fn futures_stream(
    receiver: tokio::sync::mpsc::Receiver<Result<Bytes, std::io::Error>>,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    })
}

async fn login(headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).unwrap().to_str().unwrap().to_owned();
    let cookies = [
        (header::SET_COOKIE, "sid=1; Path=/; HttpOnly".to_owned()),
        (header::SET_COOKIE, "coder_session_token=stolen; Path=/".to_owned()),
        (header::SET_COOKIE, "wide=1; Domain=example.com".to_owned()),
    ];
    let mut response =
        (StatusCode::FOUND, [(header::LOCATION, "/base/home?x=1"), (header::VIA, "app")], host).into_response();
    for (name, value) in cookies {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

/// A workspace with a healthy app, an unhealthy one, one without a server, and one with a command.
fn workspace(arguments: &[&str]) -> (Machine, Server) {
    let machine = super::machine();
    let app = serve_app();
    let arguments = [&["--allow-process-workspaces"], arguments].concat();
    let server = machine.serve(&arguments);
    machine
        .coder([
            "login",
            &server.url,
            "--first-user-username",
            "admin",
            "--first-user-email",
            "admin@example.com",
            "--first-user-password",
            coder_testkit::PASSWORD,
        ])
        .ok();
    let port = free_port();
    machine.workspace(
        "dev",
        &format!(
            "[process]\n[[app]]\nslug = \"web\"\nurl = \"http://{app}/base\"\n\
             healthcheck = {{ url = \"http://{app}/base/health\", interval = \"1s\", threshold = 2 }}\n\
             [[app]]\nslug = \"sick\"\nurl = \"http://{app}/base\"\n\
             healthcheck = {{ url = \"http://{app}/base/broken\", interval = \"1s\", threshold = 2 }}\n\
             [[app]]\nslug = \"down\"\nurl = \"http://127.0.0.1:{port}\"\n\
             [[app]]\nslug = \"top\"\ncommand = \"top\"\n"
        ),
    );
    machine.coder(["ssh", "dev", "--", "true"]).ok();
    (machine, server)
}

struct Browser {
    runtime: tokio::runtime::Runtime,
    client: Client,
    server: String,
}

struct Page {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Page {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    fn header(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

impl Browser {
    fn new(server: &Server) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { runtime, client, server: server.url.clone() }
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Page {
        self.runtime.block_on(async {
            let mut request = self.client.request(method, format!("{}{path}", self.server)).body(body);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let response = request.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Page { status, headers, body: response.text().await.unwrap() }
        })
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.request(Method::GET, path, headers, Vec::new())
    }
}

#[test]
fn under_a_path() {
    let (machine, server) = workspace(&[]);
    let (token, browser) = (machine.token(), Browser::new(&server));
    let cookie = format!("coder_session_token={token}; theme=dark");
    let own = [("Cookie", cookie.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let at = "/@admin/dev.main/apps/web";
    let redirect = browser.get(&format!("{at}?x=1"), &own);
    assert_eq!((redirect.status, redirect.header("location")), (308, vec![&*format!("{at}/?x=1")]));
    let echo = browser.get(&format!("{at}/a%2Fb/%C3%A4?q=1&r=a%20b"), &own).json();
    assert_eq!(echo["path"], "/base/a%2Fb/%C3%A4?q=1&r=a%20b");
    let headers = echo["headers"].to_string();
    assert!(headers.contains("cookie: theme=dark") && !headers.contains(&token), "{headers}");
    assert!(headers.contains(&format!("x-forwarded-prefix: {at}")), "{headers}");
    assert!(
        headers.contains("x-forwarded-for: 127.0.0.1") && headers.contains("x-forwarded-proto: http"),
        "{headers}"
    );
    // A large body.
    let body: Vec<u8> = (0..20_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let sum = body.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let echo = browser.request(Method::PUT, &format!("{at}/up"), &own, body).json();
    assert_eq!(
        (&echo["method"], &echo["length"], &echo["sum"]),
        (&json!("PUT"), &json!(20_000_000), &json!(sum))
    );
    // Cookies are scoped to the app, and redirects point to it.
    let page = browser.get(&format!("{at}/login"), &own);
    assert_eq!((page.status, page.header("location")), (302, vec![&*format!("{at}/home?x=1")]));
    assert_eq!(
        page.header("set-cookie"),
        [format!("sid=1; HttpOnly; Path={at}/"), format!("wide=1; Path={at}/")]
    );
    assert_eq!(page.body, server.address(), "the host of the client's request");
    // Anonymous, cross-site and other users' requests are rejected.
    assert_eq!(browser.get(&format!("{at}/"), &[]).status, 401);
    let cross = [("Cookie", cookie.as_str()), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(browser.request(Method::POST, &format!("{at}/"), &cross, Vec::new()).status, 403);
    machine.coder(["users", "create", "-u", "eve", "-e", "eve@example.com", "-p", "another-Pass-w0rd"]).ok();
    let body = json!({"email": "eve@example.com", "password": "another-Pass-w0rd"}).to_string();
    let eve = browser
        .request(Method::POST, "/api/v2/users/login", &[("content-type", "application/json")], body.into())
        .json();
    let eve = [("Coder-Session-Token", eve["session_token"].as_str().unwrap())];
    assert_eq!(browser.get(&format!("{at}/"), &eve).status, 404);
    for (path, status, message) in [
        ("/@admin/dev.other/apps/web/", 404, "not found"),
        ("/@admin/dev.main/apps/nope/", 404, "not found"),
        ("/@admin/nope/apps/web/", 404, "not found"),
        ("/admin/dev/apps/web/", 404, "not found"),
        ("/@admin/dev.main/apps/top/", 400, "runs in a terminal"),
        ("/@admin/dev.main/apps/down/", 502, "does not answer"),
    ] {
        let page = browser.get(path, &own);
        assert!(page.status == status && page.body.contains(message), "{path}: {} {}", page.status, page.body);
    }
    // WebSockets and streams are closed when their token is deleted.
    let named = machine.coder(["tokens", "create", "--name", "t"]).ok().trim().to_owned();
    let url = format!("{}{at}/ws", server.url);
    let mut socket = Socket::open(&url, &[("Coder-Session-Token", &named)]).unwrap();
    socket.send("hello");
    assert_eq!(socket.receive().unwrap(), b"echo hello");
    assert_eq!(
        Socket::open(&url, &[("Cookie", &cookie), ("Origin", "http://evil.example")]).err().map(|it| it.0),
        Some(403)
    );
    let first = browser.runtime.block_on(async {
        let request =
            browser.client.get(format!("{}{at}/drip", server.url)).header("Coder-Session-Token", &named);
        let mut response = request.send().await.unwrap();
        let first = response.chunk().await.unwrap().unwrap();
        (first, response)
    });
    assert_eq!(first.0, "first\n", "before the end of the stream");
    machine.coder(["tokens", "remove", "t", "--delete"]).ok();
    assert_eq!(socket.receive(), None);
    let mut rest = first.1;
    let ended =
        browser.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), rest.chunk()).await });
    assert!(!matches!(ended.expect("an end"), Ok(Some(_))));
    // Health, as shown to the owner.
    let health = |slug: &str| {
        let shown: Value = serde_json::from_str(&machine.coder(["show", "dev", "-o", "json"]).ok()).unwrap();
        let apps =
            shown.pointer("/latest_build/resources/0/agents/0/apps").unwrap().as_array().unwrap().clone();
        apps.iter().find(|app| app["slug"] == slug).unwrap()["health"].as_str().unwrap().to_owned()
    };
    until("the app is healthy", || health("web") == "healthy");
    until("the other app is unhealthy", || health("sick") == "unhealthy");
    assert_eq!(health("down"), "disabled");
    let shown = machine.coder(["show", "dev"]).ok();
    assert!(shown.contains("web (healthy)") && shown.contains("sick (unhealthy)"), "{shown}");
    let opened = machine.coder(["open", "app", "dev", "web", "--print"]).ok();
    assert_eq!(opened, format!("{}{at}/\n", server.url));
    // The URL of an app with a command is the page of its terminal.
    let terminal = format!("{}/@admin/dev.main/terminal?app=top\n", server.url);
    assert_eq!(machine.coder(["open", "app", "dev", "top", "--print"]).ok(), terminal);
    let opened = machine.bash(
        "mkdir bin; printf '#!/bin/sh\\necho \"$@\" >opened.new; mv opened.new opened\\n' >bin/browser; chmod +x bin/browser
         for name in xdg-open gio gnome-open kde-open wslview open; do ln -s browser bin/$name; done
         PATH=$PWD/bin:$PATH coder open app dev top",
    );
    assert_eq!(opened.code, 0, "{}", opened.stderr);
    assert_eq!(opened.stderr, format!("Opening {terminal}"));
    until("the browser has been started", || machine.home().join("opened").exists());
    assert_eq!(read(&machine.home().join("opened")), terminal);
    let wrong = machine.coder(["open", "app", "dev", "nope", "--print"]);
    assert!(wrong.code == 1 && wrong.stderr.contains("it has: down, sick, top, web"), "{wrong:?}");
    server.stop();
}

/// Under a hostname of its own: the browser logs in at the server, and gets a session for that hostname.
#[test]
fn under_a_hostname() {
    let (machine, server) = workspace(&["--wildcard-access-url", "*.apps.example.com", "--disable-path-apps"]);
    let (token, browser) = (machine.token(), Browser::new(&server));
    let host = "web--main--dev--admin.apps.example.com";
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    let named = format!("{host}:{port}");
    let html = [("Host", named.as_str()), ("Accept", "text/html,*/*")];
    let sent = browser.get("/a/b?q=1", &html);
    assert_eq!(sent.status, 303);
    let [state] = sent.header("set-cookie")[..] else { panic!("{:?}", sent.headers) };
    assert!(state.contains("; HttpOnly; SameSite=Lax") && !state.contains("Domain"), "{state}");
    let state = state.split(';').next().unwrap();
    let to = sent.header("location")[0].strip_prefix(&server.url).unwrap().to_owned();
    assert_eq!(browser.get(&to, &[]).status, 401, "anonymous requests are rejected");
    let session = format!("coder_session_token={token}");
    let back = browser.get(&to, &[("Cookie", &session)]);
    assert_eq!(back.status, 303, "{}", back.body);
    let back = back.header("location")[0].to_owned();
    let path = back.strip_prefix(&format!("http://{named}")).unwrap().to_owned();
    assert!(path.starts_with("/a/b?q=1&coder_app_ticket=") && !path.contains(&token), "{path}");
    // The ticket is for this browser, and valid once.
    let other = browser.get(&path, &[("Host", &named), ("Cookie", "coder_app_state=other")]);
    assert_eq!(other.status, 401, "{}", other.body);
    let entered = browser.get(&path, &[("Host", &named), ("Cookie", state)]);
    assert_eq!((entered.status, entered.header("location")), (303, vec!["/a/b?q=1"]), "{}", entered.body);
    let cookie = entered
        .header("set-cookie")
        .iter()
        .find(|it| it.starts_with("coder_app_session="))
        .unwrap()
        .to_string();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(
        browser.get(&path, &[("Host", &named), ("Cookie", state)]).status,
        401,
        "the ticket is valid once"
    );
    let own = [("Host", named.as_str()), ("Cookie", cookie.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let echo = browser.get("/a/b?q=1", &own).json();
    assert_eq!(echo["path"], "/base/a/b?q=1");
    assert!(!echo["headers"].to_string().contains("coder_app"), "{echo}");
    // The session is valid for this app alone, and not for the server's API.
    let elsewhere = format!("sick--main--dev--admin.apps.example.com:{port}");
    assert_eq!(browser.get("/", &[("Host", &elsewhere), ("Cookie", &cookie)]).status, 401);
    let value = cookie.split_once('=').unwrap().1;
    assert_eq!(browser.get("/api/v2/users/me", &[("Coder-Session-Token", value)]).status, 401);
    assert_eq!(
        browser.get("/api/v2/users/me", &own).json()["path"],
        "/base/api/v2/users/me",
        "the app's own path"
    );
    let url = format!("http://{named}/ws");
    let mut socket =
        Socket::open(&url, &[("Cookie", &cookie), ("Origin", &format!("http://{named}"))]).unwrap();
    socket.send("hello");
    assert_eq!(socket.receive().unwrap(), b"echo hello");
    assert_eq!(
        Socket::open(&url, &[("Cookie", &cookie), ("Origin", "http://evil.example")]).err().map(|it| it.0),
        Some(403)
    );
    // Redirects go to apps of this server only.
    for wrong in [
        "http://evil.example/",
        "http://web--main--dev--admin.apps.example.com.evil.example/",
        "https://web--main--dev--admin.apps.example.com/",
        "http://user@web--main--dev--admin.apps.example.com/",
        "javascript:alert(1)",
    ] {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("redirect_uri", wrong).finish();
        let page = browser.get(&format!("/api/v2/applications/auth-redirect?{query}"), &[("Cookie", &session)]);
        assert_eq!(page.status, 400, "{wrong}: {}", page.body);
    }
    assert_eq!(
        browser.get("/@admin/dev/apps/web/", &[("Cookie", &session)]).status,
        403,
        "paths are turned off"
    );
    assert_eq!(browser.get("/", &[("Host", &format!("x.apps.example.com:{port}"))]).status, 404);
    let opened = machine.coder(["open", "app", "dev", "web", "--print"]).ok();
    assert_eq!(opened, format!("http://{named}/\n"));
    // The app's session ends with the user's.
    machine
        .bash(&format!("curl -sf -X POST -H 'Coder-Session-Token: {token}' {}/api/v2/users/logout", server.url))
        .ok();
    assert_eq!(socket.receive(), None);
    assert_eq!(browser.get("/", &own).status, 401);
    server.stop();
}
