//! The first user, login and logout.

use coder_testkit::{Browser, PASSWORD};

#[test]
fn the_first_user_sets_the_deployment_up() {
    let machine = super::machine();
    let server = machine.serve(["--allow-process-workspaces"]);
    let browser = Browser::new(&server.url);
    browser.open("/");
    browser.expect_path("/setup");
    browser.expect_text("They become the owner of this deployment.");
    browser.expect_focus("Username");
    browser.fill("Username", "not a name");
    browser.fill("Email", "ada@example.com");
    browser.fill("Password", "short");
    browser.click("Create the first user");
    browser.expect_field_error("Username", "Username must consist of letters and digits");
    assert_eq!(browser.status(), 422);
    assert_eq!(browser.value("Email"), "ada@example.com", "what was right is kept");
    assert_eq!(browser.value("Password"), "", "a password is not sent back");
    browser.fill("Username", "ada");
    browser.fill("Password", "short");
    browser.click("Create the first user");
    browser.expect_field_error("Password", "Password must be at least 8 characters.");
    browser.fill("Password", PASSWORD);
    browser.click("Create the first user");
    browser.expect_path("/workspaces");
    browser.open("/settings/secrets");
    browser.click("Your menu");
    browser.expect_text("ada@example.com");
    // The first user is created once.
    browser.click("Sign out");
    browser.expect_path("/login");
    browser.open("/setup");
    browser.expect_path("/login");
}

#[test]
fn users_log_in_and_out() {
    let (_machine, _server, browser) = super::logged_in();
    browser.open("/settings/secrets");
    browser.click("Your menu");
    browser.click("Sign out");
    browser.expect_path("/login");
    // After login, the requested page is shown.
    browser.open("/settings/secrets/new");
    browser.expect_path("/login?redirect=%2Fsettings%2Fsecrets%2Fnew");
    browser.fill("Email", "admin@example.com");
    browser.fill("Password", "wrong horse battery");
    browser.click("Sign in");
    browser.expect_text("Incorrect email or password.");
    assert_eq!(browser.status(), 401);
    assert_eq!(
        (browser.value("Email").as_str(), browser.value("Password").as_str()),
        ("admin@example.com", "")
    );
    browser.fill("Password", PASSWORD);
    browser.click("Sign in");
    browser.expect_path("/settings/secrets/new");
    browser.expect_text("Import secrets from a file");
    // A redirect to another site is not followed.
    browser.clear_cookies();
    browser.open("/login?redirect=//evil.example/");
    browser.fill("Email", "admin@example.com");
    browser.fill("Password", PASSWORD);
    browser.click("Sign in");
    browser.expect_path("/workspaces");
    browser.open("/login?redirect=//evil.example/");
    browser.expect_path("/workspaces");
}
