//! Reads `template.toml` out of a pushed archive. Nothing is unpacked to disk.

use std::io::Read;

use coder_model::{
    FieldError,
    template::{Definition, MAX_BYTES},
};
use tar::{Archive, EntryType};

use crate::{Error, Result};

const DEFINITION_FILE: &str = "template.toml";
/// Entries that are searched for `template.toml`.
const MAX_ENTRIES: usize = 1000;

/// The text of the archive's `template.toml` and what it defines.
pub(super) fn definition(archive: &[u8]) -> Result<(String, Definition)> {
    let text = find(archive)?;
    match Definition::parse(&text) {
        Ok(definition) => Ok((text, definition)),
        Err(errors) => Err(Error::invalid_fields(
            "The template is not valid.",
            errors.into_iter().map(|error| FieldError::new("template.toml", error.to_string())).collect(),
        )),
    }
}

fn find(archive: &[u8]) -> Result<String> {
    let malformed = |_| {
        Error::bad_request("The file is not a tar archive.", "Push the directory with `coder templates push`.")
    };
    let mut archive = Archive::new(archive);
    for entry in archive.entries().map_err(malformed)?.take(MAX_ENTRIES) {
        let mut entry = entry.map_err(malformed)?;
        let path = entry.path().map_err(malformed)?;
        let is_definition = path.strip_prefix("./").unwrap_or(&path) == std::path::Path::new(DEFINITION_FILE);
        if !is_definition || entry.header().entry_type() != EntryType::Regular {
            continue;
        }
        let mut text = Vec::new();
        entry.by_ref().take(MAX_BYTES as u64 + 1).read_to_end(&mut text).map_err(malformed)?;
        return String::from_utf8(text).map_err(|_| {
            Error::bad_request("template.toml is not valid UTF-8.", "Save it as UTF-8 and push again.")
        });
    }
    Err(Error::bad_request(
        "The archive has no template.toml.",
        "Every template directory needs one; `coder templates init` writes one to start from.",
    ))
}
