//! Questions, on a terminal only.

use std::io::{IsTerminal, stderr, stdin};

use anyhow::{Context as _, Result, bail};
use inquire::{Confirm, Password, PasswordDisplayMode, Text};
use zeroize::Zeroizing;

/// Whether somebody can be asked.
pub fn is_possible() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks for a yes. Without a terminal `yes` must have been given.
pub fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !is_possible() {
        bail!("{question} Nobody can be asked here: confirm with --yes");
    }
    if Confirm::new(question).with_default(false).prompt().context("canceled")? {
        Ok(())
    } else {
        bail!("canceled")
    }
}

/// Asks for a line.
pub fn line(question: &str) -> Result<String> {
    Text::new(question).prompt().context("canceled")
}

/// Asks for a password that exists.
pub fn password(question: &str) -> Result<Zeroizing<String>> {
    let asked = Password::new(question).with_display_mode(PasswordDisplayMode::Masked).without_confirmation();
    asked.prompt().map(Zeroizing::new).context("canceled")
}

/// Asks for a new password, twice.
pub fn new_password(question: &str) -> Result<Zeroizing<String>> {
    let asked = Password::new(question).with_display_mode(PasswordDisplayMode::Masked);
    asked.prompt().map(Zeroizing::new).context("canceled")
}
