//! Every page in each of its states, light and dark, on a laptop and on a phone. None violates a rule of axe-core, and none is
//! wider than its window. `CODER_SCREENSHOTS` is a directory for screenshots (`make screenshots`).

use std::path::PathBuf;

use coder_testkit::{Browser, Violation};

use super::{
    page_states::{self, View},
    sample_data::Example,
};

/// The sizes of the window: a phone and a laptop.
const SIZES: [(u32, u32); 2] = [(360, 780), (1440, 900)];

/// Audits these states in every size and scheme. Returns the problems.
fn audit(example: &Example, browser: &Browser, views: &[View]) -> Vec<String> {
    let screenshots = std::env::var_os("CODER_SCREENSHOTS").map(PathBuf::from);
    if let Some(dir) = &screenshots {
        std::fs::create_dir_all(dir).unwrap();
    }
    let mut problems = Vec::new();
    let mut last_user = None;
    for view in views {
        if last_user != Some(view.who) {
            example.log_in_as(browser, view.who);
            last_user = Some(view.who);
        }
        browser.size(1440, 900);
        browser.open(view.path);
        (view.then)(browser);
        browser.expect_text(view.text);
        for (width, height) in SIZES {
            browser.size(width, height);
            for (scheme, is_dark) in [("light", false), ("dark", true)] {
                browser.dark(is_dark);
                let name = format!("{}-{width}-{scheme}", view.name);
                if let Some(dir) = &screenshots {
                    browser.screenshot(&dir.join(format!("{name}.png")));
                }
                problems
                    .extend(lasting(browser, is_dark).iter().map(|violation| format!("{name}: {violation}")));
                if browser.overhang() > 0 {
                    problems.push(format!("{name}: wider than its window by {} pixels", browser.overhang()));
                }
            }
        }
    }
    problems
}

/// Violations that persist. Some colours follow a change of the scheme with a delay.
fn lasting(browser: &Browser, is_dark: bool) -> Vec<Violation> {
    let mut found = browser.violations();
    for _ in 0..3 {
        if found.is_empty() {
            break;
        }
        browser.dark(is_dark);
        found = browser.violations();
    }
    found
}

fn assert_no_problems(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn before_the_first_user() {
    let machine = super::machine();
    let server = machine.serve::<&str>([]);
    let browser = Browser::new(&server.url);
    let example = Example { machine, server };
    assert_no_problems(&audit(&example, &browser, page_states::FRESH));
}

/// Expects no problem in these states of the sample deployment.
fn expect_accessible(views: &[&[View]]) {
    let example = Example::new();
    let browser = Browser::new(&example.server.url);
    assert_no_problems(&audit(&example, &browser, &views.concat()));
}

#[test]
fn login_and_account() {
    expect_accessible(&[page_states::LOGIN, page_states::SECRETS, page_states::ACCOUNT]);
}

#[test]
fn workspaces_and_deployment() {
    expect_accessible(&[page_states::WORKSPACES, page_states::DEPLOYMENT]);
}

/// The audit can fail, also for the colours of the current scheme.
#[test]
fn violations_and_overhang_are_found() {
    let machine = super::machine();
    let server = machine.serve::<&str>([]);
    let browser = Browser::new(&server.url);
    browser.open("/setup");
    let found = || {
        let mut found: Vec<String> = browser.violations().into_iter().map(|violation| violation.id).collect();
        found.sort();
        found
    };
    for is_dark in [false, true] {
        browser.dark(is_dark);
        assert_eq!(found(), [""; 0]);
    }
    let script = "const main = document.querySelector('main'); main.append(new Image()); \
                 const pale = main.appendChild(document.createElement('p')); pale.textContent = 'pale'; \
                 pale.style.color = '#222'; document.querySelector('label').remove(); \
                 pale.style.width = '3000px';";
    browser.script(script, &[]).unwrap();
    assert_eq!(found(), ["color-contrast", "image-alt", "label", "label-title-only"]);
    assert!(browser.overhang() > 0);
    browser.dark(false);
    assert_eq!(found(), ["image-alt", "label", "label-title-only"]);
}
