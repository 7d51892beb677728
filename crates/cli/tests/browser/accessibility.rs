//! Every page, in each of its states, as people see it: light and dark, wide and narrow. None has anything that axe-core
//! finds wrong, and none is wider than its window. With `CODER_SCREENSHOTS`, a folder, each look is written there as a
//! picture (`make screenshots`).

use std::path::PathBuf;

use coder_testkit::{Browser, Violation};

use super::{
    page_states::{self, View},
    sample_data::Example,
};

/// What pages are shown at: a phone held upright, and a laptop.
const SIZES: [(u32, u32); 2] = [(360, 780), (1440, 900)];

/// Looks at these pages, one after the other, in every way.
fn look_at(example: &Example, browser: &Browser, views: &[View]) -> Vec<String> {
    let pictures = std::env::var_os("CODER_SCREENSHOTS").map(PathBuf::from);
    if let Some(folder) = &pictures {
        std::fs::create_dir_all(folder).unwrap();
    }
    let mut problems = Vec::new();
    let mut before = None;
    for view in views {
        if before != Some(view.who) {
            example.look_as(browser, view.who);
            before = Some(view.who);
        }
        browser.size(1440, 900);
        browser.open(view.path);
        (view.then)(browser);
        browser.expect_text(view.sees);
        for (width, height) in SIZES {
            browser.size(width, height);
            for (scheme, is_dark) in [("light", false), ("dark", true)] {
                browser.dark(is_dark);
                let look = format!("{}-{width}-{scheme}", view.name);
                if let Some(folder) = &pictures {
                    browser.screenshot(&folder.join(format!("{look}.png")));
                }
                problems
                    .extend(lasting(browser, is_dark).iter().map(|violation| format!("{look}: {violation}")));
                if browser.overhang() > 0 {
                    problems.push(format!("{look}: wider than its window by {} pixels", browser.overhang()));
                }
            }
        }
    }
    problems
}

/// What is wrong and stays so. The colours of a page do not all follow the machine's at once.
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

fn assert_well(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn before_there_is_anybody() {
    let machine = super::machine();
    let server = machine.serve::<&str>([]);
    let browser = Browser::new(&server.url);
    let example = Example { machine, server };
    assert_well(&look_at(&example, &browser, page_states::FRESH));
}

/// Looks at these pages of a deployment with something of everything.
fn look(views: &[&[View]]) {
    let example = Example::new();
    let browser = Browser::new(&example.server.url);
    assert_well(&look_at(&example, &browser, &views.concat()));
}

#[test]
fn entry_and_account() {
    look(&[page_states::ENTRY, page_states::SECRETS, page_states::ACCOUNT]);
}

#[test]
fn workspaces_and_deployment() {
    look(&[page_states::WORKSPACES, page_states::DEPLOYMENT]);
}

/// The audit can fail: what is wrong is found, in the colours that are shown.
#[test]
fn what_is_wrong_with_a_page_is_found() {
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
    let worse = "const main = document.querySelector('main'); main.append(new Image()); \
                 const pale = main.appendChild(document.createElement('p')); pale.textContent = 'pale'; \
                 pale.style.color = '#222'; document.querySelector('label').remove(); \
                 pale.style.width = '3000px';";
    browser.script(worse, &[]).unwrap();
    assert_eq!(found(), ["color-contrast", "image-alt", "label", "label-title-only"]);
    assert!(browser.overhang() > 0);
    browser.dark(false);
    assert_eq!(found(), ["image-alt", "label", "label-title-only"]);
}
