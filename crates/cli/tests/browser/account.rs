//! One's own account, and other people's.

use coder_testkit::{Browser, PASSWORD};

use super::signed_in;

const OTHER: &str = "another-Pass-w0rd";

fn theme(browser: &Browser) -> String {
    let theme = browser.script("return document.documentElement.dataset.theme", &[]).unwrap();
    theme.as_str().unwrap_or_default().to_owned()
}

/// A name, a theme, a token that works and is shown once, and a new password.
#[test]
fn an_account_is_looked_after() {
    let (machine, server, browser) = signed_in();
    browser.open("/settings/account");
    browser.fill("Name", "Ada Lovelace");
    browser.press("Save");
    browser.see("Updated your profile.");
    browser.press("Your menu");
    browser.see("Ada Lovelace");

    browser.open("/settings/appearance");
    browser.press("Dark");
    browser.press("Save");
    browser.see("Saved for this browser.");
    assert_eq!(theme(&browser), "dark");
    browser.open("/workspaces");
    assert_eq!(theme(&browser), "dark");

    browser.open("/settings/tokens");
    browser.press("New token");
    browser.fill("Name", "ci runner");
    browser.press("Create token");
    browser.see("letters, digits");
    browser.fill("Name", "ci-runner");
    browser.press("Create token");
    browser.see("Copy it now: it is shown only once.");
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
    browser.see("ci-runner");
    assert!(!browser.source().contains(&token), "shown once");
    browser.press("Delete token ci-runner");
    browser.see("stop working at once");
    browser.press("Delete");
    browser.see("No tokens yet");
    assert_eq!(who(), "401");

    browser.open("/settings/security");
    let change = |old: &str, repeated: &str| {
        browser.fill("Old password", old);
        browser.fill("New password", OTHER);
        browser.fill("Confirm new password", repeated);
        browser.press("Change password");
    };
    change(PASSWORD, "something else");
    browser.see("The new passwords do not match.");
    change("wrong", OTHER);
    browser.see("Old password is incorrect.");
    change(PASSWORD, OTHER);
    browser.see("Changed your password.");
    browser.press("Your menu");
    browser.press("Sign out");
    browser.see_path("/login");
    browser.sign_in("admin@example.com", OTHER);
    // The list of workspaces follows the server's events, and would complain that the server is gone.
    drop(browser);
    server.stop();
}

/// An administrator makes a user, gives them a role, and puts them out: their page leaves at once.
#[test]
fn people_are_made_changed_and_suspended() {
    let (machine, server, admin) = signed_in();
    admin.open("/deployment/users");
    admin.press("New user");
    admin.fill("Username", "grace");
    admin.fill("Email", "grace@example.com");
    admin.fill("Password", OTHER);
    admin.press("Create user");
    admin.see("grace@example.com");
    admin.press("Open actions for grace");
    admin.press("Edit roles");
    admin.press_first("#dialog [value='auditor']");
    admin.press("Save");
    admin.see("Auditor");
    // One browser at a time.
    drop(admin);

    let grace = Browser::new(&server.url);
    grace.sign_in("grace@example.com", OTHER);
    grace.see("No workspaces");
    grace.see_no("Deployment");
    grace.open("/deployment/users");
    grace.see("grace@example.com");
    grace.see_no("New user");
    grace.open("/workspaces");
    grace.see("No workspaces");
    machine.coder(["users", "suspend", "grace"]).ok();
    grace.see_path("/login");
    drop(grace);

    let admin = Browser::new(&server.url);
    admin.sign_in("admin@example.com", PASSWORD);
    admin.open("/deployment/users");
    admin.see("Suspended");
    for (action, now) in [("Activate", "Active"), ("Suspend", "Suspended")] {
        admin.press("Open actions for grace");
        admin.press(action);
        admin.see("Cancel");
        admin.press(action);
        admin.see_no("Cancel");
        admin.see(now);
    }
    server.stop();
}
