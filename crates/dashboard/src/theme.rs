//! Light or dark pages.

use std::fmt;

use axum::http::HeaderMap;
use coder_http::cookies::cookie;

/// Stores the choice in the browser.
pub const COOKIE: &str = "coder_theme";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the browser says (`prefers-color-scheme`).
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Every choice with its label.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::System, "Same as system"), (Self::Light, "Light"), (Self::Dark, "Dark")];

    /// The value in forms, in the cookie and in `data-theme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(theme, _)| theme).find(|theme| theme.as_str() == value)
    }

    /// The choice of the browser's user.
    pub fn of(headers: &HeaderMap) -> Self {
        cookie(headers, COOKIE).and_then(Self::parse).unwrap_or_default()
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
