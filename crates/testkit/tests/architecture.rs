//! The architecture: dependencies between crates, lengths of files, and words that must not be in the repository.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The workspace's crates that each crate may depend on, except in tests.
const ALLOWED_DEPENDENCIES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("crypto", &["model"]),
    ("wire", &["model"]),
    ("store", &["model"]),
    ("control", &["model", "crypto", "store"]),
    ("provision", &["model"]),
    ("mux", &[]),
    ("web", &[]),
    ("http", &["model", "wire", "control"]),
    ("dashboard", &["model", "wire", "control", "http", "web"]),
    ("server", &["model", "wire", "control", "http", "dashboard", "provision", "mux"]),
    ("client", &["wire", "mux"]),
    ("agent", &["model", "wire", "client", "mux"]),
    ("cli", &["model", "wire", "provision", "server", "client", "agent"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--no-deps"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn crate_dependencies_follow_the_layers() {
    let metadata = metadata();
    let mut found = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().strip_prefix("coder-").unwrap().to_owned();
        let uses: BTreeSet<String> = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str()?.strip_prefix("coder-").map(str::to_owned))
            .collect();
        found.insert(name, uses);
    }
    found.remove("testkit").expect("the tests' own crate");
    assert_eq!(found.len(), ALLOWED_DEPENDENCIES.len(), "every crate is in the list");
    for (name, allowed) in ALLOWED_DEPENDENCIES {
        let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        let uses = &found[*name];
        assert!(uses.is_subset(&allowed), "{name} uses {:?}", uses.difference(&allowed).collect::<Vec<_>>());
    }
}

/// The files that are in the repository.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split('\0')
        .filter(|path| !path.is_empty())
        .map(|path| root().join(path))
        .filter(|path| path.exists())
        .collect()
}

#[test]
fn source_files_have_bounded_length() {
    let mut count = 0;
    for file in files().into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        let limit = if file.components().any(|part| part.as_os_str() == "tests") { 600 } else { 400 };
        assert!(lines <= limit, "{} has {lines} lines: split it", file.display());
        count += 1;
    }
    assert!(count > 150);
}

/// Words that CONTRIBUTING.md's glossary replaces. Split, so that this file does not match itself.
fn replaced_words() -> Vec<String> {
    [
        ["who", "ever"],
        ["some", "body"],
        ["be", "ll"],
        ["le", "nt"],
        ["put as", "ide"],
        ["called o", "ff"],
        ["calls o", "ff"],
        ["start-", "up script"],
        ["broken ru", "le"],
        ["com", "plaint"],
        ["thrown o", "ut"],
        ["signed o", "ut"],
        ["far s", "ide"],
    ]
    .map(|parts| parts.concat())
    .into()
}

/// The comment of a line of Rust, if it has one.
fn comment(line: &str) -> Option<&str> {
    line.split_once("//").filter(|(code, _)| !code.ends_with(':')).map(|(_, comment)| comment)
}

#[test]
fn comments_use_the_glossary() {
    let words = replaced_words();
    let mut comments = 0;
    for file in files().into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        for (number, line) in (1..).zip(std::fs::read_to_string(&file).unwrap().lines()) {
            let Some(comment) = comment(line) else { continue };
            comments += 1;
            let comment =
                format!(" {} ", comment.to_lowercase().replace(|c: char| !c.is_alphabetic() && c != '-', " "));
            for word in &words {
                assert!(!comment.contains(&format!(" {word} ")), "{}:{number} says {word:?}", file.display());
            }
        }
    }
    assert!(comments > 1000);
}

#[test]
fn documented_files_exist() {
    let files: Vec<String> =
        files().iter().map(|file| file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()).collect();
    let mut found = 0;
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = quoted.contains('/')
                && !quoted.contains([' ', '<', '{', ':', '*'])
                && !quoted.starts_with(['/', '.', '~']);
            if !is_path {
                continue;
            }
            let is_there = |prefix: &str| {
                let path = format!("{prefix}{quoted}");
                files
                    .iter()
                    .any(|file| *file == path || file.starts_with(&format!("{}/", path.trim_end_matches('/'))))
            };
            assert!(is_there("") || is_there("crates/"), "{document} names {quoted}, which does not exist");
            found += 1;
        }
    }
    assert!(found > 60);
}

#[test]
fn the_repository_speaks_of_the_product_alone() {
    // Split, so that this file does not match itself.
    let mut searched = 0;
    let words =
        [["/wo", "rk/"].concat(), ["artif", "actory"].concat(), ["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    for file in files() {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for word in &words {
            assert!(!text.contains(word.as_str()), "{} says {word:?}", file.display());
        }
        searched += 1;
    }
    assert!(searched > 300, "{searched} files");
}
