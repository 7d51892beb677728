//! Light or dark.

use coder_http::cookies::cookie;
use std::fmt;

use axum::http::HeaderMap;

/// The cookie that keeps somebody's choice, for this browser.
pub const COOKIE: &str = "coder_theme";

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the rest of the visitor's machine.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every choice, with the words for it.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::System, "Same as system"), (Self::Light, "Light"), (Self::Dark, "Dark")];

    /// The word for it in forms, the cookie and the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The choice with that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(theme, _)| theme).find(|theme| theme.as_str() == word)
    }

    /// What the visitor chose.
    pub fn of(headers: &HeaderMap) -> Self {
        cookie(headers, COOKIE).and_then(Self::parse).unwrap_or_default()
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
