//! Without JavaScript, login and secrets work with plain links and forms.

use coder_testkit::{Browser, PASSWORD};

use super::secrets::{fill, known};

#[test]
fn secrets_without_javascript() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let browser = Browser::without_script(&server.url);
    browser.open("/settings/secrets");
    browser.expect_path("/login?redirect=%2Fsettings%2Fsecrets");
    browser.fill("Email", "admin@example.com");
    browser.fill("Password", PASSWORD);
    browser.click("Sign in");
    browser.expect_path("/settings/secrets");
    // Create: rejected, then accepted.
    browser.click("Add secret");
    browser.expect_path("/settings/secrets/new");
    assert!(!browser.can_click("Show what I type"), "what needs a script is not shown");
    fill(&browser, "plain", "two\nlines\n", "PATH", "~/plain");
    browser.click("Save");
    browser.expect_field_error("Environment variable", "PATH is a reserved environment variable name");
    assert_eq!(browser.status(), 422);
    assert_eq!(browser.value("Value"), "", "no page has a value in it");
    fill(&browser, "", "two\nlines\n", "PLAIN", "");
    browser.click("Save");
    browser.expect_path("/settings/secrets");
    browser.expect_text("Created secret \"plain\" successfully.");
    browser.reload();
    browser.expect_no_text("Created secret");
    browser.expect_text("10 of 24,576 bytes");
    // Edit.
    browser.click("Open secret actions for plain");
    browser.click("Edit secret");
    browser.expect_path("/settings/secrets/plain/edit");
    browser.fill("Environment variable", "");
    browser.click("Update");
    browser.expect_text("Updated secret \"plain\" successfully.");
    assert_eq!(known(&machine, "plain")["env_name"], "");
    // Disable and enable.
    browser.click("Toggle secret plain");
    browser.expect_switch("Toggle secret plain", false);
    browser.click("Toggle secret plain");
    browser.expect_switch("Toggle secret plain", true);
    // Import.
    browser.click("Add secret");
    let file = machine.home().join("some.env");
    std::fs::write(&file, "A_KEY=1\nbroken\n").unwrap();
    browser.choose("Import secrets from a file", &file);
    browser.click("Import");
    browser.expect_text("line 2: expected KEY=VALUE but found no '='");
    std::fs::write(&file, "A_KEY=1\nB_KEY=2\n").unwrap();
    browser.choose("Import secrets from a file", &file);
    browser.click("Import");
    browser.expect_path("/settings/secrets");
    browser.expect_text("Imported 2 secrets.");
    // Delete: canceled, then confirmed.
    for (button, is_there) in [("Cancel", true), ("Delete", false)] {
        browser.click("Open secret actions for plain");
        browser.click("Delete");
        browser.expect_path("/settings/secrets/plain/delete");
        browser.click(button);
        browser.expect_path("/settings/secrets");
        assert_eq!(browser.can_click("Open secret actions for plain"), is_there);
    }
    browser.click("Your menu");
    browser.click("Sign out");
    browser.expect_path("/login");
    // The page that creates the first user, too.
    let fresh = super::machine();
    let server = fresh.serve(["--allow-process-workspaces"]);
    drop(browser);
    let browser = Browser::without_script(&server.url);
    browser.open("/setup");
    browser.fill("Username", "ada");
    browser.fill("Email", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.click("Create the first user");
    browser.expect_path("/workspaces");
}
