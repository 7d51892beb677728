//! Everything can be done with the keyboard, and the focus follows.

use coder_testkit::{Browser, key};

use super::logged_in;

/// Presses Tab until the element of this name has the focus.
fn tab_to(browser: &Browser, name: &str) {
    let mut passed = Vec::new();
    for _ in 0..60 {
        browser.keys(&[key::TAB]);
        let focused = browser.focused();
        if focused == name {
            let seen = "const style = getComputedStyle(document.activeElement); \
                        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1";
            assert_eq!(browser.script(seen, &[]).unwrap(), true, "the focus on {name:?} is seen");
            return;
        }
        passed.push(focused);
    }
    panic!("Tab does not lead to {name:?}, but to {passed:?}");
}

#[test]
fn a_secret_with_the_keyboard() {
    let (_machine, _server, browser) = logged_in();
    browser.open("/settings/secrets");
    browser.keys(&[key::TAB]);
    browser.expect_focus("Skip to content");
    tab_to(&browser, "Add secret");
    browser.keys(&[key::ENTER]);
    browser.expect_focus("Name");
    browser.type_in("typed");
    tab_to(&browser, "Value");
    browser.type_in("value");
    tab_to(&browser, "Environment variable");
    browser.type_in("TYPED");
    tab_to(&browser, "Save");
    browser.keys(&[key::ENTER]);
    browser.expect_text("Created secret \"typed\"");
    browser.expect_focus("Add secret");
    tab_to(&browser, "Toggle secret typed");
    browser.keys(&[key::SPACE]);
    browser.expect_switch("Toggle secret typed", false);
    browser.expect_focus("Toggle secret typed");
    tab_to(&browser, "Open secret actions for typed");
    browser.keys(&[key::ENTER, key::DOWN]);
    browser.expect_focus("Edit secret");
    browser.keys(&[key::DOWN]);
    browser.expect_focus("Delete");
    browser.keys(&[key::DOWN, key::ENTER]);
    browser.expect_text("Leave blank to keep the existing value.");
    browser.keys(&[key::ESCAPE]);
    browser.expect_element("dialog[open]", false);
    browser.expect_focus("Open secret actions for typed");
    browser.keys(&[key::SPACE, key::UP, key::ENTER]);
    browser.expect_focus("Cancel");
    tab_to(&browser, "Delete");
    browser.keys(&[key::ENTER]);
    browser.expect_text("Deleted secret \"typed\"");
    browser.expect_focus("Secrets");
}

#[test]
fn dialogs_and_menus_return_the_focus() {
    let (machine, _server, browser) = logged_in();
    machine.coder_with(["secret", "create", "one", "--env", "ONE"], b"v").ok();
    browser.open("/settings/secrets");
    for close in ["Escape", "Cancel"] {
        browser.click("Add secret");
        browser.expect_focus("Name");
        if close == "Escape" {
            browser.keys(&[key::ESCAPE]);
        } else {
            browser.click(close);
        }
        browser.expect_element("dialog[open]", false);
        browser.expect_focus("Add secret");
    }
    browser.click("Your menu");
    browser.expect_text("admin@example.com");
    browser.keys(&[key::ESCAPE]);
    browser.expect_no_text("admin@example.com");
    browser.expect_focus("Your menu");
    // Tabbing out of a menu closes it.
    browser.click("Your menu");
    browser.expect_text("admin@example.com");
    browser.keys(&[key::SHIFT, key::TAB]);
    browser.expect_no_text("admin@example.com");
    // A rejected form focuses the first field with an error.
    browser.click("Open secret actions for one");
    browser.click("Edit secret");
    browser.fill("Environment variable", "PATH");
    browser.click("Update");
    browser.expect_focus("Environment variable");
    browser.fill("Environment variable", "TWO");
    browser.click("Update");
    browser.expect_text("Updated secret \"one\"");
    browser.expect_focus("Open secret actions for one");
    // The focus stays within an open dialog.
    browser.click("Add secret");
    browser.expect_focus("Name");
    for _ in 0..25 {
        browser.keys(&[key::TAB]);
        let outside = "const at = document.activeElement; \
                       return at !== document.body && !document.querySelector('dialog').contains(at)";
        assert_eq!(browser.script(outside, &[]).unwrap(), false, "the focus left for {:?}", browser.focused());
    }
}

/// The first field with an error gets the focus, not the first field.
#[test]
fn a_rejected_form_focuses_the_first_error() {
    let (_machine, _server, browser) = logged_in();
    browser.open("/settings/secrets");
    browser.click("Add secret");
    browser.fill("Name", "fine");
    browser.fill("Value", "fine");
    browser.fill("File path", "nowhere");
    browser.click("Save");
    browser.expect_field_error("File path", "file path must start with ~/ or /");
    browser.expect_focus("File path");
    browser.fill("File path", "~/fine");
    browser.keys(&[key::ENTER]);
    browser.expect_text("Created secret \"fine\"");
}
