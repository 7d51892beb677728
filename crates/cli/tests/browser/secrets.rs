//! Account → Secrets: every action, and its errors.

use coder_testkit::Browser;
use serde_json::Value;

use super::logged_in;

const LIST: &str = "/settings/secrets";

/// Fills in the open form. Empty values leave their field unchanged.
pub fn fill(browser: &Browser, name: &str, value: &str, env: &str, file: &str) {
    for (label, text) in [("Name", name), ("Value", value), ("Environment variable", env), ("File path", file)]
    {
        if !text.is_empty() {
            browser.fill(label, text);
        }
    }
}

/// A secret as the command line lists it.
pub fn known(machine: &coder_testkit::Machine, name: &str) -> Value {
    let listed = machine.coder(["secret", "list", name, "-o", "json"]).ok();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    listed.get(0).cloned().unwrap_or(listed)
}

#[test]
fn a_secret_is_created_edited_and_deleted() {
    let (machine, _server, browser) = logged_in();
    browser.open(LIST);
    browser.expect_text("No secrets yet");
    browser.expect_text("0 of 50");
    browser.click("Add secret");
    browser.expect_text("Secret values cannot be retrieved once saved.");
    browser.expect_focus("Name");
    fill(&browser, "api-key", "hunter2-canary", "API_KEY", "~/.config/key");
    browser.fill("Description", "For <b>tools</b>");
    browser.expect_text("14 of 24,576 bytes");
    browser.click("Save");
    browser.expect_text("Created secret \"api-key\" successfully.");
    browser.expect_element("dialog[open]", false);
    browser.expect_text("For <b>tools</b>");
    browser.expect_text("env var + file");
    browser.expect_text("1 of 50");
    browser.expect_text("14 of 204,800 bytes");
    browser.expect_text("14 of 24,576 bytes");
    assert!(!browser.source().contains("hunter2-canary"), "a saved value is in no page");
    browser.reload();
    browser.expect_no_text("Created secret");
    assert!(!browser.source().contains("hunter2-canary"));

    // Edit: the form has every field but the value.
    browser.click("Open secret actions for api-key");
    browser.click("Edit secret");
    browser.expect_text("Leave blank to keep the existing value.");
    assert_eq!(browser.value("Name"), "api-key");
    assert_eq!(browser.value("Value"), "");
    assert_eq!(browser.value("Environment variable"), "API_KEY");
    assert_eq!(browser.value("File path"), "~/.config/key");
    assert!(!browser.source().contains("hunter2-canary"));
    browser.fill("Environment variable", "");
    browser.fill("Description", "");
    browser.click("Update");
    browser.expect_text("Updated secret \"api-key\" successfully.");
    browser.expect_text("No description");
    browser.expect_text("0 of 24,576 bytes");
    let now = known(&machine, "api-key");
    assert_eq!((now["env_name"].as_str(), now["file_path"].as_str()), (Some(""), Some("~/.config/key")));

    // Clearing the value differs from leaving it unchanged.
    browser.click("Open secret actions for api-key");
    browser.click("Edit secret");
    browser.click("Clear the saved value");
    browser.fill("Value", "and a new one");
    browser.click("Update");
    browser.expect_field_error("Value", "Either enter a new value or clear the saved one.");
    browser.fill("Value", "");
    browser.expect_switch("Clear the saved value", false);
    browser.click("Clear the saved value");
    browser.click("Update");
    browser.expect_text("Updated secret");
    browser.expect_text("0 of 204,800 bytes");

    // Disable and enable.
    browser.expect_switch("Toggle secret api-key", true);
    browser.click("Toggle secret api-key");
    browser.expect_text("Disabled secret \"api-key\" successfully.");
    browser.expect_switch("Toggle secret api-key", false);
    assert_eq!(known(&machine, "api-key")["enabled"], false);
    browser.click("Toggle secret api-key");
    browser.expect_text("Enabled secret \"api-key\" successfully.");
    browser.expect_switch("Toggle secret api-key", true);

    // Delete, with a confirmation.
    browser.click("Open secret actions for api-key");
    browser.click("Delete");
    browser.expect_text("is irreversible");
    browser.expect_text("~/.config/key");
    browser.click("Cancel");
    browser.expect_element("dialog[open]", false);
    browser.expect_text("api-key");
    browser.click("Open secret actions for api-key");
    browser.click("Delete");
    browser.expect_text("is irreversible");
    browser.click("Delete");
    browser.expect_text("Deleted secret \"api-key\" successfully.");
    browser.expect_text("No secrets yet");
    assert!(!machine.coder(["secret", "list"]).ok().contains("api-key"));
}

#[test]
fn field_errors_are_shown_at_their_fields() {
    let (machine, _server, browser) = logged_in();
    machine.coder_with(["secret", "create", "taken", "--env", "TAKEN", "--file", "~/taken"], b"v").ok();
    browser.open(LIST);
    browser.click("Add secret");
    fill(&browser, "a/b", "kept-while-typing", "PATH", "relative/path");
    browser.click("Save");
    browser.expect_field_error("Name", "Name must not contain /, ?, or #.");
    browser.expect_field_error("Environment variable", "PATH is a reserved environment variable name");
    browser.expect_field_error("File path", "file path must start with ~/ or /");
    browser.expect_focus("Name");
    assert_eq!(browser.value("Value"), "kept-while-typing", "what was typed is not lost");
    for (env, error) in [
        ("CODER_TOKEN", "reserved for internal use"),
        ("GIT_DIR", "starting with GIT_ are reserved"),
        ("1ST", "must start with a letter or underscore"),
    ] {
        browser.fill("Environment variable", env);
        browser.click("Save");
        browser.expect_field_error("Environment variable", error);
    }
    // Conflicts with other secrets are reported one at a time.
    fill(&browser, "taken", "", "TAKEN", "~/taken");
    browser.click("Save");
    browser.expect_field_error("Name", "Name is already in use.");
    browser.fill("Name", "other");
    browser.click("Save");
    browser.expect_field_error("Environment variable", "Environment variable name is already in use.");
    browser.fill("Environment variable", "");
    browser.click("Save");
    browser.expect_field_error("File path", "File path is already in use.");
    browser.fill("File path", "");
    // Too long, by one byte.
    fill(&browser, "long", "x", "LONG", "");
    browser.enter("Value");
    browser.insert(&"x".repeat(24_576));
    browser.expect_text("24,577 of 24,576 bytes");
    browser.click("Save");
    browser.expect_field_error("Value", "secret value must not exceed 24576 bytes");
    browser.fill("Value", "short");
    browser.expect_text("5 of 24,576 bytes");
    browser.click("Save");
    browser.expect_text("Created secret \"long\" successfully.");
    browser.expect_text("2 of 50");
}

#[test]
fn usage_meters_show_limits() {
    let (machine, _server, browser) = logged_in();
    let lines: String = (1..=49).map(|n| format!("KEY_{n}={}\n", "v".repeat(500))).collect();
    let file = machine.home().join("many.env");
    std::fs::write(&file, lines).unwrap();
    machine.coder(["secret", "import", &file.display().to_string()]).ok();
    browser.open(LIST);
    browser.expect_text("49 of 50");
    browser.expect_text("24,500 of 24,576 bytes");
    browser.click("Add secret");
    fill(&browser, "one", &"w".repeat(77), "ONE", "");
    browser.click("Save");
    browser.expect_text("Stored bytes of env-injected secret values exceed the per-user budget");
    browser.fill("Environment variable", "");
    browser.click("Save");
    browser.expect_text("50 of 50");
    browser.click("Add secret");
    fill(&browser, "two", "w", "", "~/two");
    browser.click("Save");
    browser.expect_text("Each user can have at most 50 secrets.");
}

/// A page reports that its session has expired, or that the secret was deleted.
#[test]
fn stale_pages_report_deleted_secret_and_expired_session() {
    let (machine, server, browser) = logged_in();
    machine.coder_with(["secret", "create", "gone", "--env", "GONE"], b"v").ok();
    browser.open(LIST);
    machine.coder(["secret", "delete", "gone", "--yes"]).ok();
    browser.click("Toggle secret gone");
    browser.expect_text("not found");
    browser.reload();
    browser.expect_text("No secrets yet");
    browser.click("Add secret");
    fill(&browser, "late", "v", "LATE", "");
    machine.tamper("DELETE FROM api_keys");
    browser.click("Save");
    browser.expect_path("/login");
    browser.log_in("admin@example.com", coder_testkit::PASSWORD);
    browser.open(LIST);
    browser.expect_text("No secrets yet");
    server.stop();
}

/// Markup in names and descriptions is shown as text.
#[test]
fn names_and_descriptions_are_only_text() {
    let (machine, _server, browser) = logged_in();
    let name = "<img src=x onerror=alert(1)>";
    machine
        .coder_with(
            ["secret", "create", name, "--description", "\u{202e}desrever</td><script>alert(2)</script>"],
            b"v",
        )
        .ok();
    browser.open(LIST);
    browser.expect_text(name);
    browser.expect_text("</td><script>alert(2)</script>");
    assert!(!browser.text().contains('\u{202e}'), "nothing turns the text around it");
    browser.click(&format!("Open secret actions for {name}"));
    browser.click("Edit secret");
    assert_eq!(browser.value("Name"), name);
    browser.click("Cancel");
    browser.click(&format!("Open secret actions for {name}"));
    browser.click("Delete");
    browser.expect_text("is irreversible");
    browser.click("Delete");
    browser.expect_text("No secrets yet");
}
