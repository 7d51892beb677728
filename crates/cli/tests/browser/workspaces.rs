//! Workspaces and their terminals: from a template to a secret's value on the screen.

use coder_testkit::{Browser, Machine, PASSWORD, key};

use super::{secrets::fill, signed_in};

const TERMINAL: &str = "/@admin/dev.main/terminal";

/// Makes a workspace `dev` of the only template, and waits until it runs.
fn create(browser: &Browser, owner: &str) {
    browser.open("/workspaces");
    browser.see("No workspaces");
    browser.press("Create workspace");
    browser.see_path("/workspaces/new");
    browser.press_first("input[type=radio]");
    browser.fill("Name", "dev");
    browser.press("Create workspace");
    browser.see_path(&format!("/@{owner}/dev"));
    browser.see("Running");
    browser.see("Terminal");
}

/// Types a command into the terminal that is shown.
fn run(browser: &Browser, command: &str) {
    browser.type_in(command);
    browser.keys(&[key::ENTER]);
}

#[test]
fn from_a_template_to_a_secret_in_a_terminal() {
    let (machine, server, mut browser) = signed_in();
    machine.template("local", "[process]\n[[script]]\nscript = \"echo prepa''ring\"\n");
    create(&browser, "admin");
    browser.see("Build 1");
    // Both logs arrive while the page is looked at.
    browser.see("preparing");
    browser.see_element("#build-log li", true);

    // A secret that the running workspace does not have yet.
    browser.open("/settings/secrets");
    browser.press("Add secret");
    fill(&browser, "greeting", "hello canary", "GREETING", "~/greeting");
    browser.press("Save");
    browser.see("Created secret");
    browser.open("/@admin/dev");
    browser.see("A restart would change one secret");
    browser.see("greeting");
    browser.press("Restart");
    browser.see("Build 3");
    browser.see_no("A restart would change");
    browser.see("Running");
    assert!(!browser.source().contains("hello canary"));

    browser.press("Terminal");
    browser.see_path(TERMINAL);
    browser.see("Connected");
    run(&browser, "echo \"<$GREETING>\" $(cat ~/greeting | tr a-z A-Z) $$'#'");
    browser.see("<hello canary> HELLO CANARY");
    let before = browser.text();
    let shell =
        before.split("HELLO CANARY ").nth(1).and_then(|rest| rest.split('#').next()).unwrap().to_owned();
    assert!(shell.parse::<u32>().is_ok(), "{before}");
    // The same session after a reload, and after the server was away, with what was on its screen.
    browser.reload();
    browser.see("Connected");
    browser.see("<hello canary>");
    browser.forgive("ERR_CONNECTION_REFUSED");
    browser.forgive("WebSocket");
    let address = server.address();
    server.kill();
    browser.see("trying again");
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    browser.see("Connected");
    browser.see("<hello canary>");
    run(&browser, "echo still $$'#'");
    browser.see(&format!("still {shell}#"));
    // A session that has ended gives way to a new one.
    run(&browser, "exit");
    browser.see("Ended");
    browser.press("New session");
    browser.see("Connected");
    run(&browser, "echo oth''er $$'#'");
    let other = browser.wait("another shell", || {
        let text = browser.text();
        let (_, rest) = text.split_once("other ").ok_or("nothing yet")?;
        rest.split_once('#').map(|(shell, _)| shell.to_owned()).ok_or_else(|| "no number yet".to_owned())
    });
    assert!(other.parse::<u32>().is_ok() && other != shell, "{other} after {shell}");
    server.stop();
}

/// A terminal has what terminals have: its size, pasted lines, links.
#[test]
fn a_terminal_resizes_and_takes_pasted_lines() {
    let (machine, _server, browser) = signed_in();
    machine.workspace("dev", "[process]\n");
    machine.coder(["ssh", "dev", "--", "true"]).ok();
    browser.open(TERMINAL);
    browser.see("Connected");
    run(&browser, "echo \"size $(stty size | tr ' ' x).\"");
    browser.see(".");
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
    browser.see("narrow");
    browser.size(1440, 900);
    // A shell holds pasted lines back until they are meant.
    browser.copy("echo pas''ted one\necho pas''ted two");
    browser.keys(&[key::CONTROL, key::SHIFT, 'v']);
    browser.see("echo pas''ted two");
    browser.see_no("pasted one");
    browser.keys(&[key::ENTER]);
    browser.see("pasted one");
    browser.see("pasted two");
}

#[test]
fn workspaces_stop_start_and_go() {
    let (machine, _server, browser) = signed_in();
    machine.template("local", "[process]\n");
    machine.coder(["create", "dev", "--template", "local", "--yes"]).ok();
    browser.open("/workspaces");
    browser.see("Running");
    browser.press("Stop");
    browser.see_path("/@admin/dev");
    browser.see("Stopped");
    browser.open("/workspaces");
    browser.see("Stopped");
    browser.press("dev");
    browser.see_path("/@admin/dev");
    browser.press("Start");
    browser.see("Terminal");
    // What happens elsewhere is seen here.
    machine.coder(["stop", "dev", "--yes"]).ok();
    browser.see("Stopped");
    browser.see("No agent is running.");
    browser.press("Delete");
    browser.see("is irreversible");
    browser.keys(&[key::ESCAPE]);
    browser.see_focus("Delete");
    browser.press("Delete");
    browser.see("is irreversible");
    browser.press("Delete");
    browser.see_path("/workspaces");
    browser.see("No workspaces");
    assert_ne!(machine.coder(["show", "dev"]).code, 0);
}

/// Whoever is suspended is thrown out of what they look at: the page, and the terminal.
#[test]
fn suspending_a_user_closes_their_pages_and_terminals() {
    let machine: Machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.template("local", "[process]\n");
    machine.coder(["users", "create", "-u", "bob", "-e", "bob@example.com", "-p", PASSWORD]).ok();
    let mut browser = Browser::new(&server.url);
    browser.forgive("WebSocket");
    browser.sign_in("bob@example.com", PASSWORD);
    create(&browser, "bob");
    let is_out = |browser: &Browser| {
        browser.wait("being thrown out", || match browser.path() {
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
    browser.press("Sign in");
    browser.see("suspended");
    machine.coder(["users", "activate", "bob"]).ok();
    browser.sign_in("bob@example.com", PASSWORD);
    browser.open("/@bob/dev");
    browser.wait("a workspace that runs", || {
        if browser.can_press("Start") {
            browser.press("Start");
        }
        if browser.can_press("Terminal") { Ok(()) } else { Err("it does not".to_owned()) }
    });
    browser.press("Terminal");
    browser.see("Connected");
    run(&browser, "echo in''side");
    browser.see("inside");
    machine.coder(["users", "suspend", "bob"]).ok();
    is_out(&browser);
}
