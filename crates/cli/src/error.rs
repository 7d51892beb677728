//! How failures are told.

use std::fmt::Write as _;

use anstream::eprintln;
use coder_client::Error as ClientError;

use crate::output::display_safe;

/// Tells a failure on standard error: which command, what happened, every broken rule.
pub fn report(path: &str, error: &anyhow::Error) {
    eprintln!(
        "Encountered an error running \"coder {path}\", see \"coder {path} --help\" for more information"
    );
    eprintln!("error: {}", describe(error));
}

fn describe(error: &anyhow::Error) -> String {
    // Each cause once: a transparent wrapper says the same as what it wraps.
    let mut text = String::new();
    let mut last = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if cause != last {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&display_safe(&cause));
        }
        last = cause;
    }
    let api = error.chain().find_map(|cause| cause.downcast_ref::<ClientError>());
    let Some(ClientError::Api { status, error }) = api else { return text };
    if !error.detail.is_empty() {
        let _ = write!(text, "\n{}", display_safe(&error.detail));
    }
    if !error.validations.is_empty() {
        let _ = write!(text, "\n{} validation error(s) found", error.validations.len());
        for broken in &error.validations {
            let _ = write!(text, "\n\t{} : {}", display_safe(&broken.field), display_safe(&broken.detail));
        }
    }
    if *status == 401 {
        text.push_str("\nSuggestion: Try logging in using 'coder login'.");
    }
    text
}
