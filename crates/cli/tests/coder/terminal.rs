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

/// Typing, resizing and reconnecting, also after the server was killed and restarted.
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
    // A character split between two messages, invalid UTF-8, and a binary message.
    let command = STANDARD.encode("echo rea''dy; cat | od -An -tx1\n");
    first.send(&json!({ "bytes": command }).to_string());
    // By then `cat` has replaced the shell's line editor, so ^D is an end of file.
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
    // The shell is not affected by a restart of the server, and its output meanwhile is kept.
    second.type_in("while [ ! -e go ]; do sleep 0.05; done; echo mean''while; touch gone\n");
    second.wait_for("touch gone");
    let address = server.address();
    server.kill();
    assert!(second.receive().is_none_or(|rest| !String::from_utf8_lossy(&rest).contains("meanwhile")));
    let home = machine.data().join("workspaces");
    let home = std::fs::read_dir(home).unwrap().flatten().next().unwrap().path().join("home");
    std::fs::write(home.join("go"), "").unwrap();
    until("the shell continues", || home.join("gone").exists());
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    until("the agent has reconnected", || {
        machine.coder(["show", "dev", "-o", "json"]).ok().contains("\"connected\"")
            && Socket::open(&url(&server, &agent, &query), &[("Coder-Session-Token", &machine.token())]).is_ok()
    });
    let mut third = open(&machine, &server, &agent, &query);
    third.wait_for("resized");
    third.wait_for("meanwhile");
    third.type_in("echo \"again $$\"; exit\n");
    third.wait_for(&format!("again {pid}"));
    assert_eq!(third.end(), (Some(1000), "the session has ended".to_owned()));
    // The same id starts a new session then.
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
    for (app, message) in [("web", "no app \\\"web\\\" with a command"), ("nope", "no app \\\"nope\\\"")] {
        let (status, body) =
            Socket::open(&url(&server, &agent, &format!("app={app}")), &[("Coder-Session-Token", &token)])
                .err()
                .unwrap();
        assert!(status == 409 && body.contains(message), "{status} {body}");
    }
    let mut wrong = open(&machine, &server, &agent, "");
    wrong.send("not JSON");
    assert_eq!(wrong.end(), (Some(1007), "a message is not understood".to_owned()));
    // The workspace stops under its viewers.
    machine.coder(["stop", "dev", "--yes"]).ok();
    assert!(one.end().0.is_some());
    server.stop();
}

/// Access is for the owner alone, from the same origin, and ends with the session.
#[test]
fn only_the_owner_and_only_while_authorized() {
    let (machine, server, agent) = workspace();
    let token = machine.token();
    let rejected = |query: &str, headers: &[(&str, &str)]| {
        Socket::open(&url(&server, &agent, query), headers).err().map(|(status, _)| status)
    };
    let cookie = format!("coder_session_token={token}");
    assert_eq!(rejected("", &[]), Some(401));
    assert_eq!(rejected("", &[("Cookie", &cookie)]), Some(401), "any page could send a cookie");
    let ticket = || {
        let path = format!("{}/api/v2/workspaceagents/{agent}/pty-ticket", server.url);
        let response = machine.bash(&format!("curl -sf -X POST -H 'Coder-Session-Token: {token}' {path}")).ok();
        let response: Value = serde_json::from_str(&response).unwrap();
        format!("ticket={}", response["ticket"].as_str().unwrap())
    };
    let own = [("Origin", server.url.as_str())];
    let first = ticket();
    assert_eq!(rejected(&first, &[("Origin", "http://evil.example")]), Some(403));
    assert_eq!(rejected(&first, &[("Sec-Fetch-Site", "cross-site")]), Some(403));
    assert_eq!(rejected(&first, &own), None);
    assert_eq!(rejected(&first, &own), Some(401), "a ticket is valid once");
    assert_eq!(rejected("ticket=abcdefghij-abcdefghijklmnopqrstuv", &own), Some(401));
    // Other users have no access, not even administrators.
    let other = super::machine();
    machine.coder(["users", "create", "-u", "eve", "-e", "eve@example.com", "-p", "another-Pass-w0rd"]).ok();
    let login = |who: &Machine| {
        let body = json!({"email": "eve@example.com", "password": "another-Pass-w0rd"}).to_string();
        let response = who
            .bash(&format!(
                "curl -sf -d '{body}' -H 'content-type: application/json' {}/api/v2/users/login",
                server.url
            ))
            .ok();
        serde_json::from_str::<Value>(&response).unwrap()["session_token"].as_str().unwrap().to_owned()
    };
    machine.coder(["users", "roles", "eve", "owner"]).ok();
    let eve = login(&other);
    assert_eq!(rejected("", &[("Coder-Session-Token", &eve)]), Some(404));
    assert_eq!(
        rejected(&ticket(), &[("Origin", &server.url), ("Coder-Session-Token", &eve)]),
        None,
        "the ticket is the owner's"
    );
    // Deleting a token closes what was opened with it.
    let named = machine.coder(["tokens", "create", "--name", "t"]).ok().trim().to_owned();
    let open_with = |token: &str| {
        Socket::open(&url(&server, &agent, ""), &[("Coder-Session-Token", token)]).expect("a terminal")
    };
    let mut closed = open_with(&named);
    let mut stays = open_with(&token);
    machine.coder(["tokens", "remove", "t", "--delete"]).ok();
    assert_eq!(closed.end(), (Some(1008), "you are signed out".to_owned()));
    stays.type_in("echo st''ays\n");
    stays.wait_for("stays");
    let used = ticket();
    machine
        .bash(&format!("curl -sf -X POST -H 'Coder-Session-Token: {token}' {}/api/v2/users/logout", server.url))
        .ok();
    assert_eq!(stays.end().0, Some(1008));
    assert_eq!(rejected(&used, &own), Some(401), "a ticket ends with its key");
    server.stop();
}

/// With `flow`, unacknowledged output is bounded, and all output arrives in the end.
#[test]
fn output_waits_for_acknowledgements() {
    let (machine, server, agent) = workspace();
    let mut socket = open(&machine, &server, &agent, "flow=true");
    socket.type_in("PS1=''; yes | head -c 3000000; echo; echo do''ne\n");
    let (mut acked, mut unacked) = (0, 0);
    let is_last = |chunk: &[u8]| String::from_utf8_lossy(chunk).contains("done");
    while unacked < 512 * 1024 {
        unacked += socket.receive().expect("more").len();
    }
    // Nothing more is sent without an acknowledgement: one window, and at most a chunk beyond it.
    assert!(!socket.has_more(std::time::Duration::from_millis(500)));
    assert!(unacked < 512 * 1024 + 64 * 1024, "{unacked} bytes");
    loop {
        acked += unacked;
        socket.send(&json!({ "shown": unacked }).to_string());
        let chunk = socket.receive().expect("more");
        unacked = chunk.len();
        if is_last(&chunk) {
            break;
        }
    }
    assert!(acked + unacked > 3_000_000, "{acked}");
    server.stop();
}

/// The numbers of viewers and sessions are limited. A session without viewers is evicted for a new one.
#[test]
fn viewers_and_sessions_are_limited() {
    let (machine, server, agent) = workspace();
    let token = machine.token();
    let try_open = |query: &str| Socket::open(&url(&server, &agent, query), &[("Coder-Session-Token", &token)]);
    let shared = format!("reconnect={SESSION}&command=cat");
    let viewers: Vec<Socket> = (0..16).map(|_| try_open(&shared).unwrap()).collect();
    let (status, body) = try_open(&shared).err().unwrap();
    assert!(status == 409 && body.contains("this session already has 16 viewers"), "{status} {body}");
    // With the first one, as many as allowed.
    let mut others: Vec<Socket> = (1..32).map(|_| try_open("command=cat").unwrap()).collect();
    let (status, body) = try_open("command=cat").err().unwrap();
    assert!(status == 409 && body.contains("32 terminal sessions are open"), "{status} {body}");
    others.pop().unwrap().drop_network();
    let mut late = None;
    until("the session without viewers is evicted", || {
        late = try_open("command=cat").ok();
        late.is_some()
    });
    let mut late = late.unwrap();
    late.type_in("x\n");
    late.wait_for("x\r\nx");
    drop((viewers, others));
    server.stop();
}

/// Back-pressure stops a program that prints without end and bounds the memory of agent and server; input gets through.
#[test]
fn back_pressure_bounds_memory() {
    let (machine, server, agent) = workspace();
    let mut socket = open(&machine, &server, &agent, "");
    let peak = |pid: i32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    };
    socket.type_in("PS1=''; echo age''nt-$PPID.\n");
    socket.wait_for("agent-");
    let agent = socket.wait_for(".").parse().unwrap();
    let before = [server.pid(), agent].map(peak);
    socket.type_in("sh -c 'echo flo\"\"od-$$.; exec yes'\n");
    socket.wait_for("flood-");
    let flood = socket.wait_for(".");
    // Nothing is read from here on, so every sender has to wait.
    let written = || {
        let io = std::fs::read_to_string(format!("/proc/{flood}/io")).unwrap();
        let line = io.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap();
        line.parse::<u64>().unwrap()
    };
    let mut last = (0, std::time::Instant::now());
    until("the program waits", || {
        let now = written();
        if now != last.0 {
            last = (now, std::time::Instant::now());
        }
        now > 0 && last.1.elapsed() > std::time::Duration::from_secs(1)
    });
    let held = last.0;
    assert!(held < 16 * 1024 * 1024, "{held} bytes were buffered");
    for (what, pid, before) in [("server", server.pid(), before[0]), ("agent", agent, before[1])] {
        assert!(peak(pid) < before + 20, "{what}: {} MiB, {before} before", peak(pid));
    }
    // Ctrl-C does not wait for the output before it, which still arrives.
    socket.type_in("\u{3}echo do''ne\n");
    let mut seen = 0;
    loop {
        let chunk = socket.receive().expect("more");
        seen += chunk.len() as u64;
        if String::from_utf8_lossy(&chunk).contains("done") {
            break;
        }
    }
    assert!(seen > 0 && seen < 2 * held + 1024 * 1024, "{seen} bytes after {held} were written");
    // A client that never reads does not delay the shutdown of the server.
    socket.type_in("yes\n");
    server.stop();
}
