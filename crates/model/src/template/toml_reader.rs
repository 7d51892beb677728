//! Reads fields of TOML tables. An error is collected with its line and key, and reading continues.

use std::{cell::RefCell, ops::Range, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::TemplateError;
use crate::duration;

/// Collects the errors of one file.
pub(super) struct ErrorCollector<'t> {
    text: &'t str,
    found: RefCell<Vec<TemplateError>>,
}

impl<'t> ErrorCollector<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: RefCell::default() }
    }

    pub(super) fn add(&self, at: &Range<usize>, key: &str, message: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        let error = TemplateError { line, key: key.to_owned(), message: message.into() };
        self.found.borrow_mut().push(error);
    }

    pub(super) fn into_inner(self) -> Vec<TemplateError> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|error| error.line);
        found
    }
}

/// A table, with the path of keys to it.
pub(super) struct Table<'f, 'i> {
    pub(super) path: String,
    pub(super) at: Range<usize>,
    fields: &'f DeTable<'i>,
    errors: &'f ErrorCollector<'f>,
}

/// A value, with the path of keys to it.
pub(super) struct Field<'f, 'i> {
    pub(super) path: String,
    pub(super) at: Range<usize>,
    value: &'f DeValue<'i>,
    errors: &'f ErrorCollector<'f>,
}

impl<'f, 'i> Table<'f, 'i> {
    pub(super) fn root(fields: &'f DeTable<'i>, errors: &'f ErrorCollector<'f>) -> Self {
        Self { path: String::new(), at: 0..0, fields, errors }
    }

    /// Reports every key that is not in `known`, with a suggestion.
    pub(super) fn only(&self, known: &[&str]) {
        for key in self.fields.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let nearest = known
                .iter()
                .map(|candidate| (strsim::levenshtein(name, candidate), candidate))
                .filter(|(distance, _)| *distance <= 2)
                .min();
            let hint = match nearest {
                Some((_, candidate)) => format!("did you mean {candidate:?}?"),
                None if known.is_empty() => "this table takes no keys".to_owned(),
                None => format!("known keys here: {}", known.join(", ")),
            };
            self.errors.add(&key.span(), &self.join(name), format!("unknown key; {hint}"));
        }
    }

    fn join(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn get(&self, name: &str) -> Option<Field<'f, 'i>> {
        let (key, value) = self.fields.iter().find(|(key, _)| &**key.get_ref() == name)?;
        Some(self.field(key.get_ref(), value))
    }

    fn field(&self, name: &str, value: &'f Spanned<DeValue<'i>>) -> Field<'f, 'i> {
        Field { path: self.join(name), at: value.span(), value: value.get_ref(), errors: self.errors }
    }

    /// Every field, in file order.
    pub(super) fn all(&self) -> Vec<(String, Field<'f, 'i>)> {
        let mut fields: Vec<_> = self
            .fields
            .iter()
            .map(|(key, value)| (key.span().start, key.get_ref().to_string(), value))
            .collect();
        fields.sort_by_key(|(start, ..)| *start);
        fields.into_iter().map(|(_, name, value)| (name.clone(), self.field(&name, value))).collect()
    }

    pub(super) fn error(&self, message: impl Into<String>) {
        self.errors.add(&self.at, &self.path, message);
    }

    /// A string; a missing key is an error.
    pub(super) fn required(&self, name: &str) -> Option<String> {
        let Some(field) = self.get(name) else {
            self.errors.add(&self.at, &self.join(name), "is missing");
            return None;
        };
        field.text()
    }

    pub(super) fn text_or_default(&self, name: &str) -> String {
        self.get(name).and_then(|field| field.text()).unwrap_or_default()
    }

    pub(super) fn bool_or(&self, name: &str, default: bool) -> bool {
        self.get(name).and_then(|field| field.bool()).unwrap_or(default)
    }

    /// The tables of an array of tables, at most `limit`.
    pub(super) fn tables(&self, name: &str, limit: usize) -> Vec<Table<'f, 'i>> {
        let Some(field) = self.get(name) else { return Vec::new() };
        let Some(array) = field.value.as_array() else {
            field.error(format!("must be written as [[{name}]]"));
            return Vec::new();
        };
        if array.len() > limit {
            field.error(format!("there may be at most {limit}"));
        }
        array
            .iter()
            .take(limit)
            .enumerate()
            .filter_map(|(index, item)| {
                let path = format!("{}[{index}]", field.path);
                let item = Field { path, at: item.span(), value: item.get_ref(), errors: self.errors };
                item.table()
            })
            .collect()
    }
}

impl<'f, 'i> Field<'f, 'i> {
    pub(super) fn error(&self, message: impl Into<String>) {
        self.errors.add(&self.at, &self.path, message);
    }

    pub(super) fn table(&self) -> Option<Table<'f, 'i>> {
        let Some(fields) = self.value.as_table() else {
            self.error("must be a table");
            return None;
        };
        Some(Table { path: self.path.clone(), at: self.at.clone(), fields, errors: self.errors })
    }

    pub(super) fn text(&self) -> Option<String> {
        let Some(text) = self.value.as_str() else {
            self.error(format!("must be a string, not {}", self.value.type_str()));
            return None;
        };
        if text.contains('\0') {
            self.error("must not contain null bytes");
            return None;
        }
        Some(text.to_owned())
    }

    pub(super) fn bool(&self) -> Option<bool> {
        let value = self.value.as_bool();
        if value.is_none() {
            self.error(format!("must be true or false, not {}", self.value.type_str()));
        }
        value
    }

    pub(super) fn number_from_1_to_100(&self) -> Option<u32> {
        let number = self.value.as_integer().and_then(|number| number.as_str().parse().ok());
        let number = number.filter(|number| (1..=100).contains(number));
        if number.is_none() {
            self.error("must be a whole number from 1 to 100");
        }
        number
    }

    /// `"30s"` or a whole number of seconds.
    pub(super) fn duration(&self) -> Option<Duration> {
        let parsed = match (self.value.as_integer(), self.value.as_str()) {
            (Some(number), _) => number
                .as_str()
                .parse()
                .map(Duration::from_secs)
                .map_err(|_| "must be a whole number of seconds".to_owned()),
            (None, Some(text)) => duration::parse(text),
            (None, None) => Err("must be a span of time such as \"30s\", or seconds".to_owned()),
        };
        parsed.map_err(|message| self.error(message)).ok()
    }
}
