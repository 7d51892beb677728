//! Values arrive in the workspace unchanged.

use coder_testkit::{Machine, key};

use super::{logged_in, secrets::fill};

/// A file of the workspace `dev`, and its size in bytes.
fn delivered(machine: &Machine, file: &str) -> String {
    machine.coder(["ssh", "dev", "--wait", "yes", "--", &format!("cat {file}; printf .; wc -c < {file}")]).ok()
}

#[test]
fn multi_line_values_are_delivered_unchanged() {
    let (machine, _server, browser) = logged_in();
    browser.open("/settings/secrets");
    // Typed: lines end with a line feed, though forms send a carriage return as well.
    browser.click("Add secret");
    fill(&browser, "typed", "", "", "~/typed");
    browser.enter("Value");
    browser.type_in("  one two");
    browser.keys(&[key::ENTER, key::ENTER]);
    browser.type_in("ünï 🙂 ");
    browser.keys(&[key::ENTER]);
    browser.expect_text("Lines end with LF");
    browser.click("Save");
    browser.expect_text("Created secret \"typed\"");
    // Pasted with line feeds, or with carriage returns and line feeds.
    for (name, text) in [("lf", "-----BEGIN-----\n\tabc\n-----END-----\n"), ("crlf", "first\r\nsecond\r\n")] {
        browser.click("Add secret");
        fill(&browser, name, "", "", &format!("~/{name}"));
        browser.enter("Value");
        browser.paste(text);
        browser.expect_text(&format!("{} of 24,576 bytes", text.len()));
        browser.expect_switch("with CRLF", name == "crlf");
        browser.click("Save");
        browser.expect_text(&format!("Created secret \"{name}\""));
    }
    // A rejected form keeps the value.
    browser.click("Add secret");
    fill(&browser, "again", "", "PATH", "~/again");
    browser.enter("Value");
    browser.paste("a\r\nb\r\n");
    browser.expect_switch("with CRLF", true);
    browser.click("Save");
    browser.expect_field_error("Environment variable", "reserved");
    browser.expect_switch("with CRLF", true);
    browser.fill("Environment variable", "AGAIN");
    browser.click("Save");
    browser.expect_text("Created secret \"again\"");

    machine.workspace("dev", "[process]\n");
    assert_eq!(delivered(&machine, "typed"), "  one two\n\nünï 🙂 \n.23\n");
    assert_eq!(delivered(&machine, "lf"), "-----BEGIN-----\n\tabc\n-----END-----\n.35\n");
    assert_eq!(delivered(&machine, "crlf"), "first\r\nsecond\r\n.15\n");
    assert_eq!(delivered(&machine, "again"), "a\r\nb\r\n.6\n");
    let env = machine.coder(["ssh", "dev", "--", "printf %s \"$AGAIN\" | od -An -c"]).ok();
    assert_eq!(env.split_whitespace().collect::<Vec<_>>(), ["a", "\\r", "\\n", "b", "\\r", "\\n"]);
}

/// The field masks the value until "show" is clicked.
#[test]
fn typed_values_are_masked() {
    let (_machine, _server, browser) = logged_in();
    browser.open("/settings/secrets/new");
    let masked = || {
        let style = "return getComputedStyle(document.querySelector('#value')).webkitTextSecurity";
        browser.script(style, &[]).unwrap()
    };
    assert_eq!(masked(), "disc");
    browser.click("Show what I type");
    assert_eq!(masked(), "none");
    browser.click("Show what I type");
    assert_eq!(masked(), "disc");
    let remembered = "return document.querySelector('#value').form.autocomplete";
    assert_eq!(browser.script(remembered, &[]).unwrap(), "off");
    fill(&browser, "masked", "stored-canary", "MASKED", "");
    let kept =
        "return JSON.stringify([localStorage, sessionStorage, history.state, location.href, document.cookie])";
    let is_kept = || browser.script(kept, &[]).unwrap().as_str().unwrap().contains("stored-canary");
    assert!(!is_kept());
    browser.click("Save");
    browser.expect_text("Created secret \"masked\"");
    assert!(!is_kept());
}
