//! Everything is reached and done without a pointer, and the focus is where one expects it.

use coder_testkit::{Browser, key};

use super::signed_in;

/// Presses Tab until the focus is on what has this name.
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
fn a_secret_without_a_pointer() {
    let (_machine, _server, browser) = signed_in();
    browser.open("/settings/secrets");
    browser.keys(&[key::TAB]);
    browser.see_focus("Skip to content");
    tab_to(&browser, "Add secret");
    browser.keys(&[key::ENTER]);
    browser.see_focus("Name");
    browser.type_in("typed");
    tab_to(&browser, "Value");
    browser.type_in("value");
    tab_to(&browser, "Environment variable");
    browser.type_in("TYPED");
    tab_to(&browser, "Save");
    browser.keys(&[key::ENTER]);
    browser.see("Created secret \"typed\"");
    browser.see_focus("Add secret");
    tab_to(&browser, "Toggle secret typed");
    browser.keys(&[key::SPACE]);
    browser.see_on("Toggle secret typed", false);
    browser.see_focus("Toggle secret typed");
    tab_to(&browser, "Open secret actions for typed");
    browser.keys(&[key::ENTER, key::DOWN]);
    browser.see_focus("Edit secret");
    browser.keys(&[key::DOWN]);
    browser.see_focus("Delete");
    browser.keys(&[key::DOWN, key::ENTER]);
    browser.see("Leave blank to keep the existing value.");
    browser.keys(&[key::ESCAPE]);
    browser.see_element("dialog[open]", false);
    browser.see_focus("Open secret actions for typed");
    browser.keys(&[key::SPACE, key::UP, key::ENTER]);
    browser.see_focus("Cancel");
    tab_to(&browser, "Delete");
    browser.keys(&[key::ENTER]);
    browser.see("Deleted secret \"typed\"");
    browser.see_focus("Secrets");
}

#[test]
fn dialogs_and_menus_give_the_focus_back() {
    let (machine, _server, browser) = signed_in();
    machine.coder_with(["secret", "create", "one", "--env", "ONE"], b"v").ok();
    browser.open("/settings/secrets");
    for close in ["Escape", "Cancel"] {
        browser.press("Add secret");
        browser.see_focus("Name");
        if close == "Escape" {
            browser.keys(&[key::ESCAPE]);
        } else {
            browser.press(close);
        }
        browser.see_element("dialog[open]", false);
        browser.see_focus("Add secret");
    }
    browser.press("Your menu");
    browser.see("admin@example.com");
    browser.keys(&[key::ESCAPE]);
    browser.see_no("admin@example.com");
    browser.see_focus("Your menu");
    // Tabbing out of a menu closes it.
    browser.press("Your menu");
    browser.see("admin@example.com");
    browser.keys(&[key::SHIFT, key::TAB]);
    browser.see_no("admin@example.com");
    // A form that was refused puts the focus on what is wrong first.
    browser.press("Open secret actions for one");
    browser.press("Edit secret");
    browser.fill("Environment variable", "PATH");
    browser.press("Update");
    browser.see_focus("Environment variable");
    browser.fill("Environment variable", "TWO");
    browser.press("Update");
    browser.see("Updated secret \"one\"");
    browser.see_focus("Open secret actions for one");
    // Focus stays within an open dialog.
    browser.press("Add secret");
    browser.see_focus("Name");
    for _ in 0..25 {
        browser.keys(&[key::TAB]);
        let outside = "const at = document.activeElement; \
                       return at !== document.body && !document.querySelector('dialog').contains(at)";
        assert_eq!(browser.script(outside, &[]).unwrap(), false, "the focus left for {:?}", browser.focused());
    }
}

/// The focus goes to what is wrong first, not to where the form begins.
#[test]
fn a_refused_form_leads_to_what_is_wrong() {
    let (_machine, _server, browser) = signed_in();
    browser.open("/settings/secrets");
    browser.press("Add secret");
    browser.fill("Name", "fine");
    browser.fill("Value", "fine");
    browser.fill("File path", "nowhere");
    browser.press("Save");
    browser.see_complaint("File path", "file path must start with ~/ or /");
    browser.see_focus("File path");
    browser.fill("File path", "~/fine");
    browser.keys(&[key::ENTER]);
    browser.see("Created secret \"fine\"");
}
