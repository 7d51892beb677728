//! What a person sees on a page, sooner or later.

use serde_json::{Value, json};

use super::{Browser, ELEMENT};

impl Browser {
    /// Sees this text on the page.
    pub fn expect_text(&self, text: &str) {
        self.wait(&format!("seeing {text:?}"), || {
            if self.text().contains(text) { Ok(()) } else { Err("it is not there".to_owned()) }
        });
    }

    /// Sees that this text is not on the page, or not any more.
    pub fn expect_no_text(&self, text: &str) {
        self.wait(&format!("not seeing {text:?}"), || {
            if self.text().contains(text) { Err("it is there".to_owned()) } else { Ok(()) }
        });
    }

    /// Sees that something on the page is as this selector says, or that nothing is.
    pub fn expect_element(&self, selector: &str, is_there: bool) {
        self.wait(&format!("{selector} there: {is_there}"), || match self.ask("has", &[json!(selector)])? {
            Value::Bool(found) if found == is_there => Ok(()),
            found => Err(found.to_string()),
        });
    }

    /// Sees that the address bar has come to this path.
    pub fn expect_path(&self, path: &str) {
        self.wait(&format!("being at {path:?}"), || {
            let at = self.path();
            if at == path { Ok(()) } else { Err(format!("at {at:?}")) }
        });
    }

    /// Expects this text below a field: its error or its hint.
    pub fn expect_field_error(&self, label: &str, text: &str) {
        self.wait(&format!("{label:?} says {text:?}"), || {
            let said = self.of_field(label, "says")?;
            if said.contains(text) { Ok(()) } else { Err(format!("it says {said:?}")) }
        });
    }

    /// Sees that the focus is on what has this name; nowhere when it is empty.
    pub fn expect_focus(&self, name: &str) {
        self.wait(&format!("the focus is on {name:?}"), || {
            let focused = self.focused();
            if focused == name { Ok(()) } else { Err(format!("it is on {focused:?}")) }
        });
    }

    /// Sees whether a switch or a check box is on.
    pub fn expect_switch(&self, name: &str, is_on: bool) {
        self.wait(&format!("{name:?} on: {is_on}"), || {
            let element = self.element("pressable", name)?;
            let state = self.ask("isOn", &[json!({ELEMENT: element})])?;
            if state == is_on { Ok(()) } else { Err(state.to_string()) }
        });
    }

    /// The name of what has the focus; empty when nothing has.
    #[must_use]
    pub fn focused(&self) -> String {
        self.ask("focused", &[]).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// What a field, by its label, holds.
    #[must_use]
    pub fn value(&self, label: &str) -> String {
        self.wait(&format!("{label:?} has a value"), || self.of_field(label, "value"))
    }

    fn of_field(&self, label: &str, what: &str) -> Result<String, String> {
        let element = self.element("field", label)?;
        let said = self.ask(what, &[json!({ELEMENT: element})])?;
        Ok(said.as_str().unwrap_or_default().to_owned())
    }

    /// The words on the page.
    #[must_use]
    pub fn text(&self) -> String {
        self.ask("text", &[]).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
