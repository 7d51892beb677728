//! Assertions about a page, which wait until they hold.

use serde_json::{Value, json};

use super::{Browser, ELEMENT};

impl Browser {
    /// Expects this text on the page.
    pub fn expect_text(&self, text: &str) {
        self.wait(&format!("seeing {text:?}"), || {
            if self.text().contains(text) { Ok(()) } else { Err("it is absent".to_owned()) }
        });
    }

    /// Expects that this text is not, or no longer, on the page.
    pub fn expect_no_text(&self, text: &str) {
        self.wait(&format!("not seeing {text:?}"), || {
            if self.text().contains(text) { Err("it is present".to_owned()) } else { Ok(()) }
        });
    }

    /// Expects that an element matches this selector, or that none does.
    pub fn expect_element(&self, selector: &str, is_present: bool) {
        self.wait(&format!("{selector} present: {is_present}"), || {
            match self.query("has", &[json!(selector)])? {
                Value::Bool(found) if found == is_present => Ok(()),
                found => Err(found.to_string()),
            }
        });
    }

    /// Expects that the page's path is this one.
    pub fn expect_path(&self, path: &str) {
        self.wait(&format!("being at {path:?}"), || {
            let at = self.path();
            if at == path { Ok(()) } else { Err(format!("at {at:?}")) }
        });
    }

    /// Expects this text in a field's error or hint.
    pub fn expect_field_error(&self, label: &str, text: &str) {
        self.wait(&format!("{label:?} describes {text:?}"), || {
            let found = self.of_field(label, "description")?;
            if found.contains(text) { Ok(()) } else { Err(format!("its description is {found:?}")) }
        });
    }

    /// Expects that the element of this name has the focus; none, if the name is empty.
    pub fn expect_focus(&self, name: &str) {
        self.wait(&format!("the focus is on {name:?}"), || {
            let focused = self.focused();
            if focused == name { Ok(()) } else { Err(format!("it is on {focused:?}")) }
        });
    }

    /// Expects that a switch or a check box is on, or off.
    pub fn expect_switch(&self, name: &str, is_on: bool) {
        self.wait(&format!("{name:?} on: {is_on}"), || {
            let element = self.element("pressable", name)?;
            let state = self.query("isOn", &[json!({ELEMENT: element})])?;
            if state == is_on { Ok(()) } else { Err(state.to_string()) }
        });
    }

    /// The name of the element with the focus; empty without one.
    #[must_use]
    pub fn focused(&self) -> String {
        self.query("focused", &[]).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The value of the field with this label.
    #[must_use]
    pub fn value(&self, label: &str) -> String {
        self.wait(&format!("{label:?} has a value"), || self.of_field(label, "value"))
    }

    fn of_field(&self, label: &str, query: &str) -> Result<String, String> {
        let element = self.element("field", label)?;
        let found = self.query(query, &[json!({ELEMENT: element})])?;
        Ok(found.as_str().unwrap_or_default().to_owned())
    }

    /// The text of the page.
    #[must_use]
    pub fn text(&self) -> String {
        self.query("text", &[]).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
