//! Text that must not be logged: secret values, passwords, tokens. Wiped when dropped; `Debug` does not print it.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

/// Sensitive text in a request or response.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sensitive(Zeroizing<String>);

impl Sensitive {
    /// Wraps plaintext.
    #[must_use]
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The plaintext. Each call is a place where it could leak.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The plaintext, still wiped when dropped.
    #[must_use]
    pub fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

impl From<&str> for Sensitive {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(..)")
    }
}

impl Serialize for Sensitive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sensitive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_string`: its error for a wrong type quotes the value.
        deserializer.deserialize_any(SensitiveVisitor)
    }
}

/// Like serde's string visitor, but an error for a wrong type does not quote the value.
struct SensitiveVisitor;

impl serde::de::Visitor<'_> for SensitiveVisitor {
    type Value = Sensitive;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Sensitive, E> {
        Ok(Sensitive::from(text))
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Sensitive, E> {
        Ok(Sensitive(Zeroizing::new(text)))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Sensitive, E> {
        Err(E::custom("expected a string, found a number"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Sensitive, E> {
        Err(E::custom("expected a string, found a number"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Sensitive, E> {
        Err(E::custom("expected a string, found a number"))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Sensitive, E> {
        Err(E::custom("expected a string, found a boolean"))
    }
}

impl PartialSchema for Sensitive {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for Sensitive {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Sensitive")
    }
}

#[cfg(test)]
mod tests {
    use super::Sensitive;

    #[test]
    fn debug_and_type_errors_do_not_contain_the_text() {
        let parsed: Sensitive = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(format!("{parsed:?}"), "Sensitive(..)");
        let error = serde_json::from_str::<Sensitive>("271828").unwrap_err().to_string();
        assert!(!error.contains("271828"), "{error}");
    }
}
