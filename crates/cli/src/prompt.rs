//! Prompts, on a terminal only.

use std::io::{IsTerminal, stderr, stdin};

use anyhow::{Context as _, Result, bail};
use inquire::{Confirm, Password, PasswordDisplayMode, Text};
use zeroize::Zeroizing;

/// Whether there is a terminal to prompt on.
pub fn is_possible() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Fails unless the user confirms, or has given `--yes`.
pub fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !is_possible() {
        bail!("{question} cannot ask for confirmation without a terminal: use --yes");
    }
    if Confirm::new(question).with_default(false).prompt().context("canceled")? {
        Ok(())
    } else {
        bail!("canceled")
    }
}

pub fn line(question: &str) -> Result<String> {
    Text::new(question).prompt().context("canceled")
}

/// Prompts for an existing password or a token.
pub fn password(question: &str) -> Result<Zeroizing<String>> {
    let prompt = Password::new(question).with_display_mode(PasswordDisplayMode::Masked).without_confirmation();
    prompt.prompt().map(Zeroizing::new).context("canceled")
}

/// Prompts for a new password, twice.
pub fn new_password(question: &str) -> Result<Zeroizing<String>> {
    let prompt = Password::new(question).with_display_mode(PasswordDisplayMode::Masked);
    prompt.prompt().map(Zeroizing::new).context("canceled")
}
