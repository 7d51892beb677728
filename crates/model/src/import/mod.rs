//! The grammar of a file of secrets: text in, entries in file order out.

use zeroize::Zeroizing;

/// The largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 1_048_576;

/// How a file of secrets is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `KEY=value` lines.
    Env,
    /// One flat object of strings.
    Json,
    /// One mapping of strings to strings.
    Yaml,
}

/// One secret of a file.
#[derive(Clone)]
pub struct Entry {
    /// The key, as written.
    pub key: String,
    /// The value.
    pub value: Zeroizing<String>,
    /// The line the key stands on, from 1; none for JSON.
    pub line: Option<usize>,
}
