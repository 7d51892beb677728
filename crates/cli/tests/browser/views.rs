//! The pages that are looked at. A new page gets its lines here, and nothing else.

use coder_testkit::{Browser, PASSWORD};

use super::example::Who;

/// A page in one of its states.
pub struct View {
    /// What pictures of it are called.
    pub name: &'static str,
    /// Who sees it.
    pub who: Who,
    /// Where it is.
    pub path: &'static str,
    /// What is done there to bring it into the state.
    pub then: fn(&Browser),
    /// What tells that it is in that state.
    pub sees: &'static str,
}

const fn view(
    name: &'static str,
    who: Who,
    path: &'static str,
    then: fn(&Browser),
    sees: &'static str,
) -> View {
    View { name, who, path, then, sees }
}

/// Nothing has to be done.
fn as_is(_: &Browser) {}

/// While there is no user.
pub const FRESH: &[View] = &[
    view("set-up", Who::Nobody, "/setup", as_is, "The first user owns the deployment."),
    view("set-up-errors", Who::Nobody, "/setup", refused_set_up, "Username must consist of"),
];

/// Coming in, and what goes wrong.
pub const ENTRY: &[View] = &[
    view("sign-in", Who::Nobody, "/login", as_is, "Sign in"),
    view("sign-in-errors", Who::Nobody, "/login", wrong_password, "Incorrect email or password."),
    view("command-line", Who::Owner, "/cli-auth", as_is, "Sign the command line in?"),
    view(
        "command-line-token",
        Who::Owner,
        "/cli-auth",
        |browser| browser.press("Make a token"),
        "Your session token",
    ),
    view("error-404", Who::Owner, "/settings/secrets/nothing/edit", as_is, "404"),
    view("error-403", Who::Owner, "/cli-auth", out_of_date, "This page is out of date."),
];

const LIST: &str = "/settings/secrets";

/// Account → Secrets.
pub const SECRETS: &[View] = &[
    view("secrets", Who::Owner, LIST, as_is, "6 of 50"),
    view("secrets-menu", Who::Owner, LIST, |browser| browser.press("Your menu"), "Sign out"),
    view(
        "secrets-row-menu",
        Who::Owner,
        LIST,
        |browser| browser.press("Open secret actions for api-key"),
        "Edit secret",
    ),
    view("secrets-notice", Who::Owner, LIST, |browser| toggle(browser, "api-key"), "successfully."),
    view("secrets-add", Who::Owner, LIST, |browser| browser.press("Add secret"), "Import secrets from a file"),
    view("secrets-add-errors", Who::Owner, LIST, refused_secret, "PATH is a reserved"),
    view("secrets-add-conflict", Who::Owner, LIST, over_the_limit, "exceed the per-user budget"),
    view("secrets-import-errors", Who::Owner, LIST, refused_import, "is already in use"),
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

fn refused_set_up(browser: &Browser) {
    browser.fill("Username", "not a name");
    browser.fill("Email", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Create the first user");
}

fn wrong_password(browser: &Browser) {
    browser.fill("Email", "admin@example.com");
    browser.fill("Password", "wrong horse battery");
    browser.press("Sign in");
}

fn out_of_date(browser: &Browser) {
    browser.script("document.querySelector('[name=form_token]').value = ''", &[]).unwrap();
    browser.press("Make a token");
}

/// Off and on again, so that the next page is what it was.
fn toggle(browser: &Browser, name: &str) {
    let switch = format!("Toggle secret {name}");
    browser.press(&switch);
    browser.see_on(&switch, false);
    browser.press(&switch);
    browser.see_on(&switch, true);
}

fn refused_secret(browser: &Browser) {
    browser.press("Add secret");
    browser.fill("Name", "a/b");
    browser.enter("Value");
    browser.paste(&"line\n".repeat(6000));
    browser.fill("Environment variable", "PATH");
    browser.fill("File path", "relative/path");
    browser.press("Save");
}

fn over_the_limit(browser: &Browser) {
    browser.press("Add secret");
    browser.fill("Name", "large");
    browser.enter("Value");
    browser.insert(&"v".repeat(24_000));
    browser.fill("Environment variable", "LARGE");
    browser.press("Save");
}

fn refused_import(browser: &Browser) {
    browser.press("Add secret");
    browser.see("Import secrets from a file");
    let lines = "api-key=1\\nservice-token=2\\ntool-config=3\\n";
    let script = format!(
        "const files = new DataTransfer(); files.items.add(new File(['{lines}'], 'all.env')); \
         const field = document.querySelector('[data-import]'); field.files = files.files; \
         field.dispatchEvent(new Event('change', {{bubbles: true}}));"
    );
    browser.script(&script, &[]).unwrap();
}

fn edit(browser: &Browser) {
    browser.press("Open secret actions for service-token");
    browser.press("Edit secret");
}

fn delete(browser: &Browser) {
    browser.press("Open secret actions for tool-config");
    browser.press("Delete");
}
