use std::fs;

/// The API document in the repository is current. `CODER_UPDATE=1 cargo test` writes it.
#[test]
fn the_checked_in_document_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let text = format!("{}\n", coder_server::router::openapi().to_pretty_json().unwrap());
    if std::env::var_os("CODER_UPDATE").is_some() {
        fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")).unwrap();
        fs::write(path, &text).unwrap();
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == text,
        "docs/openapi.json is out of date: run CODER_UPDATE=1 cargo test -p coder-server openapi"
    );
}
