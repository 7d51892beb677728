//! One flat JSON object of strings.

use std::fmt;

use serde::{
    Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use zeroize::Zeroizing;

use super::{Entry, ParseError, add, shown};

const NOT_AN_OBJECT: &str = "JSON content must be an object mapping secret names to string values";

pub(super) fn parse(text: &str) -> Result<Vec<Entry>, ParseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    if !text.trim_start().starts_with('{') {
        // The message depends on whether the text is valid JSON of another type, or not JSON.
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => ParseError(NOT_AN_OBJECT.to_owned()),
            Err(error) => invalid(&error),
        });
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut entry_error = None;
    let parsed = deserializer.deserialize_map(Object { entry_error: &mut entry_error });
    match (parsed, entry_error) {
        (_, Some(error)) => Err(error),
        (Err(error), None) => Err(invalid(&error)),
        (Ok(entries), None) => match deserializer.end() {
            Ok(()) => Ok(entries),
            Err(_) => Err(ParseError("unexpected trailing data after JSON object".to_owned())),
        },
    }
}

fn invalid(error: &serde_json::Error) -> ParseError {
    ParseError(format!("invalid JSON: {error}"))
}

struct Object<'e> {
    /// An error in an entry, whose message serde's own error would wrap.
    entry_error: &'e mut Option<ParseError>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Vec<Entry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Entry>, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let added = match map.next_value::<Text>()? {
                Text::String(value) => add(&mut entries, Entry { key, value, line: None }),
                Text::Nested => Err(ParseError(format!(
                    "value for key \"{}\" must be a string, not a nested object or array",
                    shown(&key)
                ))),
                Text::Other => Err(ParseError(format!("value for key \"{}\" must be a string", shown(&key)))),
            };
            if let Err(error) = added {
                *self.entry_error = Some(error);
                return Err(A::Error::custom("invalid entry"));
            }
        }
        Ok(entries)
    }
}

/// A value by its type. Only strings are valid.
enum Text {
    String(Zeroizing<String>),
    Nested,
    Other,
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text::String(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text::String(Zeroizing::new(text)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
        Ok(Text::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text, E> {
        Ok(Text::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Text, E> {
        Ok(Text::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text, E> {
        Ok(Text::Other)
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text::Nested)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text::Nested)
    }
}
