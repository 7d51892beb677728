//! A value that may be in one place only, searched for in every form in which programs write bytes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use crate::TestDatabase;

/// The value. It has letters and digits only, which escaping for JSON, HTML or a URL does not change.
pub struct Canary {
    value: String,
    /// The name of each form, and the value in that form.
    forms: Vec<(&'static str, String)>,
}

/// How much was searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Searched {
    /// Files.
    pub files: usize,
    /// Bytes in them.
    pub bytes: usize,
}

impl Canary {
    /// At least twelve ASCII letters and digits, so that the value does not occur by chance.
    #[must_use]
    pub fn new(value: &str) -> Self {
        assert!(value.len() >= 12 && value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value:?}");
        let each = |separator: &str, byte: &dyn Fn(u8) -> String| {
            value.bytes().map(byte).collect::<Vec<_>>().join(separator)
        };
        let mut forms = vec![
            ("text", value.to_owned()),
            ("hexadecimal", each("", &|byte| format!("{byte:02x}"))),
            ("upper hexadecimal", each("", &|byte| format!("{byte:02X}"))),
            ("spaced hexadecimal", each(" ", &|byte| format!("{byte:02x}"))),
            ("URL encoding", each("", &|byte| format!("%{byte:02x}"))),
            ("upper URL encoding", each("", &|byte| format!("%{byte:02X}"))),
            ("byte escapes", each("", &|byte| format!("\\x{byte:02x}"))),
            ("a list of bytes", each(", ", &|byte| byte.to_string())),
            ("a JSON list of bytes", each(",", &|byte| byte.to_string())),
            ("UTF-16", each("", &|byte| format!("{}\0", char::from(byte)))),
        ];
        for (offset, name) in
            ["base64", "base64 from the second byte", "base64 from the third byte"].into_iter().enumerate()
        {
            forms.push((name, base64_within(value, offset)));
        }
        Self { value: value.to_owned(), forms }
    }

    /// The value itself.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The name of the form in which these bytes contain the value.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        // All forms are ASCII, which a lossy conversion does not change.
        let text = String::from_utf8_lossy(bytes);
        self.forms.iter().find(|(_, form)| text.contains(form.as_str())).map(|(name, _)| *name)
    }

    /// Panics with the line if the text contains the value.
    pub fn assert_not_in(&self, what: &str, text: &str) {
        for line in text.lines() {
            if let Some(form) = self.find(line.as_bytes()) {
                panic!("{what} contains the value as {form}: {line}");
            }
        }
    }

    /// Panics if a row of the database contains the value.
    pub async fn assert_not_in_rows(&self, database: &TestDatabase) {
        let columns = database.columns().await;
        assert!(!columns.is_empty(), "a database without tables");
        for (table, columns) in &columns {
            for row in database.rows(table, columns).await {
                self.assert_not_in(table, &row);
            }
        }
    }

    /// Panics if a file in this directory or below, or its name, contains the value. Paths in `except` are skipped.
    pub fn assert_not_below(&self, directory: &Path, except: &[PathBuf]) -> Searched {
        let mut searched = Searched::default();
        self.search(directory, except, &mut searched);
        searched
    }

    fn search(&self, directory: &Path, except: &[PathBuf], searched: &mut Searched) {
        for entry in fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        {
            let path = entry.expect("an entry").path();
            if except.contains(&path) {
                continue;
            }
            assert_eq!(self.find(path.as_os_str().as_encoded_bytes()), None, "the name {}", path.display());
            // A running server may have deleted the file meanwhile.
            let Ok(metadata) = path.symlink_metadata() else { continue };
            if metadata.is_dir() {
                self.search(&path, except, searched);
            } else if metadata.is_file() {
                let bytes = match fs::read(&path) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    bytes => bytes.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
                };
                assert_eq!(self.find(&bytes), None, "{}", path.display());
                searched.files += 1;
                searched.bytes += bytes.len();
            } else if metadata.is_symlink() {
                let target = fs::read_link(&path).expect("a target");
                assert_eq!(self.find(target.as_os_str().as_encoded_bytes()), None, "{}", path.display());
            }
        }
    }
}

/// The characters of base64 that a value alone determines when `offset` bytes come before it.
fn base64_within(value: &str, offset: usize) -> String {
    let padded = [vec![0; offset].as_slice(), value.as_bytes(), &[0; 2]].concat();
    let encoded = STANDARD_NO_PAD.encode(&padded);
    let (first, end) = ((8 * offset).div_ceil(6), 8 * (offset + value.len()) / 6);
    encoded.get(first..end).expect("within the text").to_owned()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    #[test]
    fn a_canary_is_found_however_it_is_written() {
        let canary = Canary::new("canary5b1fe09d");
        let value = canary.value().as_bytes();
        let mut hex = String::new();
        for byte in [b"v=".as_slice(), value].concat() {
            write!(hex, "{byte:02X}").unwrap();
        }
        for (name, written) in [
            ("text", "{\"value\":\"canary5b1fe09d\"}".to_owned()),
            ("upper hexadecimal", hex),
            ("URL encoding", "v=%63%61%6e%61%72%79%35%62%31%66%65%30%39%64".to_owned()),
            ("a list of bytes", format!("{:?}", [b"v=".as_slice(), value].concat())),
            ("a JSON list of bytes", serde_json::to_string(value).unwrap()),
        ] {
            assert_eq!(canary.find(written.as_bytes()), Some(name));
        }
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "z", "yz"] {
                let text = format!("{before}canary5b1fe09d{after}");
                for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                    let found = canary.find(format!("Basic {encoded}.").as_bytes());
                    assert!(found.is_some_and(|form| form.starts_with("base64")), "{text}: {found:?}");
                }
            }
        }
        let wide: Vec<u8> = "canary5b1fe09d".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(canary.find(&wide), Some("UTF-16"));
        assert_eq!(canary.find(&[&[0xff, 0xfe], value, &[0x80]].concat()), Some("text"));
        for other in ["", "canary5b1fe09", "CANARY5B1FE09D", "canary-5b1fe09d"] {
            assert_eq!(canary.find(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn every_directory_is_searched() {
        let canary = Canary::new("canary5b1fe09d");
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("file"), "nothing").unwrap();
        fs::write(directory.path().join("home"), canary.value()).unwrap();
        let except = [directory.path().join("home")];
        let searched = canary.assert_not_below(directory.path(), &except);
        assert_eq!(searched, Searched { files: 1, bytes: 7 });
        fs::write(below.join("other"), STANDARD.encode(canary.value())).unwrap();
        let result = std::panic::catch_unwind(|| canary.assert_not_below(directory.path(), &except));
        assert!(result.is_err());
    }
}
