//! Workspaces and their terminals: from a template to a secret's value on the screen.

use coder_testkit::{Browser, Machine, PASSWORD, key};

use super::{logged_in, secrets::fill};

const TERMINAL: &str = "/@admin/dev.main/terminal";

/// Creates a workspace `dev` from the only template, and waits until it runs.
fn create(browser: &Browser, owner: &str) {
    browser.open("/workspaces");
    browser.expect_text("No workspaces");
    browser.click("Create workspace");
    browser.expect_path("/workspaces/new");
    browser.click_first("input[type=radio]");
    browser.fill("Name", "dev");
    browser.click("Create workspace");
    browser.expect_path(&format!("/@{owner}/dev"));
    browser.expect_text("Running");
    browser.expect_text("Terminal");
}

/// Types a command into the terminal.
fn run(browser: &Browser, command: &str) {
    browser.type_in(command);
    browser.keys(&[key::ENTER]);
}

#[test]
fn from_a_template_to_a_secret_in_a_terminal() {
    let (machine, server, mut browser) = logged_in();
    machine.template("local", "[process]\n[[script]]\nscript = \"echo prepa''ring\"\n");
    create(&browser, "admin");
    browser.expect_text("Build 1");
    // Both logs arrive on the open page.
    browser.expect_text("preparing");
    browser.expect_element("#build-log li", true);

    // A secret that the running workspace does not have yet.
    browser.open("/settings/secrets");
    browser.click("Add secret");
    fill(&browser, "greeting", "hello canary", "GREETING", "~/greeting");
    browser.click("Save");
    browser.expect_text("Created secret");
    browser.open("/@admin/dev");
    browser.expect_text("A restart would change one secret");
    browser.expect_text("greeting");
    browser.click("Restart");
    browser.expect_text("Build 3");
    browser.expect_no_text("A restart would change");
    browser.expect_text("Running");
    assert!(!browser.source().contains("hello canary"));

    browser.click("Terminal");
    browser.expect_path(TERMINAL);
    browser.expect_text("Connected");
    run(&browser, "echo \"<$GREETING>\" $(cat ~/greeting | tr a-z A-Z) $$'#'");
    browser.expect_text("<hello canary> HELLO CANARY");
    let before = browser.text();
    let shell =
        before.split("HELLO CANARY ").nth(1).and_then(|rest| rest.split('#').next()).unwrap().to_owned();
    assert!(shell.parse::<u32>().is_ok(), "{before}");
    // The session and its screen are the same after a reload, and after a restart of the server.
    browser.reload();
    browser.expect_text("Connected");
    browser.expect_text("<hello canary>");
    browser.allow_console_error("ERR_CONNECTION_REFUSED");
    browser.allow_console_error("WebSocket");
    let address = server.address();
    server.kill();
    browser.expect_text("trying again");
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    browser.expect_text("Connected");
    browser.expect_text("<hello canary>");
    run(&browser, "echo still $$'#'");
    browser.expect_text(&format!("still {shell}#"));
    // A new session replaces one that has ended.
    run(&browser, "exit");
    browser.expect_text("Ended");
    browser.click("New session");
    browser.expect_text("Connected");
    run(&browser, "echo oth''er $$'#'");
    let other = browser.wait("another shell", || {
        let text = browser.text();
        let (_, rest) = text.split_once("other ").ok_or("nothing yet")?;
        rest.split_once('#').map(|(shell, _)| shell.to_owned()).ok_or_else(|| "no number yet".to_owned())
    });
    assert!(other.parse::<u32>().is_ok() && other != shell, "{other} after {shell}");
    server.stop();
}

/// Window size, pasted lines and links.
#[test]
fn a_terminal_resizes_and_takes_pasted_lines() {
    let (machine, _server, browser) = logged_in();
    machine.workspace("dev", "[process]\n");
    machine.coder(["ssh", "dev", "--", "true"]).ok();
    browser.open(TERMINAL);
    browser.expect_text("Connected");
    run(&browser, "echo \"size $(stty size | tr ' ' x).\"");
    browser.expect_text(".");
    let size = |browser: &Browser| {
        browser.wait("a size", || {
            let text = browser.text();
            let sizes: Vec<_> = text.split("size ").filter_map(|rest| rest.split_once('.')).collect();
            let (size, _) = sizes.last().ok_or("none")?;
            let (rows, columns) = size.split_once('x').ok_or("not yet")?;
            let parse = |number: &str| number.parse::<u32>().map_err(|error| error.to_string());
            Ok((parse(rows)?, parse(columns)?))
        })
    };
    let wide = size(&browser);
    assert!(wide.1 > 100, "{wide:?}");
    browser.size(360, 780);
    run(&browser, "clear; while [ $(stty size | cut -d' ' -f2) -gt 60 ]; do sleep 0.05; done; echo nar''row");
    browser.expect_text("narrow");
    browser.size(1440, 900);
    // A shell runs pasted lines only after Enter.
    browser.copy("echo pas''ted one\necho pas''ted two");
    browser.keys(&[key::CONTROL, key::SHIFT, 'v']);
    browser.expect_text("echo pas''ted two");
    browser.expect_no_text("pasted one");
    browser.keys(&[key::ENTER]);
    browser.expect_text("pasted one");
    browser.expect_text("pasted two");
}

#[test]
fn workspaces_stop_start_and_are_deleted() {
    let (machine, _server, browser) = logged_in();
    machine.template("local", "[process]\n");
    machine.coder(["create", "dev", "--template", "local", "--yes"]).ok();
    browser.open("/workspaces");
    browser.expect_text("Running");
    browser.click("Stop");
    browser.expect_path("/@admin/dev");
    browser.expect_text("Stopped");
    browser.open("/workspaces");
    browser.expect_text("Stopped");
    browser.click("dev");
    browser.expect_path("/@admin/dev");
    browser.click("Start");
    browser.expect_text("Terminal");
    // The page shows what the command line does.
    machine.coder(["stop", "dev", "--yes"]).ok();
    browser.expect_text("Stopped");
    browser.expect_text("No agent is running.");
    browser.click("Delete");
    browser.expect_text("is irreversible");
    browser.keys(&[key::ESCAPE]);
    browser.expect_focus("Delete");
    browser.click("Delete");
    browser.expect_text("is irreversible");
    browser.click("Delete");
    browser.expect_path("/workspaces");
    browser.expect_text("No workspaces");
    assert_ne!(machine.coder(["show", "dev"]).code, 0);
}

/// Suspending a user closes their pages and terminals.
#[test]
fn suspending_a_user_closes_their_pages_and_terminals() {
    let machine: Machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.template("local", "[process]\n");
    machine.coder(["users", "create", "-u", "bob", "-e", "bob@example.com", "-p", PASSWORD]).ok();
    let mut browser = Browser::new(&server.url);
    browser.allow_console_error("WebSocket");
    browser.log_in("bob@example.com", PASSWORD);
    create(&browser, "bob");
    let is_out = |browser: &Browser| {
        browser.wait("being redirected to login", || match browser.path() {
            path if path.starts_with("/login") => Ok(()),
            path => Err(path),
        });
        browser.open("/@bob/dev");
        assert!(browser.path().starts_with("/login"), "{}", browser.path());
    };
    machine.coder(["users", "suspend", "bob"]).ok();
    is_out(&browser);
    browser.fill("Email", "bob@example.com");
    browser.fill("Password", PASSWORD);
    browser.click("Sign in");
    browser.expect_text("suspended");
    machine.coder(["users", "activate", "bob"]).ok();
    browser.log_in("bob@example.com", PASSWORD);
    browser.open("/@bob/dev");
    browser.wait("a workspace that runs", || {
        if browser.can_click("Start") {
            browser.click("Start");
        }
        if browser.can_click("Terminal") { Ok(()) } else { Err("it does not".to_owned()) }
    });
    browser.click("Terminal");
    browser.expect_text("Connected");
    run(&browser, "echo in''side");
    browser.expect_text("inside");
    machine.coder(["users", "suspend", "bob"]).ok();
    is_out(&browser);
}
