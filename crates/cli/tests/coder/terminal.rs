//! Terminal sessions over WebSocket, as a browser has them.

use base64::{Engine, engine::general_purpose::STANDARD};
use coder_testkit::{Machine, Server, Socket, until};
use serde_json::{Value, json};

const SESSION: &str = "6f1a2b3c-0000-4000-8000-000000000001";

fn workspace() -> (Machine, Server, String) {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "k", "--env", "K"], b"s3cret").ok();
    machine.workspace(
        "dev",
        "[process]\n[[app]]\nslug = \"top\"\ncommand = \"echo app has $K; cat\"\n[[app]]\nslug = \"web\"\nurl = \
         \"http://localhost:1\"\n",
    );
    machine.coder(["ssh", "dev", "--", "true"]).ok();
    let agent = machine.agent("dev");
    (machine, server, agent)
}

fn url(server: &Server, agent: &str, query: &str) -> String {
    format!("{}/api/v2/workspaceagents/{agent}/pty?{query}", server.url)
}

fn open(machine: &Machine, server: &Server, agent: &str, query: &str) -> Socket {
    let token = machine.token();
    Socket::open(&url(server, agent, query), &[("Coder-Session-Token", &token)]).expect("a terminal")
}

/// Type, resize, drop the socket, come back: also after the server was killed and is there again.
#[test]
fn a_session_outlives_its_viewer_and_the_server() {
    let (machine, server, agent) = workspace();
    let query = format!("reconnect={SESSION}&width=101&height=33");
    let mut first = open(&machine, &server, &agent, &query);
    first.type_in("PS1='> '; stty size; echo \"<$K> $$ $TERM\"\n");
    first.wait_for("33 101");
    first.wait_for("<s3cret> ");
    let pid = first.wait_for(" xterm-256color");
    first.send(&json!({"width": 120, "height": 44}).to_string());
    first.type_in("while [ \"$(stty size)\" != '44 120' ]; do sleep 0.05; done; echo re''sized\n");
    first.wait_for("resized");
    // Bytes of one character in two messages, bytes that are no text, and text as bytes.
    let command = STANDARD.encode("echo rea''dy; cat | od -An -tx1\n");
    first.send(&json!({ "bytes": command }).to_string());
    // The shell's line editor has let go of the terminal by then: an end of file is one.
    first.wait_for("ready");
    first.send(&json!({"bytes": "w6TD"}).to_string());
    first.send_bytes(json!({"bytes": "tv8K"}).to_string().as_bytes());
    first.send(&json!({"data": "\u{4}"}).to_string());
    first.wait_for("c3 a4 c3 b6 ff 0a");
    first.drop_network();
    let mut second = open(&machine, &server, &agent, &query);
    second.wait_for("resized");
    second.wait_for("c3 a4 c3 b6 ff 0a");
    second.type_in("echo \"still $$\"\n");
    second.wait_for(&format!("still {pid}"));
    // The server goes and comes back; the shell has not noticed, and what it did meanwhile is there.
    second.type_in("while [ ! -e go ]; do sleep 0.05; done; echo mean''while; touch gone\n");
    second.wait_for("touch gone");
    let address = server.address();
    server.kill();
    assert!(second.receive().is_none_or(|rest| !String::from_utf8_lossy(&rest).contains("meanwhile")));
    let home = machine.data().join("workspaces");
    let home = std::fs::read_dir(home).unwrap().flatten().next().unwrap().path().join("home");
    std::fs::write(home.join("go"), "").unwrap();
    until("the shell goes on", || home.join("gone").exists());
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    until("the agent is back", || {
        machine.coder(["show", "dev", "-o", "json"]).ok().contains("\"connected\"")
            && Socket::open(&url(&server, &agent, &query), &[("Coder-Session-Token", &machine.token())]).is_ok()
    });
    let mut third = open(&machine, &server, &agent, &query);
    third.wait_for("resized");
    third.wait_for("meanwhile");
    third.type_in("echo \"again $$\"; exit\n");
    third.wait_for(&format!("again {pid}"));
    assert_eq!(third.end(), (Some(1000), "the session has ended".to_owned()));
    // The same name is a new session then.
    let mut fourth = open(&machine, &server, &agent, &query);
    fourth.type_in("echo \"new $$\"\n");
    fourth.wait_for("new ");
    assert!(!fourth.wait_for("\r\n").contains(&pid));
    server.stop();
}

#[test]
fn several_viewers_commands_and_apps() {
    let (machine, server, agent) = workspace();
    let query = format!("reconnect={SESSION}");
    let mut one = open(&machine, &server, &agent, &query);
    let mut other = open(&machine, &server, &agent, &query);
    one.type_in("echo fr''om one\n");
    one.wait_for("from one");
    other.wait_for("from one");
    other.type_in("echo fr''om other\n");
    one.wait_for("from other");
    let mut command = open(&machine, &server, &agent, "command=echo%20%22%3C%24K%3E%22%3B%20exit%203");
    command.wait_for("<s3cret>");
    assert_eq!(command.end().0, Some(1000));
    let mut app = open(&machine, &server, &agent, "app=top");
    app.wait_for("app has s3cret");
    let token = machine.token();
    for (app, said) in [("web", "no app \\\"web\\\" with a command"), ("nope", "no app \\\"nope\\\"")] {
        let (status, body) =
            Socket::open(&url(&server, &agent, &format!("app={app}")), &[("Coder-Session-Token", &token)])
                .err()
                .unwrap();
        assert!(status == 409 && body.contains(said), "{status} {body}");
    }
    let mut wrong = open(&machine, &server, &agent, "");
    wrong.send("not JSON");
    assert_eq!(wrong.end(), (Some(1007), "a message is not understood".to_owned()));
    // The workspace stops under its viewers.
    machine.coder(["stop", "dev", "--yes"]).ok();
    assert!(one.end().0.is_some());
    server.stop();
}

/// Whoever is not the owner, or not any more, or on another page, does not get in; whoever loses the right is cut.
#[test]
fn only_the_owner_and_only_while_they_may() {
    let (machine, server, agent) = workspace();
    let token = machine.token();
    let refused = |query: &str, headers: &[(&str, &str)]| {
        Socket::open(&url(&server, &agent, query), headers).err().map(|(status, _)| status)
    };
    let cookie = format!("coder_session_token={token}");
    assert_eq!(refused("", &[]), Some(401));
    assert_eq!(refused("", &[("Cookie", &cookie)]), Some(401), "a cookie alone could be sent by any page");
    let ticket = || {
        let path = format!("{}/api/v2/workspaceagents/{agent}/pty-ticket", server.url);
        let answer = machine.bash(&format!("curl -sf -X POST -H 'Coder-Session-Token: {token}' {path}")).ok();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        format!("ticket={}", answer["ticket"].as_str().unwrap())
    };
    let own = [("Origin", server.url.as_str())];
    let first = ticket();
    assert_eq!(refused(&first, &[("Origin", "http://evil.example")]), Some(403));
    assert_eq!(refused(&first, &[("Sec-Fetch-Site", "cross-site")]), Some(403));
    assert_eq!(refused(&first, &own), None);
    assert_eq!(refused(&first, &own), Some(401), "once");
    assert_eq!(refused("ticket=abcdefghij-abcdefghijklmnopqrstuv", &own), Some(401));
    // Another user, an administrator even, has no business here.
    let other = super::machine();
    machine.coder(["users", "create", "-u", "eve", "-e", "eve@example.com", "-p", "another-Pass-w0rd"]).ok();
    let login = |who: &Machine| {
        let body = json!({"email": "eve@example.com", "password": "another-Pass-w0rd"}).to_string();
        let said = who
            .bash(&format!(
                "curl -sf -d '{body}' -H 'content-type: application/json' {}/api/v2/users/login",
                server.url
            ))
            .ok();
        serde_json::from_str::<Value>(&said).unwrap()["session_token"].as_str().unwrap().to_owned()
    };
    machine.coder(["users", "roles", "eve", "owner"]).ok();
    let eve = login(&other);
    assert_eq!(refused("", &[("Coder-Session-Token", &eve)]), Some(404));
    assert_eq!(
        refused(&ticket(), &[("Origin", &server.url), ("Coder-Session-Token", &eve)]),
        None,
        "hers it was not"
    );
    // A token that is taken away takes what was opened with it along.
    let named = machine.coder(["tokens", "create", "--name", "t"]).ok().trim().to_owned();
    let open_with = |token: &str| {
        Socket::open(&url(&server, &agent, ""), &[("Coder-Session-Token", token)]).expect("a terminal")
    };
    let mut cut = open_with(&named);
    let mut stays = open_with(&token);
    machine.coder(["tokens", "remove", "t", "--delete"]).ok();
    assert_eq!(cut.end(), (Some(1008), "you are signed out".to_owned()));
    stays.type_in("echo st''ays\n");
    stays.wait_for("stays");
    let used = ticket();
    machine
        .bash(&format!("curl -sf -X POST -H 'Coder-Session-Token: {token}' {}/api/v2/users/logout", server.url))
        .ok();
    assert_eq!(stays.end().0, Some(1008));
    assert_eq!(refused(&used, &own), Some(401), "a ticket ends with its key");
    server.stop();
}

/// A client that says what it has shown is sent no more than it can take, and everything in the end.
#[test]
fn a_client_that_says_what_it_has_shown_is_not_flooded() {
    let (machine, server, agent) = workspace();
    let mut socket = open(&machine, &server, &agent, "flow=true");
    socket.type_in("PS1=''; yes | head -c 3000000; echo; echo do''ne\n");
    let (mut seen, mut unsaid) = (0, 0);
    let is_over = |piece: &[u8]| String::from_utf8_lossy(piece).contains("done");
    while unsaid < 512 * 1024 {
        unsaid += socket.receive().expect("more").len();
    }
    // Nothing more comes until something is said: a window, and at most a piece beyond it.
    assert!(!socket.has_more(std::time::Duration::from_millis(500)));
    assert!(unsaid < 512 * 1024 + 64 * 1024, "{unsaid} bytes");
    loop {
        seen += unsaid;
        socket.send(&json!({ "shown": unsaid }).to_string());
        let piece = socket.receive().expect("more");
        unsaid = piece.len();
        if is_over(&piece) {
            break;
        }
    }
    assert!(seen + unsaid > 3_000_000, "{seen}");
    server.stop();
}

/// Viewers and sessions have bounds. A session that nobody watches gives way to a new one.
#[test]
fn viewers_and_sessions_have_bounds() {
    let (machine, server, agent) = workspace();
    let token = machine.token();
    let try_open = |query: &str| Socket::open(&url(&server, &agent, query), &[("Coder-Session-Token", &token)]);
    let shared = format!("reconnect={SESSION}&command=cat");
    let viewers: Vec<Socket> = (0..16).map(|_| try_open(&shared).unwrap()).collect();
    let (status, body) = try_open(&shared).err().unwrap();
    assert!(status == 409 && body.contains("this session already has 16 viewers"), "{status} {body}");
    // With that one, as many as there may be.
    let mut others: Vec<Socket> = (1..32).map(|_| try_open("command=cat").unwrap()).collect();
    let (status, body) = try_open("command=cat").err().unwrap();
    assert!(status == 409 && body.contains("32 terminal sessions are open"), "{status} {body}");
    others.pop().unwrap().drop_network();
    let mut late = None;
    until("the unwatched one gives way", || {
        late = try_open("command=cat").ok();
        late.is_some()
    });
    let mut late = late.unwrap();
    late.type_in("x\n");
    late.wait_for("x\r\nx");
    drop((viewers, others));
    server.stop();
}

/// However much a program says, memory stays bounded, and keys are heard.
#[test]
fn a_flood_is_held_back() {
    let (machine, server, agent) = workspace();
    let mut socket = open(&machine, &server, &agent, "");
    socket.type_in("PS1=''; echo $PPID > agent.pid; yes | head -c 20000000; echo; echo do''ne\n");
    let peak = |pid: i32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    };
    let home = machine.data().join("workspaces");
    let home = std::fs::read_dir(home).unwrap().flatten().next().unwrap().path().join("home");
    let mut seen = 0;
    // Nothing is read for a while: everything has to wait.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let before = peak(server.pid());
    loop {
        let piece = socket.receive().expect("more");
        seen += piece.len();
        if seen > 20_000_000 && String::from_utf8_lossy(&piece).contains("done") {
            break;
        }
    }
    let agent = coder_testkit::read(&home.join("agent.pid")).trim().parse().unwrap();
    assert!(peak(agent) < 100, "agent: {} MiB", peak(agent));
    assert!(peak(server.pid()) < before + 40, "server: {} MiB, {before} before", peak(server.pid()));
    // One that never reads does not hold the server up when it stops.
    socket.type_in("yes\n");
    server.stop();
}
