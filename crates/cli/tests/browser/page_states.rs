//! The pages in each of their states, which are audited. A new page needs nothing but its lines here.

use coder_testkit::{Browser, PASSWORD, key};

use super::sample_data::Who;

/// A page in one of its states.
#[derive(Clone, Copy)]
pub struct View {
    /// The name of its screenshots.
    pub name: &'static str,
    /// The user who views it.
    pub who: Who,
    /// Its path.
    pub path: &'static str,
    /// The actions that lead to the state.
    pub then: fn(&Browser),
    /// Text that is shown in the state.
    pub text: &'static str,
}

const fn view(
    name: &'static str,
    who: Who,
    path: &'static str,
    then: fn(&Browser),
    text: &'static str,
) -> View {
    View { name, who, path, then, text }
}

/// No action.
fn as_is(_: &Browser) {}

/// Before the first user is created.
pub const FRESH: &[View] = &[
    view("set-up", Who::Anonymous, "/setup", as_is, "They become the owner of this deployment."),
    view("set-up-errors", Who::Anonymous, "/setup", rejected_setup, "Username must consist of"),
];

/// Logging in, and error pages.
pub const LOGIN: &[View] = &[
    view("sign-in", Who::Anonymous, "/login", as_is, "Sign in"),
    view("sign-in-errors", Who::Anonymous, "/login", wrong_password, "Incorrect email or password."),
    view("command-line", Who::Owner, "/cli-auth", as_is, "Authorize the command line?"),
    view(
        "command-line-token",
        Who::Owner,
        "/cli-auth",
        |browser| browser.click("Create token"),
        "Your session token",
    ),
    view("error-404", Who::Owner, "/settings/secrets/nothing/edit", as_is, "404"),
    view("error-403", Who::Owner, "/cli-auth", out_of_date, "This page is out of date."),
];

const LIST: &str = "/settings/secrets";

/// Account → Secrets.
pub const SECRETS: &[View] = &[
    view("secrets", Who::Owner, LIST, as_is, "6 of 50"),
    view("secrets-menu", Who::Owner, LIST, |browser| browser.click("Your menu"), "Sign out"),
    view(
        "secrets-row-menu",
        Who::Owner,
        LIST,
        |browser| browser.click("Open secret actions for api-key"),
        "Edit secret",
    ),
    view("secrets-notice", Who::Owner, LIST, |browser| toggle(browser, "api-key"), "successfully."),
    view("secrets-add", Who::Owner, LIST, |browser| browser.click("Add secret"), "Import secrets from a file"),
    view("secrets-add-errors", Who::Owner, LIST, rejected_secret, "PATH is a reserved"),
    view("secrets-add-conflict", Who::Owner, LIST, over_the_limit, "exceed the per-user budget"),
    view("secrets-import-errors", Who::Owner, LIST, rejected_import, "is already in use"),
    view("secrets-edit", Who::Owner, LIST, edit, "Leave blank to keep the existing value."),
    view("secrets-delete", Who::Owner, LIST, delete, "is irreversible"),
    view("secrets-add-page", Who::Owner, "/settings/secrets/new", as_is, "Import secrets from a file"),
    view(
        "secrets-edit-page",
        Who::Owner,
        "/settings/secrets/tool-config/edit",
        as_is,
        "Leave blank to keep the existing value.",
    ),
    view("secrets-delete-page", Who::Owner, "/settings/secrets/tool-config/delete", as_is, "is irreversible"),
    view("secrets-empty", Who::Member, LIST, as_is, "No secrets yet"),
];

/// Workspaces.
pub const WORKSPACES: &[View] = &[
    view("workspaces", Who::Owner, "/workspaces", as_is, "resting"),
    view("workspaces-search", Who::Owner, "/workspaces?q=name:nothing", as_is, "No workspaces match"),
    view("workspaces-search-errors", Who::Owner, "/workspaces?q=colour:red", as_is, "colour"),
    view("workspace-create", Who::Owner, "/workspaces/new", as_is, "external"),
    view("workspace-create-errors", Who::Owner, "/workspaces/new", rejected_workspace, "already"),
    view("workspace-running", Who::Owner, "/@admin/dev", as_is, "A restart would change one secret"),
    view("workspace-stopped", Who::Owner, "/@admin/resting", as_is, "No agent is running."),
    view("workspace-broken", Who::Owner, "/@admin/broken", as_is, "cannot go on"),
    view("workspace-failed", Who::Owner, "/@admin/refused", as_is, "--allow-process-workspaces"),
    view("workspace-external", Who::Owner, "/@admin/laptop", as_is, "agent-instructions laptop"),
    view(
        "workspace-delete",
        Who::Owner,
        "/@admin/resting",
        |browser| browser.click("Delete"),
        "is irreversible",
    ),
    view("workspace-delete-page", Who::Owner, "/@admin/resting/delete", as_is, "is irreversible"),
    view("terminal", Who::Owner, "/@admin/dev.main/terminal", echo, "seen-here"),
    view("workspaces-empty", Who::Member, "/workspaces", as_is, "No workspaces"),
];

/// Account, without secrets.
pub const ACCOUNT: &[View] = &[
    view("profile", Who::Owner, "/settings/account", as_is, "Profile"),
    view("security", Who::Owner, "/settings/security", as_is, "Change password"),
    view("tokens", Who::Owner, "/settings/tokens", as_is, "ci-runner"),
    view("token-new", Who::Owner, "/settings/tokens", |browser| browser.click("New token"), "Create token"),
    view("token-new-errors", Who::Owner, "/settings/tokens", rejected_token, "already"),
    view(
        "token-delete",
        Who::Owner,
        "/settings/tokens",
        |browser| browser.click("Delete token ci-runner"),
        "Delete token",
    ),
    view("appearance", Who::Owner, "/settings/appearance", as_is, "Same as system"),
    view("tokens-empty", Who::Member, "/settings/tokens", as_is, "No tokens yet"),
];

/// Templates, users and the deployment.
pub const DEPLOYMENT: &[View] = &[
    view("templates", Who::Owner, "/templates", as_is, "laptop"),
    view("template", Who::Owner, "/templates/dev", as_is, "Create workspace"),
    view("template-delete", Who::Owner, "/templates/bare/delete", as_is, "Delete template"),
    view("users", Who::Owner, USERS, as_is, "maria"),
    view("users-menu", Who::Owner, USERS, |browser| browser.click("Open actions for sam"), "Activate"),
    view("user-new", Who::Owner, USERS, |browser| browser.click("New user"), "Create user"),
    view("user-new-errors", Who::Owner, USERS, rejected_user, "at least 8 characters"),
    view("user-roles", Who::Owner, USERS, |browser| act(browser, "maria", "Edit roles"), "Roles of"),
    view(
        "user-password",
        Who::Owner,
        USERS,
        |browser| act(browser, "bob", "Reset password"),
        "New password for",
    ),
    view("user-suspend", Who::Owner, USERS, |browser| act(browser, "bob", "Suspend"), "Suspend user"),
    view("user-activate", Who::Owner, USERS, |browser| act(browser, "sam", "Activate"), "Activate user"),
    view("user-delete", Who::Owner, USERS, |browser| act(browser, "sam", "Delete"), "Delete user"),
    view("users-search", Who::Owner, "/deployment/users?q=nobody-at-all", as_is, "No users match."),
    view("deployment", Who::Owner, "/deployment", as_is, "Deployment"),
    view("templates-member", Who::Member, "/templates", as_is, "laptop"),
    view("users-forbidden", Who::Member, USERS, as_is, "Back to the dashboard"),
];

const USERS: &str = "/deployment/users";

fn act(browser: &Browser, user: &str, action: &str) {
    browser.click(&format!("Open actions for {user}"));
    browser.click(action);
}

fn rejected_token(browser: &Browser) {
    browser.click("New token");
    browser.fill("Name", "laptop");
    browser.click("Create token");
}

fn rejected_user(browser: &Browser) {
    browser.click("New user");
    browser.fill("Username", "eve");
    browser.fill("Email", "eve@example.com");
    browser.fill("Password", "short");
    browser.click("Create user");
}

fn rejected_workspace(browser: &Browser) {
    browser.fill("Name", "dev");
    browser.click_first("input[type=radio]");
    browser.click("Create workspace");
}

fn echo(browser: &Browser) {
    browser.expect_text("Connected");
    browser.type_in("echo seen-''here");
    browser.keys(&[key::ENTER]);
}

fn rejected_setup(browser: &Browser) {
    browser.fill("Username", "not a name");
    browser.fill("Email", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.click("Create the first user");
}

fn wrong_password(browser: &Browser) {
    browser.fill("Email", "admin@example.com");
    browser.fill("Password", "wrong horse battery");
    browser.click("Sign in");
}

fn out_of_date(browser: &Browser) {
    browser.script("document.querySelector('[name=csrf_token]').value = ''", &[]).unwrap();
    browser.click("Create token");
}

/// Off and on again, so that the next state is not affected.
fn toggle(browser: &Browser, name: &str) {
    let switch = format!("Toggle secret {name}");
    browser.click(&switch);
    browser.expect_switch(&switch, false);
    browser.click(&switch);
    browser.expect_switch(&switch, true);
}

fn rejected_secret(browser: &Browser) {
    browser.click("Add secret");
    browser.fill("Name", "a/b");
    browser.enter("Value");
    browser.paste(&"line\n".repeat(6000));
    browser.fill("Environment variable", "PATH");
    browser.fill("File path", "relative/path");
    browser.click("Save");
}

fn over_the_limit(browser: &Browser) {
    browser.click("Add secret");
    browser.fill("Name", "large");
    browser.enter("Value");
    browser.insert(&"v".repeat(24_000));
    browser.fill("Environment variable", "LARGE");
    browser.click("Save");
}

fn rejected_import(browser: &Browser) {
    browser.click("Add secret");
    browser.expect_text("Import secrets from a file");
    let lines = "api-key=1\\nservice-token=2\\ntool-config=3\\n";
    let script = format!(
        "const files = new DataTransfer(); files.items.add(new File(['{lines}'], 'all.env')); \
         const field = document.querySelector('[data-import]'); field.files = files.files; \
         field.dispatchEvent(new Event('change', {{bubbles: true}}));"
    );
    browser.script(&script, &[]).unwrap();
}

fn edit(browser: &Browser) {
    browser.click("Open secret actions for service-token");
    browser.click("Edit secret");
}

fn delete(browser: &Browser) {
    browser.click("Open secret actions for tool-config");
    browser.click("Delete");
}
