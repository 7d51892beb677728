//! Headless Chromium, driven by the text on the page.
//!
//! Every method waits until the page is as it needs, up to [`TIMEOUT`]. A test fails at its end if the console has errors:
//! of a script, or of the content security policy.

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

/// The limit of every wait.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A window narrower than this, in pixels, is a phone's.
const NARROW: u32 = 600;
/// How often a condition is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(25);
/// The queries of a page.
const PAGE: &str = include_str!("browser/page.js");
/// Finishes every CSS transition, and returns when the page has been drawn.
const SETTLE: &str = "const done = arguments[0]; const finish = () => document.getAnimations()\
                      .filter((one) => one instanceof CSSTransition).forEach((one) => one.finish()); \
                      finish(); requestAnimationFrame(() => { finish(); requestAnimationFrame(() => done()); });";
/// The key of an element in WebDriver's responses.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys, as WebDriver encodes them.
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

/// A browser. A test uses one at a time; tests wait for a free one.
pub struct Browser {
    driver: Driver,
    base: String,
    allowed_errors: Vec<String>,
}

impl Browser {
    /// A browser for this server.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self::start(url, true)
    }

    /// A browser with JavaScript disabled.
    #[must_use]
    pub fn without_script(url: &str) -> Self {
        Self::start(url, false)
    }

    fn start(url: &str, with_script: bool) -> Self {
        let browser =
            Self { driver: Driver::start(with_script), base: url.to_owned(), allowed_errors: Vec::new() };
        browser.size(1440, 900);
        browser
    }

    /// Sets the size of the window in pixels. On a phone, scroll bars take no space.
    pub fn size(&self, width: u32, height: u32) {
        let is_phone = width < NARROW;
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        self.driver.devtools("Emulation.setDeviceMetricsOverride", &size).expect("a size");
        self.settle(&format!("(width: {width}px) and (height: {height}px)"));
    }

    /// Waits until this media query matches, transitions have ended, and the page has been drawn.
    fn settle(&self, media: &str) {
        self.wait(&format!("{media} is drawn"), || match self.query("matches", &[json!(media)])? {
            Value::Bool(true) => self.driver.post("/execute/async", &json!({"script": SETTLE, "args": []})),
            _ => Err("it does not match".to_owned()),
        });
    }

    /// Sets the system's colour scheme. Motion is reduced in both, so that no screenshot is taken in a transition.
    pub fn dark(&self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.driver.devtools("Emulation.setEmulatedMedia", &media).expect("a scheme");
        self.settle(&format!("(prefers-color-scheme: {scheme})"));
    }

    /// Navigates to a path of the server.
    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.driver.post("/url", &json!({"url": url})).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Reloads the page.
    pub fn reload(&self) {
        self.driver.post("/refresh", &json!({})).expect("the page loads");
    }

    /// Goes back in the history.
    pub fn back(&self) {
        self.driver.post("/back", &json!({})).expect("the page loads");
    }

    /// Logs in by the form.
    pub fn log_in(&self, email: &str, password: &str) {
        self.open("/login");
        self.fill("Email", email);
        self.fill("Password", password);
        self.click("Sign in");
        self.wait("logging in", || match self.path() {
            path if path.starts_with("/login") => Err(path),
            _ => Ok(()),
        });
    }

    /// Deletes all cookies.
    pub fn clear_cookies(&self) {
        self.driver.devtools("Network.clearBrowserCookies", &json!({})).expect("no cookies");
    }

    /// Clicks the button, link, switch or check box of this name.
    pub fn click(&self, name: &str) {
        self.wait(&format!("clicking {name:?}"), || {
            let element = self.element("pressable", name)?;
            self.driver.post(&format!("/element/{element}/click"), &json!({}))
        });
    }

    /// Clicks the first element of this selector.
    pub fn click_first(&self, selector: &str) {
        self.wait(&format!("clicking {selector}"), || {
            let found = self.driver.post("/element", &json!({"using": "css selector", "value": selector}))?;
            let id = found.get(ELEMENT).and_then(Value::as_str).unwrap_or_default();
            self.driver.post(&format!("/element/{id}/click"), &json!({}))
        });
    }

    /// Whether there is something of this name to click.
    #[must_use]
    pub fn can_click(&self, name: &str) -> bool {
        self.element("pressable", name).is_ok()
    }

    /// Replaces the text of the field with this label.
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

    /// Clicks into the field with this label.
    pub fn enter(&self, label: &str) {
        self.wait(&format!("clicking into {label:?}"), || {
            let element = self.element("field", label)?;
            self.driver.post(&format!("/element/{element}/click"), &json!({}))
        });
    }

    fn type_into(&self, element: &str, text: &str) -> Result<Value, String> {
        self.driver.post(&format!("/element/{element}/value"), &json!({"text": text}))
    }

    /// Presses keys one after the other. Shift and Control are held down until the last.
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

    /// Types text into the element with the focus.
    pub fn type_in(&self, text: &str) {
        self.keys(&text.chars().collect::<Vec<_>>());
    }

    /// Inserts text at once, as an input method does.
    pub fn insert(&self, text: &str) {
        self.driver.devtools("Input.insertText", &json!({"text": text})).expect("text is inserted");
    }

    /// Pastes text from the clipboard.
    pub fn paste(&self, text: &str) {
        self.copy(text);
        self.keys(&[key::CONTROL, 'v']);
    }

    /// Copies text to the clipboard.
    pub fn copy(&self, text: &str) {
        let allowed = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.driver.devtools("Browser.grantPermissions", &allowed).expect("the clipboard is allowed");
        let copy = "const done = arguments[1]; navigator.clipboard.writeText(arguments[0]).then(() => done(true), \
                    (error) => done(String(error)));";
        let copied = self.driver.post("/execute/async", &json!({"script": copy, "args": [text]}));
        assert_eq!(copied, Ok(Value::Bool(true)));
    }

    /// The current HTML of the page.
    #[must_use]
    pub fn source(&self) -> String {
        self.driver.get("/source").expect("a source").as_str().unwrap_or_default().to_owned()
    }

    /// The path and the query of the page's URL.
    #[must_use]
    pub fn path(&self) -> String {
        let url = self.driver.get("/url").unwrap_or_default();
        let url = url.as_str().unwrap_or_default();
        url.strip_prefix(&self.base).unwrap_or(url).to_owned()
    }

    /// The HTTP status of the page.
    #[must_use]
    pub fn status(&self) -> u64 {
        self.query("status", &[]).ok().as_ref().and_then(Value::as_u64).unwrap_or_default()
    }

    /// How many pixels the page is wider than its window.
    #[must_use]
    pub fn overhang(&self) -> i64 {
        self.query("wide", &[]).ok().as_ref().and_then(Value::as_i64).unwrap_or_default()
    }

    /// Writes a screenshot of the whole page, or of the window if a modal dialog is open.
    pub fn screenshot(&self, path: &Path) {
        let [width, height] = ["width", "height"].map(|side| self.query(side, &[]).expect("a size"));
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let options = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let picture = self.driver.devtools("Page.captureScreenshot", &options).expect("a picture");
        let data = picture.get("data").and_then(Value::as_str).expect("its data");
        std::fs::write(path, STANDARD.decode(data).expect("base64")).expect("a file");
    }

    /// Runs a script in the page. The page's policy does not apply, and it runs with JavaScript disabled too.
    ///
    /// # Errors
    /// What it threw.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        self.driver.post("/execute/sync", &json!({"script": script, "args": arguments}))
    }

    fn query(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        self.script(PAGE, &[&[json!(name)], arguments].concat())
    }

    fn element(&self, query: &str, name: &str) -> Result<String, String> {
        let found = self.query(query, &[json!(name)])?;
        let id = found.get(ELEMENT).and_then(Value::as_str);
        id.map(str::to_owned).ok_or_else(|| "there is none".to_owned())
    }

    /// Ignores console errors that contain this text.
    pub fn allow_console_error(&mut self, text: &str) {
        self.allowed_errors.push(text.to_owned());
    }

    /// The console's errors since the last call: of scripts, of the policy, and missing files. Error statuses of pages and
    /// forms are left out.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        let entries = self.driver.post("/se/log", &json!({"type": "browser"})).unwrap_or_default();
        let text = |entry: &Value, key| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let entries = entries.as_array().into_iter().flatten();
        entries
            .map(|entry| (text(entry, "source"), text(entry, "message")))
            .filter(|(source, message)| {
                // The second is from htmx, which logs the status again.
                let is_error_status = source == "network" && message.contains("responded with a status of 4")
                    || message.contains("Response Status Error Code 4");
                (!is_error_status || message.contains("of 4") && message.contains("/static/"))
                    && !self.allowed_errors.iter().any(|allowed_errors| message.contains(allowed_errors))
            })
            .map(|(source, message)| format!("{source}: {message}"))
            .collect()
    }

    /// Retries until the attempt succeeds. Panics with the text of the page after [`TIMEOUT`].
    pub fn wait<T>(&self, what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            match attempt() {
                Ok(value) => return value,
                Err(error) if Instant::now() > deadline => panic!(
                    "{what}: {error}\nat {}, with the text: {}\nconsole: {:#?}",
                    self.path(),
                    self.text(),
                    self.console()
                ),
                Err(_) => thread::sleep(POLL_INTERVAL),
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !thread::panicking() {
            let errors = self.console();
            assert!(errors.is_empty(), "errors in the console: {errors:#?}");
        }
    }
}
