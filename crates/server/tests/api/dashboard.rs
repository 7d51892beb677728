//! Secrets and workspaces in the dashboard, by a client without JavaScript.

use coder_testkit::{Api, Pages, Reply, TestServer, form, on_both_engines};
use reqwest::{Method, header};
use serde_json::json;

use crate::workspaces::{built, template};

/// The event stream up to this text, which must arrive within 20 seconds.
async fn events_until(pages: &Pages, path: &str, last_event: Option<&str>, what: &str) -> String {
    let mut request = pages.request(Method::GET, path);
    if let Some(mark) = last_event {
        request = request.header("Last-Event-ID", mark);
    }
    let mut response = request.send().await.unwrap();
    let mut received = String::new();
    let listening = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            received.push_str(&String::from_utf8_lossy(&chunk));
            if received.contains(what) {
                return true;
            }
        }
        false
    };
    let found = tokio::time::timeout(std::time::Duration::from_secs(20), listening).await;
    assert_eq!(found, Ok(true), "{what:?} was not received, but {received}");
    received
}

fn live_path(page: &Reply) -> String {
    let (_, rest) = page.text.split_once("data-events-url=\"").expect("a page with an event stream");
    rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&amp;", "&")
}

/// The content type and the body of a form with a file.
fn upload(token: &str, name: &str, content: &str) -> (String, String) {
    let boundary = "x-boundary-x";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--{boundary}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n\
         {content}\r\n--{boundary}--\r\n"
    );
    (format!("multipart/form-data; boundary={boundary}"), body)
}

async fn import(pages: &mut Pages, server: &TestServer, name: &str, content: &str) -> Reply {
    let (kind, body) = upload(&pages.csrf_token, name, content);
    let request = pages
        .request(Method::POST, "/settings/secrets/import")
        .header(header::ORIGIN, server.state.access_url.origin().ascii_serialization())
        .header(header::CONTENT_TYPE, kind)
        .body(body);
    pages.send(request).await
}

async fn secret(api: &Api, name: &str) -> serde_json::Value {
    api.get(&format!("/api/v2/users/me/secrets/{name}")).await.expect(200)
}

on_both_engines! {
    async fn forms_create_edit_and_delete_a_secret(server: TestServer) {
        let admin = server.admin().await;
        let mut pages = Pages::log_in(&server, "admin").await;
        let list = pages.get("/settings/secrets").await;
        assert!(list.status == 200 && list.text.contains("No secrets yet"));
        assert_eq!(list.header("cache-control"), "no-store");
        assert!(list.header("content-security-policy").contains("script-src 'self'; style-src 'self';"));

        let wrong = [("name", "k/"), ("value", "canary-value"), ("env_name", "PATH"), ("file_path", "x")];
        let rejected = pages.post("/settings/secrets", &wrong).await;
        assert_eq!(rejected.status, 422);
        for expected in [
            "Name must not contain /, ?, or #.",
            "PATH is a reserved environment variable name",
            "file path must start with ~/ or /",
        ] {
            assert!(rejected.text.contains(expected), "{expected}");
        }
        assert!(rejected.text.contains("value=\"k/\"") && rejected.text.contains("value=\"PATH\""), "kept");
        assert!(!rejected.text.contains("canary-value"), "no page contains a value");

        let fields =
            [("name", "a b.<i>"), ("value", "canary-line\r\ntwo\r\n"), ("env_name", "K"), ("description", "\u{202e}x")];
        let created = pages.post("/settings/secrets", &fields).await;
        assert_eq!((created.status, created.header("location")), (303, "/settings/secrets"), "{}", created.text);
        let list = pages.get("/settings/secrets").await;
        assert!(list.text.contains("Created secret &#34;a b.&#60;i&#62;&#34; successfully."), "{}", list.text);
        assert!(list.text.contains("\\u{202e}x") && !list.text.contains('\u{202e}'));
        assert!(!list.text.contains("<i>") && !list.text.contains("canary-line"));
        assert!(list.text.contains("16 of 24,576 bytes"), "line ends are LF, as typed");
        assert!(!pages.get("/settings/secrets").await.text.contains("Created secret"), "a notice is shown once");

        let edit = "/settings/secrets/a%20b%2E%3Ci%3E/edit";
        assert!(list.text.contains(edit));
        let page = pages.get(edit).await;
        assert!(page.status == 200 && page.text.contains("Leave blank to keep the existing value."));
        let nothing = [("value", ""), ("env_name", "K"), ("file_path", ""), ("description", "\u{202e}x")];
        let same = pages.post(edit, &nothing).await;
        assert!(same.status == 422 && same.text.contains("At least one field must be provided."));
        let crlf = [("value", "a\nb"), ("line_endings", "crlf"), ("env_name", ""), ("file_path", "~/f")];
        assert_eq!(pages.post(edit, &crlf).await.status, 303);
        let now = secret(&admin, "a%20b.%3Ci%3E").await;
        assert_eq!((now["env_name"].as_str(), now["file_path"].as_str()), (Some(""), Some("~/f")));
        assert_eq!(now["description"], "");
        assert!(pages.get("/settings/secrets").await.text.contains("4 of 204,800 bytes"), "a, CR, LF, b");
        let both = [("value", "x"), ("clear_value", "true"), ("file_path", "~/f")];
        assert_eq!(pages.post(edit, &both).await.status, 422);
        assert_eq!(pages.post(edit, &[("clear_value", "true"), ("file_path", "~/f")]).await.status, 303);
        assert!(pages.get("/settings/secrets").await.text.contains("0 of 204,800 bytes"));

        let toggle = "/settings/secrets/a%20b%2E%3Ci%3E/enabled";
        assert_eq!(pages.post(toggle, &[("enabled", "false")]).await.status, 303);
        assert_eq!(secret(&admin, "a%20b.%3Ci%3E").await["enabled"], false);
        assert!(pages.get("/settings/secrets").await.text.contains("aria-checked=\"false\""));

        let delete = "/settings/secrets/a%20b%2E%3Ci%3E/delete";
        assert!(pages.get(delete).await.text.contains("is irreversible"));
        assert_eq!(pages.post(delete, &[]).await.status, 303);
        assert_eq!(pages.get(edit).await.status, 404);
    }

    async fn an_import_is_all_or_nothing(server: TestServer) {
        let admin = server.admin().await;
        let mut pages = Pages::log_in(&server, "admin").await;
        pages.get("/settings/secrets/new").await;
        let rejected = import(&mut pages, &server, "x.env", "GOOD=1\nBAD=\n").await;
        let expected = "Secret &#34;BAD&#34; on line 2: Value is required.";
        assert!(rejected.status == 422 && rejected.text.contains(expected), "{}", rejected.text);
        assert!(import(&mut pages, &server, "x.txt", "A=1").await.text.contains("Unsupported file type."));
        let broken = import(&mut pages, &server, "x.json", "[1]").await;
        assert!(broken.text.contains("JSON content must be an object"), "{}", broken.text);
        assert_eq!(admin.get("/api/v2/users/me/secrets").await.expect(200), json!([]));
        let done = import(&mut pages, &server, "x.YAML", "API_KEY: 'canary-one'\nmy-token: 'canary-two'\n").await;
        assert_eq!(done.status, 303, "{}", done.text);
        let list = pages.get("/settings/secrets").await;
        assert!(list.text.contains("Imported 2 secrets. Without an environment variable name: &#34;my-token&#34;."));
        assert!(!list.text.contains("canary"));
        let large = import(&mut pages, &server, "x.env", &format!("A={}", "x".repeat(1_100_000))).await;
        assert_eq!(large.status, 413);
        pages.csrf_token = "0".repeat(32);
        assert_eq!(import(&mut pages, &server, "x.env", "B=1").await.status, 403);
    }

    async fn forms_require_same_origin_and_csrf_token(server: TestServer) {
        server.admin().await;
        let mut pages = Pages::log_in(&server, "admin").await;
        pages.get("/settings/secrets").await;
        let body = form(&[("csrf_token", &pages.csrf_token), ("name", "k"), ("value", "v")]);
        let send = async |headers: &[(&'static str, &str)], body: &str| {
            let mut request = pages
                .request(Method::POST, "/settings/secrets")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.to_owned());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.send().await.unwrap().status().as_u16()
        };
        let own = server.state.access_url.origin().ascii_serialization();
        assert_eq!(send(&[], &body).await, 403, "without an origin");
        assert_eq!(send(&[("Origin", "http://evil.example")], &body).await, 403);
        assert_eq!(send(&[("Origin", "null")], &body).await, 403);
        assert_eq!(send(&[("Origin", &own), ("Sec-Fetch-Site", "cross-site")], &body).await, 403);
        assert_eq!(send(&[("Origin", &own)], "name=k&value=v").await, 403, "without the page's token");
        let other = Pages::log_in(&server, "admin").await.csrf_token;
        let other = form(&[("csrf_token", &other), ("name", "k"), ("value", "v")]);
        assert_eq!(send(&[("Origin", &own)], &other).await, 403, "another session's");
        assert_eq!(send(&[("Origin", &own)], &body).await, 303);
        // GET changes nothing.
        for path in ["/logout", "/settings/secrets/k/enabled"] {
            assert_eq!(pages.get(path).await.status, 405, "{path}");
        }
    }

    async fn forms_create_and_build_workspaces(server: TestServer) {
        let admin = server.admin().await;
        let bob = server.user(&admin, "bob").await;
        let template = template(&admin, "machine", "[external]\n").await;
        let mut pages = Pages::log_in(&server, "bob").await;
        assert!(pages.get("/workspaces").await.text.contains("No workspaces"));
        let page = pages.get("/workspaces/new?template=machine").await;
        assert!(page.text.contains("machine") && page.text.contains(" checked"));
        let nameless = pages.post("/workspaces/new", &[("name", "a_b")]).await;
        assert!(nameless.status == 422 && nameless.text.contains("Choose a template."));
        let id = template["id"].as_str().unwrap();
        let wrong = pages.post("/workspaces/new", &[("name", "a_b"), ("template_id", id)]).await;
        assert!(wrong.status == 422 && wrong.text.contains("Name must consist of letters"), "{}", wrong.text);
        let created = pages.post("/workspaces/new", &[("name", "dev"), ("template_id", id)]).await;
        assert_eq!((created.status, created.header("location")), (303, "/@bob/dev"));
        let workspace = bob.get("/api/v2/users/me/workspace/dev").await.expect(200);
        built(&bob, &workspace["latest_build"]["id"]).await;
        let page = pages.get("/@bob/dev").await;
        assert!(page.text.contains("Running") && page.text.contains("Waiting for the agent on the external machine"));
        assert!(page.text.contains("coder external-workspaces agent-instructions dev"));

        // A restart is one request, which starts the workspace after the stop.
        let live = live_path(&page);
        assert_eq!(pages.post("/@bob/dev/restart", &[]).await.status, 303);
        let received = events_until(&pages, &live, None, "Build 3: Start").await;
        assert!(received.contains("event: replace") && received.contains("id=\"build-log\""), "{received}");
        let builds = bob.get(&format!("/api/v2/workspaces/{}/builds", workspace["id"].as_str().unwrap())).await;
        let builds = builds.expect(200);
        let transitions: Vec<_> =
            builds.as_array().unwrap().iter().map(|build| build["transition"].as_str().unwrap()).collect();
        assert_eq!(transitions, ["start", "stop", "start"]);
        built(&bob, &builds[0]["id"]).await;
        // A client that reconnects with `Last-Event-ID` receives what is new, and no event again.
        let received = events_until(&pages, &live, None, "event: append").await;
        let mark = received.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
        let received = events_until(&pages, &live, Some(&mark), "workspace-agent").await;
        assert!(!received.contains("event: append"), "{received}");

        assert_eq!(pages.post("/@bob/dev/stop", &[]).await.status, 303);
        events_until(&pages, "/workspaces/live", None, "Stopped").await;
        let stopped = pages.get("/@bob/dev").await;
        assert!(stopped.text.contains("No agent is running."));
        assert_eq!(pages.get("/@bob/dev/terminal").await.status, 409);

        // A dormant workspace does not start until it is activated.
        let dormant = format!("/api/v2/workspaces/{}/dormant", workspace["id"].as_str().unwrap());
        bob.put(&dormant, json!({"dormant": true})).await.expect(200);
        let dormant_page = pages.get("/@bob/dev").await;
        assert!(dormant_page.text.contains("Activate") && !dormant_page.text.contains("/@bob/dev/start\""));
        assert_eq!(pages.post("/@bob/dev/start", &[]).await.status, 409);
        assert_eq!(pages.post("/@bob/dev/activate", &[]).await.status, 303);
        assert!(pages.get("/@bob/dev").await.text.contains("/@bob/dev/start\""));

        // Other users have no access.
        let eve = server.user(&admin, "eve").await;
        drop(eve);
        let mut eve = Pages::log_in(&server, "eve").await;
        eve.get("/workspaces").await;
        for path in ["/@bob/dev", "/@bob/dev/terminal", "/@bob/dev/delete", "/@nobody/dev", "/@eve/dev"] {
            assert_eq!(eve.get(path).await.status, 404, "{path}");
        }
        for action in ["start", "stop", "restart", "activate", "delete", "cancel"] {
            assert_eq!(eve.post(&format!("/@bob/dev/{action}"), &[]).await.status, 404, "{action}");
        }
        let received = events_until(&eve, &live, None, "event: navigate").await;
        assert!(!received.contains("event: replace") && !received.contains("event: append"), "{received}");

        assert!(pages.get("/@bob/dev/delete").await.text.contains("is irreversible"));
        assert_eq!(pages.post("/@bob/dev/delete", &[]).await.status, 303);
        let received = events_until(&pages, &live, None, "event: navigate").await;
        assert!(received.contains("data: /workspaces"));
        assert_eq!(pages.get("/@bob/dev").await.status, 404);
    }

    async fn anonymous_requests_redirect_to_login(server: TestServer) {
        let mut pages = Pages::new(&server);
        assert_eq!(pages.get("/").await.header("location"), "/setup");
        assert_eq!(pages.get("/login").await.header("location"), "/setup");
        pages.get("/setup").await;
        let weak = [("username", "ada"), ("email", "ada@example.com"), ("password", "short")];
        let rejected = pages.post("/setup", &weak).await;
        assert!(rejected.status == 422 && rejected.text.contains("Password must be at least"), "{}", rejected.text);
        let good = [("username", "ada"), ("email", "ada@example.com"), ("password", coder_testkit::PASSWORD)];
        let done = pages.post("/setup", &good).await;
        assert_eq!((done.status, done.header("location")), (303, "/workspaces"), "{}", done.text);
        let cookie = done.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
        assert_eq!(pages.get("/setup").await.header("location"), "/login");
        assert_eq!(pages.get("/login?redirect=%2Ftemplates").await.header("location"), "/templates");
        assert_eq!(pages.get("/login?redirect=%2F%2Fevil.example").await.header("location"), "/");

        let mut client = Pages::new(&server);
        let sent = client.get("/settings/secrets").await;
        assert_eq!((sent.status, sent.header("location")), (303, "/login?redirect=%2Fsettings%2Fsecrets"));
        let page = client.get("/login?redirect=%2Fsettings%2Fsecrets").await;
        assert!(page.text.contains("value=\"/settings/secrets\""));
        let wrong = [("email", "ada@example.com"), ("password", "wrong-password")];
        let rejected = client.post("/login", &wrong).await;
        assert!(rejected.status == 401 && rejected.text.contains("Incorrect email or password."));
        let right = [("email", "ada@example.com"), ("password", coder_testkit::PASSWORD), ("redirect", "/\\evil")];
        assert_eq!(client.post("/login", &right).await.header("location"), "/");
        let page = client.get("/settings/secrets").await;
        let first = page.text.len() + compressed_size(&coder_web::APP_JS) + compressed_size(&coder_web::APP_CSS);
        assert!(first < 100_000, "{first} bytes for the first page");
        let script = client.request(Method::GET, coder_web::APP_JS.path).header("Accept-Encoding", "gzip, br");
        let script = client.send(script).await;
        assert_eq!((script.status, script.header("content-encoding")), (200, "br"));
        assert!(script.header("cache-control").contains("immutable"));
        client.get("/settings/secrets").await;
        assert_eq!(client.post("/logout", &[]).await.header("location"), "/login");
        assert_eq!(client.get("/workspaces").await.status, 303);
        assert!(client.get("/@ada").await.json["message"] == "Route not found.");
        assert_eq!(client.get("/api/v9").await.json["message"], "Route not found.");
    }
}

/// The size of a file as it is sent.
fn compressed_size(file: &coder_web::File) -> usize {
    file.brotli.map_or(file.plain.len(), <[u8]>::len)
}
