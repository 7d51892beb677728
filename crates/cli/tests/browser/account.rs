//! The current user's account, and the administration of users.

use coder_testkit::{Browser, PASSWORD};

use super::logged_in;

const OTHER: &str = "another-Pass-w0rd";

fn theme(browser: &Browser) -> String {
    let theme = browser.script("return document.documentElement.dataset.theme", &[]).unwrap();
    theme.as_str().unwrap_or_default().to_owned()
}

/// Name, theme, password, and a token that works and is shown once.
#[test]
fn profile_theme_tokens_and_password() {
    let (machine, server, browser) = logged_in();
    browser.open("/settings/account");
    browser.fill("Name", "Ada Lovelace");
    browser.click("Save");
    browser.expect_text("Updated your profile.");
    browser.click("Your menu");
    browser.expect_text("Ada Lovelace");

    browser.open("/settings/appearance");
    browser.click("Dark");
    browser.click("Save");
    browser.expect_text("Saved for this browser.");
    assert_eq!(theme(&browser), "dark");
    browser.open("/workspaces");
    assert_eq!(theme(&browser), "dark");

    browser.open("/settings/tokens");
    browser.click("New token");
    browser.fill("Name", "ci runner");
    browser.click("Create token");
    browser.expect_text("letters, digits");
    browser.fill("Name", "ci-runner");
    browser.click("Create token");
    browser.expect_text("Copy it now: it is shown only once.");
    let token = browser.script("return document.getElementById('new-token-text').textContent", &[]).unwrap();
    let token = token.as_str().unwrap().to_owned();
    let who = || {
        let me = format!("{}/api/v2/users/me", server.url);
        machine
            .bash(&format!("curl -s -o /dev/null -w '%{{http_code}}' -H 'Coder-Session-Token: {token}' {me}"))
            .ok()
    };
    assert_eq!(who(), "200");
    browser.open("/settings/tokens");
    browser.expect_text("ci-runner");
    assert!(!browser.source().contains(&token), "shown once");
    browser.click("Delete token ci-runner");
    browser.expect_text("stop working at once");
    browser.click("Delete");
    browser.expect_text("No tokens yet");
    assert_eq!(who(), "401");

    browser.open("/settings/security");
    let change = |old: &str, repeated: &str| {
        browser.fill("Old password", old);
        browser.fill("New password", OTHER);
        browser.fill("Confirm new password", repeated);
        browser.click("Change password");
    };
    change(PASSWORD, "something else");
    browser.expect_text("The new passwords do not match.");
    change("wrong", OTHER);
    browser.expect_text("Old password is incorrect.");
    change(PASSWORD, OTHER);
    browser.expect_text("Changed your password.");
    browser.click("Your menu");
    browser.click("Sign out");
    browser.expect_path("/login");
    browser.log_in("admin@example.com", OTHER);
    // The list of workspaces reads an event stream, which fails when the server stops.
    drop(browser);
    server.stop();
}

/// An administrator creates a user, adds a role and suspends them, which redirects their page to login at once.
#[test]
fn users_are_created_changed_and_suspended() {
    let (machine, server, admin) = logged_in();
    admin.open("/deployment/users");
    admin.click("New user");
    admin.fill("Username", "grace");
    admin.fill("Email", "grace@example.com");
    admin.fill("Password", OTHER);
    admin.click("Create user");
    admin.expect_text("grace@example.com");
    admin.click("Open actions for grace");
    admin.click("Edit roles");
    admin.click_first("#dialog [value='auditor']");
    admin.click("Save");
    admin.expect_text("Auditor");
    // A test uses one browser at a time.
    drop(admin);

    let grace = Browser::new(&server.url);
    grace.log_in("grace@example.com", OTHER);
    grace.expect_text("No workspaces");
    grace.expect_no_text("Deployment");
    grace.open("/deployment/users");
    grace.expect_text("grace@example.com");
    grace.expect_no_text("New user");
    grace.open("/workspaces");
    grace.expect_text("No workspaces");
    machine.coder(["users", "suspend", "grace"]).ok();
    grace.expect_path("/login");
    drop(grace);

    let admin = Browser::new(&server.url);
    admin.log_in("admin@example.com", PASSWORD);
    admin.open("/deployment/users");
    admin.expect_text("Suspended");
    for (action, now) in [("Activate", "Active"), ("Suspend", "Suspended")] {
        admin.click("Open actions for grace");
        admin.click(action);
        admin.expect_text("Cancel");
        admin.click(action);
        admin.expect_no_text("Cancel");
        admin.expect_text(now);
    }
    server.stop();
}
