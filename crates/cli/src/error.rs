//! Error messages.

use std::fmt::Write as _;

use anstream::eprintln;
use coder_client::Error as ClientError;

use crate::output::display_safe;

/// Prints the command, the causes and all field errors to standard error.
pub fn report(path: &str, error: &anyhow::Error) {
    eprintln!(
        "Encountered an error running \"coder {path}\", see \"coder {path} --help\" for more information"
    );
    eprintln!("error: {}", describe(error));
}

fn describe(error: &anyhow::Error) -> String {
    // A transparent wrapper has the same text as its cause, which is printed once.
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
        for field in &error.validations {
            let _ = write!(text, "\n\t{} : {}", display_safe(&field.field), display_safe(&field.detail));
        }
    }
    if *status == 401 {
        text.push_str("\nSuggestion: Try logging in using 'coder login'.");
    }
    text
}
