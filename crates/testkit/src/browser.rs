//! A person with a browser: a real Chromium without a screen, asked for things by the words on the page.
//!
//! Every verb waits, within bounds, until the page is so. Whatever the browser complained about in its console, a script's
//! error or a breach of the page's policy, fails the test that has it, at its end.

mod accessibility;
mod assertions;
mod driver;

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub use self::accessibility::Violation;
use self::driver::Driver;

/// How long anything may take that a person waits for.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is narrower, in pixels, is a phone.
const NARROW: u32 = 600;
const PAUSE: Duration = Duration::from_millis(25);
/// What is asked of the page.
const PAGE: &str = include_str!("browser/page.js");
/// Has the page be as it will be when every transition has run, and ends when it was drawn so.
const SETTLE: &str = "const done = arguments[0]; const finish = () => document.getAnimations()\
                      .filter((one) => one instanceof CSSTransition).forEach((one) => one.finish()); \
                      finish(); requestAnimationFrame(() => { finish(); requestAnimationFrame(() => done()); });";
/// The key of an element in WebDriver's answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that have no character.
pub mod key {
    #![allow(missing_docs)]
    pub const TAB: char = '\u{e004}';
    pub const ENTER: char = '\u{e007}';
    pub const SHIFT: char = '\u{e008}';
    pub const CONTROL: char = '\u{e009}';
    pub const ESCAPE: char = '\u{e00c}';
    pub const SPACE: char = ' ';
    pub const UP: char = '\u{e013}';
    pub const DOWN: char = '\u{e015}';
}

/// A browser. One test has one at a time; there are two in all.
pub struct Browser {
    driver: Driver,
    base: String,
    forgiven: Vec<String>,
}

impl Browser {
    /// A browser that looks at this server.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self::start(url, true)
    }

    /// A browser whose person has switched scripts off.
    #[must_use]
    pub fn without_script(url: &str) -> Self {
        Self::start(url, false)
    }

    fn start(url: &str, with_script: bool) -> Self {
        let browser = Self { driver: Driver::start(with_script), base: url.to_owned(), forgiven: Vec::new() };
        browser.size(1440, 900);
        browser
    }

    /// Sets how large the page is shown, in pixels. What is as narrow as a phone is one: scroll bars take no room.
    pub fn size(&self, width: u32, height: u32) {
        let is_phone = width < NARROW;
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        self.driver.devtools("Emulation.setDeviceMetricsOverride", &size).expect("a size");
        self.settle(&format!("(width: {width}px) and (height: {height}px)"));
    }

    /// Waits until the page has these properties and was drawn so, and nothing is on its way from how it was before.
    fn settle(&self, media: &str) {
        self.wait(&format!("{media} is drawn"), || match self.ask("matches", &[json!(media)])? {
            Value::Bool(true) => self.driver.post("/execute/async", &json!({"script": SETTLE, "args": []})),
            _ => Err("it is not so".to_owned()),
        });
    }

    /// Sets whether the machine around the browser is dark. Nothing moves either way: pictures are of what is, not of
    /// what is on its way.
    pub fn dark(&self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.driver.devtools("Emulation.setEmulatedMedia", &media).expect("a scheme");
        self.settle(&format!("(prefers-color-scheme: {scheme})"));
    }

    /// Types a path into the address bar.
    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.driver.post("/url", &json!({"url": url})).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.driver.post("/refresh", &json!({})).expect("the page loads");
    }

    /// Goes back to the page before.
    pub fn back(&self) {
        self.driver.post("/back", &json!({})).expect("the page loads");
    }

    /// Logs in by the form.
    pub fn sign_in(&self, email: &str, password: &str) {
        self.open("/login");
        self.fill("Email", email);
        self.fill("Password", password);
        self.click("Sign in");
        self.wait("signed in", || match self.path() {
            path if path.starts_with("/login") => Err(path),
            _ => Ok(()),
        });
    }

    /// Forgets every cookie.
    pub fn forget(&self) {
        self.driver.devtools("Network.clearBrowserCookies", &json!({})).expect("no cookies");
    }

    /// Presses what has this name: a button, a link, a switch, a check box.
    pub fn click(&self, name: &str) {
        self.wait(&format!("pressing {name:?}"), || {
            let element = self.element("pressable", name)?;
            self.driver.post(&format!("/element/{element}/click"), &json!({}))
        });
    }

    /// Presses the first that this selector finds.
    pub fn click_first(&self, selector: &str) {
        self.wait(&format!("pressing {selector}"), || {
            let found = self.driver.post("/element", &json!({"using": "css selector", "value": selector}))?;
            let id = found.get(ELEMENT).and_then(Value::as_str).unwrap_or_default();
            self.driver.post(&format!("/element/{id}/click"), &json!({}))
        });
    }

    /// Whether something of this name can be pressed now.
    #[must_use]
    pub fn can_click(&self, name: &str) -> bool {
        self.element("pressable", name).is_ok()
    }

    /// Types this into the field with this label, in the place of what is there.
    pub fn fill(&self, label: &str, text: &str) {
        self.wait(&format!("filling {label:?}"), || {
            let element = self.element("field", label)?;
            self.driver.post(&format!("/element/{element}/clear"), &json!({}))?;
            if text.is_empty() { Ok(Value::Null) } else { self.type_into(&element, text) }
        });
    }

    /// Chooses a file in the field with this label.
    pub fn choose(&self, label: &str, file: &Path) {
        self.wait(&format!("choosing for {label:?}"), || {
            self.type_into(&self.element("field", label)?, &file.display().to_string())
        });
    }

    /// Puts the cursor into the field with this label.
    pub fn enter(&self, label: &str) {
        self.wait(&format!("entering {label:?}"), || {
            let element = self.element("field", label)?;
            self.driver.post(&format!("/element/{element}/click"), &json!({}))
        });
    }

    fn type_into(&self, element: &str, text: &str) -> Result<Value, String> {
        self.driver.post(&format!("/element/{element}/value"), &json!({"text": text}))
    }

    /// Presses keys, one after the other, wherever the focus is. Shift and control hold until the end.
    pub fn keys(&self, keys: &[char]) {
        let is_held = |key: &char| [key::SHIFT, key::CONTROL].contains(key);
        let mut actions = Vec::new();
        for key in keys {
            actions.push(json!({"type": "keyDown", "value": key}));
            if !is_held(key) {
                actions.push(json!({"type": "keyUp", "value": key}));
            }
        }
        actions
            .extend(keys.iter().filter(|key| is_held(key)).map(|key| json!({"type": "keyUp", "value": key})));
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.driver.post("/actions", &actions).expect("keys are pressed");
    }

    /// Types text wherever the focus is.
    pub fn type_in(&self, text: &str) {
        self.keys(&text.chars().collect::<Vec<_>>());
    }

    /// Has this text put where the focus is at once, as from an input method.
    pub fn insert(&self, text: &str) {
        self.driver.devtools("Input.insertText", &json!({"text": text})).expect("text is inserted");
    }

    /// Pastes this text where the focus is, by way of the clipboard.
    pub fn paste(&self, text: &str) {
        self.copy(text);
        self.keys(&[key::CONTROL, 'v']);
    }

    /// Puts this text on the clipboard.
    pub fn copy(&self, text: &str) {
        let allowed = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.driver.devtools("Browser.grantPermissions", &allowed).expect("the clipboard is allowed");
        let copy = "const done = arguments[1]; navigator.clipboard.writeText(arguments[0]).then(() => done(true), \
                    (error) => done(String(error)));";
        let copied = self.driver.post("/execute/async", &json!({"script": copy, "args": [text]}));
        assert_eq!(copied, Ok(Value::Bool(true)));
    }

    /// The page's source as the browser has it now.
    #[must_use]
    pub fn source(&self) -> String {
        self.driver.get("/source").expect("a source").as_str().unwrap_or_default().to_owned()
    }

    /// What is in the address bar after the server's name.
    #[must_use]
    pub fn path(&self) -> String {
        let url = self.driver.get("/url").unwrap_or_default();
        let url = url.as_str().unwrap_or_default();
        url.strip_prefix(&self.base).unwrap_or(url).to_owned()
    }

    /// The status that the page came with.
    #[must_use]
    pub fn status(&self) -> u64 {
        self.ask("status", &[]).ok().as_ref().and_then(Value::as_u64).unwrap_or_default()
    }

    /// By how many pixels the page is wider than its window.
    #[must_use]
    pub fn overhang(&self) -> i64 {
        self.ask("wide", &[]).ok().as_ref().and_then(Value::as_i64).unwrap_or_default()
    }

    /// Writes a picture of the whole page; of the window alone where a modal dialog covers it.
    pub fn screenshot(&self, path: &Path) {
        let [width, height] = ["width", "height"].map(|side| self.ask(side, &[]).expect("a size"));
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let taken = self.driver.devtools("Page.captureScreenshot", &wanted).expect("a picture");
        let data = taken.get("data").and_then(Value::as_str).expect("its data");
        std::fs::write(path, STANDARD.decode(data).expect("base64")).expect("a file");
    }

    /// Runs a script of the test's own in the page. Its policy does not apply, and it runs where scripts are off.
    ///
    /// # Errors
    /// What it threw.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        self.driver.post("/execute/sync", &json!({"script": script, "args": arguments}))
    }

    fn ask(&self, verb: &str, arguments: &[Value]) -> Result<Value, String> {
        self.script(PAGE, &[&[json!(verb)], arguments].concat())
    }

    fn element(&self, verb: &str, name: &str) -> Result<String, String> {
        let found = self.ask(verb, &[json!(name)])?;
        let id = found.get(ELEMENT).and_then(Value::as_str);
        id.map(str::to_owned).ok_or_else(|| "there is none".to_owned())
    }

    /// Expects complaints in the console that contain this text.
    pub fn allow_console_error(&mut self, text: &str) {
        self.forgiven.push(text.to_owned());
    }

    /// What the browser complained about since it was last asked: errors of scripts, breaches of the policy, files that
    /// are missing. An error status of a page or form is not among them.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        let entries = self.driver.post("/se/log", &json!({"type": "browser"})).unwrap_or_default();
        let text = |entry: &Value, key| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let entries = entries.as_array().into_iter().flatten();
        entries
            .map(|entry| (text(entry, "source"), text(entry, "message")))
            .filter(|(source, message)| {
                // The second is htmx, which repeats it.
                let is_answer = source == "network" && message.contains("responded with a status of 4")
                    || message.contains("Response Status Error Code 4");
                (!is_answer || message.contains("of 4") && message.contains("/static/"))
                    && !self.forgiven.iter().any(|forgiven| message.contains(forgiven))
            })
            .map(|(source, message)| format!("{source}: {message}"))
            .collect()
    }

    /// Waits until something succeeds, and says what was on the page when it does not.
    pub fn wait<T>(&self, what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match attempt() {
                Ok(value) => return value,
                Err(error) if Instant::now() > deadline => panic!(
                    "{what}: {error}\nat {}, which says: {}\nconsole: {:#?}",
                    self.path(),
                    self.text(),
                    self.console()
                ),
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !thread::panicking() {
            let complaints = self.console();
            assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
        }
    }
}
