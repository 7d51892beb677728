//! Account → Secrets: each thing that can be done, and each way it is refused.

use coder_testkit::Browser;
use serde_json::Value;

use super::signed_in;

const LIST: &str = "/settings/secrets";

/// Fills the open form in. What is empty is left as it is.
pub fn fill(browser: &Browser, name: &str, value: &str, env: &str, file: &str) {
    for (label, text) in [("Name", name), ("Value", value), ("Environment variable", env), ("File path", file)]
    {
        if !text.is_empty() {
            browser.fill(label, text);
        }
    }
}

/// What the command line knows of a secret.
pub fn known(machine: &coder_testkit::Machine, name: &str) -> Value {
    let listed = machine.coder(["secret", "list", name, "-o", "json"]).ok();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    listed.get(0).cloned().unwrap_or(listed)
}

#[test]
fn a_secret_lives_and_dies() {
    let (machine, _server, browser) = signed_in();
    browser.open(LIST);
    browser.see("No secrets yet");
    browser.see("0 of 50");
    browser.press("Add secret");
    browser.see("Secret values cannot be retrieved once saved.");
    browser.see_focus("Name");
    fill(&browser, "api-key", "hunter2-canary", "API_KEY", "~/.config/key");
    browser.fill("Description", "For <b>tools</b>");
    browser.see("14 of 24,576 bytes");
    browser.press("Save");
    browser.see("Created secret \"api-key\" successfully.");
    browser.see_element("dialog[open]", false);
    browser.see("For <b>tools</b>");
    browser.see("env var + file");
    browser.see("1 of 50");
    browser.see("14 of 204,800 bytes");
    browser.see("14 of 24,576 bytes");
    assert!(!browser.source().contains("hunter2-canary"), "a saved value is in no page");
    browser.reload();
    browser.see_no("Created secret");
    assert!(!browser.source().contains("hunter2-canary"));

    // Edit: what is known is there, the value is not.
    browser.press("Open secret actions for api-key");
    browser.press("Edit secret");
    browser.see("Leave blank to keep the existing value.");
    assert_eq!(browser.value("Name"), "api-key");
    assert_eq!(browser.value("Value"), "");
    assert_eq!(browser.value("Environment variable"), "API_KEY");
    assert_eq!(browser.value("File path"), "~/.config/key");
    assert!(!browser.source().contains("hunter2-canary"));
    browser.fill("Environment variable", "");
    browser.fill("Description", "");
    browser.press("Update");
    browser.see("Updated secret \"api-key\" successfully.");
    browser.see("No description");
    browser.see("0 of 24,576 bytes");
    let now = known(&machine, "api-key");
    assert_eq!((now["env_name"].as_str(), now["file_path"].as_str()), (Some(""), Some("~/.config/key")));

    // Clear the value, which is not the same as leaving it.
    browser.press("Open secret actions for api-key");
    browser.press("Edit secret");
    browser.press("Clear the saved value");
    browser.fill("Value", "and a new one");
    browser.press("Update");
    browser.see_complaint("Value", "Either enter a new value or clear the saved one.");
    browser.fill("Value", "");
    browser.see_on("Clear the saved value", false);
    browser.press("Clear the saved value");
    browser.press("Update");
    browser.see("Updated secret");
    browser.see("0 of 204,800 bytes");

    // Off and on.
    browser.see_on("Toggle secret api-key", true);
    browser.press("Toggle secret api-key");
    browser.see("Disabled secret \"api-key\" successfully.");
    browser.see_on("Toggle secret api-key", false);
    assert_eq!(known(&machine, "api-key")["enabled"], false);
    browser.press("Toggle secret api-key");
    browser.see("Enabled secret \"api-key\" successfully.");
    browser.see_on("Toggle secret api-key", true);

    // Delete, asked twice.
    browser.press("Open secret actions for api-key");
    browser.press("Delete");
    browser.see("is irreversible");
    browser.see("~/.config/key");
    browser.press("Cancel");
    browser.see_element("dialog[open]", false);
    browser.see("api-key");
    browser.press("Open secret actions for api-key");
    browser.press("Delete");
    browser.see("is irreversible");
    browser.press("Delete");
    browser.see("Deleted secret \"api-key\" successfully.");
    browser.see("No secrets yet");
    assert!(!machine.coder(["secret", "list"]).ok().contains("api-key"));
}

#[test]
fn what_is_wrong_stands_where_it_is_wrong() {
    let (machine, _server, browser) = signed_in();
    machine.coder_with(["secret", "create", "taken", "--env", "TAKEN", "--file", "~/taken"], b"v").ok();
    browser.open(LIST);
    browser.press("Add secret");
    fill(&browser, "a/b", "kept-while-typing", "PATH", "relative/path");
    browser.press("Save");
    browser.see_complaint("Name", "Name must not contain /, ?, or #.");
    browser.see_complaint("Environment variable", "PATH is a reserved environment variable name");
    browser.see_complaint("File path", "file path must start with ~/ or /");
    browser.see_focus("Name");
    assert_eq!(browser.value("Value"), "kept-while-typing", "what was typed is not lost");
    for (env, complaint) in [
        ("CODER_TOKEN", "reserved for internal use"),
        ("GIT_DIR", "starting with GIT_ are reserved"),
        ("1ST", "must start with a letter or underscore"),
    ] {
        browser.fill("Environment variable", env);
        browser.press("Save");
        browser.see_complaint("Environment variable", complaint);
    }
    // What others have already is told one by one.
    fill(&browser, "taken", "", "TAKEN", "~/taken");
    browser.press("Save");
    browser.see_complaint("Name", "Name is already in use.");
    browser.fill("Name", "other");
    browser.press("Save");
    browser.see_complaint("Environment variable", "Environment variable name is already in use.");
    browser.fill("Environment variable", "");
    browser.press("Save");
    browser.see_complaint("File path", "File path is already in use.");
    browser.fill("File path", "");
    // Too long, by one byte.
    fill(&browser, "long", "x", "LONG", "");
    browser.enter("Value");
    browser.insert(&"x".repeat(24_576));
    browser.see("24,577 of 24,576 bytes");
    browser.press("Save");
    browser.see_complaint("Value", "secret value must not exceed 24576 bytes");
    browser.fill("Value", "short");
    browser.see("5 of 24,576 bytes");
    browser.press("Save");
    browser.see("Created secret \"long\" successfully.");
    browser.see("2 of 50");
}

#[test]
fn limits_are_seen_before_they_are_met() {
    let (machine, _server, browser) = signed_in();
    let lines: String = (1..=49).map(|n| format!("KEY_{n}={}\n", "v".repeat(500))).collect();
    let file = machine.home().join("many.env");
    std::fs::write(&file, lines).unwrap();
    machine.coder(["secret", "import", &file.display().to_string()]).ok();
    browser.open(LIST);
    browser.see("49 of 50");
    browser.see("24,500 of 24,576 bytes");
    browser.press("Add secret");
    fill(&browser, "one", &"w".repeat(77), "ONE", "");
    browser.press("Save");
    browser.see("Stored bytes of env-injected secret values exceed the per-user budget");
    browser.fill("Environment variable", "");
    browser.press("Save");
    browser.see("50 of 50");
    browser.press("Add secret");
    fill(&browser, "two", "w", "", "~/two");
    browser.press("Save");
    browser.see("Each user can have at most 50 secrets.");
}

/// Somebody else signed out meanwhile, or the secret is gone: the page says so where it is.
#[test]
fn what_happened_meanwhile_is_told() {
    let (machine, server, browser) = signed_in();
    machine.coder_with(["secret", "create", "gone", "--env", "GONE"], b"v").ok();
    browser.open(LIST);
    machine.coder(["secret", "delete", "gone", "--yes"]).ok();
    browser.press("Toggle secret gone");
    browser.see("not found");
    browser.reload();
    browser.see("No secrets yet");
    browser.press("Add secret");
    fill(&browser, "late", "v", "LATE", "");
    machine.tamper("DELETE FROM api_keys");
    browser.press("Save");
    browser.see_path("/login");
    browser.sign_in("admin@example.com", coder_testkit::PASSWORD);
    browser.open(LIST);
    browser.see("No secrets yet");
    server.stop();
}

/// What others wrote is shown, never obeyed.
#[test]
fn names_and_descriptions_are_only_text() {
    let (machine, _server, browser) = signed_in();
    let name = "<img src=x onerror=alert(1)>";
    machine
        .coder_with(
            ["secret", "create", name, "--description", "\u{202e}desrever</td><script>alert(2)</script>"],
            b"v",
        )
        .ok();
    browser.open(LIST);
    browser.see(name);
    browser.see("</td><script>alert(2)</script>");
    assert!(!browser.text().contains('\u{202e}'), "nothing turns the text around it");
    browser.press(&format!("Open secret actions for {name}"));
    browser.press("Edit secret");
    assert_eq!(browser.value("Name"), name);
    browser.press("Cancel");
    browser.press(&format!("Open secret actions for {name}"));
    browser.press("Delete");
    browser.see("is irreversible");
    browser.press("Delete");
    browser.see("No secrets yet");
}
