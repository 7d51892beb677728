//! Importing secrets from files.

use std::path::PathBuf;

use coder_testkit::Machine;

use super::{logged_in, secrets::known};

const FILE: &str = "Import secrets from a file";

fn file(machine: &Machine, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = machine.home().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn each_kind_of_file_is_imported() {
    let (machine, _server, browser) = logged_in();
    browser.open("/settings/secrets");
    for (name, content, notice, key) in [
        ("a.env", "# comment\nFIRST=1\nexport SECOND=\"two\\nlines\"\n", "Imported 2 secrets.", "SECOND"),
        ("b.json", r#"{"THIRD": "canary-3"}"#, "Imported 1 secret.", "THIRD"),
        ("c.yaml", "FOURTH: |\n  a\n  b\n", "Imported 1 secret.", "FOURTH"),
        (
            "d.yml",
            "not-a-variable: x\n",
            "Imported 1 secret. Without an environment variable name: \"not-a-variable\".",
            "not-a-variable",
        ),
    ] {
        browser.click("Add secret");
        browser.choose(FILE, &file(&machine, name, content));
        browser.expect_text(notice);
        browser.expect_element("dialog[open]", false);
        browser.expect_text(key);
        assert_eq!(known(&machine, key)["name"], key);
    }
    assert!(!browser.source().contains("canary-3"));
    browser.expect_text("5 of 50");
}

#[test]
fn errors_of_a_file_are_listed() {
    let (machine, _server, browser) = logged_in();
    machine.coder_with(["secret", "create", "TAKEN", "--env", "OTHER"], b"v").ok();
    browser.open("/settings/secrets");
    browser.click("Add secret");
    for (name, content, errors) in [
        ("a.env", b"GOOD=1\nnothing here\n".to_vec(), vec!["line 2: expected KEY=VALUE but found no '='"]),
        ("b.env", b"GOOD=1\nTAKEN=2\n".to_vec(), vec!["Secret \"TAKEN\" on line 2: Name is already in use."]),
        (
            "c.json",
            br#"{"EMPTY": "", "a/b": "1"}"#.to_vec(),
            vec!["Secret \"EMPTY\": Value is required.", "Name must not contain /, ?, or #."],
        ),
        ("d.yaml", b"- a\n- list\n".to_vec(), vec!["Failed to parse secrets file."]),
        ("e.env", b"A=\xff\n".to_vec(), vec!["The file must contain valid UTF-8."]),
        ("f.txt", b"A=1".to_vec(), vec!["Unsupported file type. Import a .env, .json, .yaml, or .yml file."]),
        ("g.env", vec![b'#'; 1024 * 1024 + 1], vec!["File is too large. Import a file of 1 MiB or smaller."]),
    ] {
        browser.choose(FILE, &file(&machine, name, content));
        for error in errors {
            browser.expect_text(error);
        }
    }
    browser.click("Cancel");
    browser.reload();
    browser.expect_text("1 of 50");
    browser.expect_no_text("GOOD");
}

/// Dropping a file works like choosing it.
#[test]
fn a_dropped_file_is_imported() {
    let (_machine, _server, browser) = logged_in();
    browser.open("/settings/secrets");
    browser.click("Add secret");
    browser.expect_text(FILE);
    let drop = "const data = new DataTransfer(); \
                data.items.add(new File(['DROPPED=1\\n'], 'drop.env')); \
                for (const kind of ['dragover', 'drop']) \
                document.querySelector('.drop-zone').dispatchEvent(new DragEvent(kind, {dataTransfer: data, \
                bubbles: true, cancelable: true}));";
    browser.script(drop, &[]).unwrap();
    browser.expect_text("Imported 1 secret.");
    browser.expect_text("DROPPED");
}
