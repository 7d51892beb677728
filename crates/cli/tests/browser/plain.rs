//! With scripts off, log-in and secrets work by plain links and forms.

use coder_testkit::{Browser, PASSWORD};

use super::secrets::{fill, known};

#[test]
fn secrets_without_a_script() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let browser = Browser::without_script(&server.url);
    browser.open("/settings/secrets");
    browser.see_path("/login?redirect=%2Fsettings%2Fsecrets");
    browser.fill("Email", "admin@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.see_path("/settings/secrets");
    // Add: refused, then taken.
    browser.press("Add secret");
    browser.see_path("/settings/secrets/new");
    assert!(!browser.can_press("Show what I type"), "what needs a script is not shown");
    fill(&browser, "plain", "two\nlines\n", "PATH", "~/plain");
    browser.press("Save");
    browser.see_complaint("Environment variable", "PATH is a reserved environment variable name");
    assert_eq!(browser.status(), 422);
    assert_eq!(browser.value("Value"), "", "no page has a value in it");
    fill(&browser, "", "two\nlines\n", "PLAIN", "");
    browser.press("Save");
    browser.see_path("/settings/secrets");
    browser.see("Created secret \"plain\" successfully.");
    browser.reload();
    browser.see_no("Created secret");
    browser.see("10 of 24,576 bytes");
    // Edit.
    browser.press("Open secret actions for plain");
    browser.press("Edit secret");
    browser.see_path("/settings/secrets/plain/edit");
    browser.fill("Environment variable", "");
    browser.press("Update");
    browser.see("Updated secret \"plain\" successfully.");
    assert_eq!(known(&machine, "plain")["env_name"], "");
    // Off and on.
    browser.press("Toggle secret plain");
    browser.see_on("Toggle secret plain", false);
    browser.press("Toggle secret plain");
    browser.see_on("Toggle secret plain", true);
    // Import.
    browser.press("Add secret");
    let file = machine.home().join("some.env");
    std::fs::write(&file, "A_KEY=1\nbroken\n").unwrap();
    browser.choose("Import secrets from a file", &file);
    browser.press("Import");
    browser.see("line 2: expected KEY=VALUE but found no '='");
    std::fs::write(&file, "A_KEY=1\nB_KEY=2\n").unwrap();
    browser.choose("Import secrets from a file", &file);
    browser.press("Import");
    browser.see_path("/settings/secrets");
    browser.see("Imported 2 secrets.");
    // Delete: called off, then meant.
    for (button, is_there) in [("Cancel", true), ("Delete", false)] {
        browser.press("Open secret actions for plain");
        browser.press("Delete");
        browser.see_path("/settings/secrets/plain/delete");
        browser.press(button);
        browser.see_path("/settings/secrets");
        assert_eq!(browser.can_press("Open secret actions for plain"), is_there);
    }
    browser.press("Your menu");
    browser.press("Sign out");
    browser.see_path("/login");
    // The first page of all, too.
    let fresh = super::machine();
    let server = fresh.serve(["--allow-process-workspaces"]);
    drop(browser);
    let browser = Browser::without_script(&server.url);
    browser.open("/setup");
    browser.fill("Username", "ada");
    browser.fill("Email", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Create the first user");
    browser.see_path("/workspaces");
}
