//! Parses `template.toml` into a [`Definition`], or reports all errors in it.

use std::{collections::HashSet, time::Duration};

use toml::de::DeTable;

use super::{
    AgentSettings, App, AppTarget, AppUrl, Definition, HealthCheck, ProvisionerKind, Script, TemplateError,
    provisioner,
    toml_reader::{ErrorCollector, Table},
};
use crate::{secret::is_posix_name, user::is_slug};

/// The longest file, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Entries in each list.
const MAX_ENTRIES: usize = 100;
/// The longest slug of an app, in bytes: it is part of a DNS label, which has at most 63.
const MAX_SLUG: usize = 32;
/// Default time between two probes of an app.
const HEALTH_INTERVAL: Duration = Duration::from_secs(10);
/// Default count of failed probes that make an app unhealthy.
const HEALTH_THRESHOLD: u32 = 3;
/// Default time for an agent to connect.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(120);

impl Definition {
    /// Parses the text of `template.toml`.
    ///
    /// # Errors
    /// All errors, by line.
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateError>> {
        let errors = ErrorCollector::new(text);
        if text.len() > MAX_BYTES {
            errors.add(&(0..0), "", format!("the file must be at most {MAX_BYTES} bytes"));
            return Err(errors.into_inner());
        }
        let document = match DeTable::parse(text) {
            Ok(document) => document,
            Err(error) => {
                errors.add(&error.span().unwrap_or(0..0), "", error.message());
                return Err(errors.into_inner());
            }
        };
        let definition = definition(&Table::root(document.get_ref(), &errors));
        let errors = errors.into_inner();
        match definition {
            Some(definition) if errors.is_empty() => Ok(definition),
            _ => Err(errors),
        }
    }
}

fn definition(root: &Table<'_, '_>) -> Option<Definition> {
    let mut known = vec!["agent", "env", "script", "app"];
    known.extend(ProvisionerKind::ALL.map(ProvisionerKind::as_str));
    known.push("container");
    root.only(&known);
    let agent = root.get("agent").and_then(|field| field.table());
    let agent = match &agent {
        Some(table) => agent_settings(table),
        None => AgentSettings {
            name: "main".to_owned(),
            dir: None,
            env: Vec::new(),
            connection_timeout: CONNECTION_TIMEOUT,
        },
    };
    let env = root.tables("env", MAX_ENTRIES).iter().filter_map(env_entry).collect();
    let scripts = root.tables("script", MAX_ENTRIES).iter().filter_map(script).collect();
    let apps = apps(root);
    let provisioner = provisioner::read(root)?;
    Some(Definition { agent, env, scripts, apps, provisioner })
}

fn agent_settings(table: &Table<'_, '_>) -> AgentSettings {
    table.only(&["name", "dir", "env", "connection_timeout"]);
    let mut name = "main".to_owned();
    if let Some(field) = table.get("name") {
        match field.text() {
            Some(text) if is_slug(&text) && text.len() <= 32 => name = text,
            Some(_) => {
                field.error("must be at most 32 letters and digits, with single hyphens between them");
            }
            None => {}
        }
    }
    let mut env = Vec::new();
    if let Some(fields) = table.get("env").and_then(|field| field.table()) {
        for (variable, field) in fields.all() {
            if let Some(error) = variable_error(&variable) {
                field.error(error);
            }
            env.extend(field.text().map(|value| (variable, value)));
        }
    }
    AgentSettings {
        name,
        dir: table.get("dir").and_then(|field| field.text()).filter(|dir| !dir.is_empty()),
        env,
        connection_timeout: table
            .get("connection_timeout")
            .and_then(|field| field.duration())
            .unwrap_or(CONNECTION_TIMEOUT),
    }
}

fn variable_error(name: &str) -> Option<&'static str> {
    if !is_posix_name(name) {
        Some(
            "a variable's name must start with a letter or underscore, followed by letters, digits, or underscores",
        )
    } else if name.eq_ignore_ascii_case("CODER") || name.to_ascii_uppercase().starts_with("CODER_") {
        Some("variables starting with CODER_ are set by the agent")
    } else {
        None
    }
}

fn env_entry(table: &Table<'_, '_>) -> Option<(String, String)> {
    table.only(&["name", "value"]);
    let (name, value) = (table.required("name"), table.required("value"));
    let name = name?;
    if let Some(error) = variable_error(&name) {
        table.error(error);
    }
    Some((name, value?))
}

fn script(table: &Table<'_, '_>) -> Option<Script> {
    table.only(&["display_name", "script", "run_on_start", "run_on_stop", "start_blocks_login", "timeout"]);
    let run_on_stop = table.bool_or("run_on_stop", false);
    let run_on_start = table.bool_or("run_on_start", !run_on_stop);
    if !run_on_start && !run_on_stop {
        table.error("set run_on_start or run_on_stop to true; this script never runs");
    }
    let start_blocks_login = table.bool_or("start_blocks_login", false);
    if start_blocks_login && !run_on_start {
        table.error("start_blocks_login needs run_on_start");
    }
    let timeout = table.get("timeout").and_then(|field| field.duration()).filter(|timeout| !timeout.is_zero());
    let display_name = table.text_or_default("display_name");
    let script = table.required("script")?;
    let display_name = if display_name.is_empty() { "Script".to_owned() } else { display_name };
    Some(Script { display_name, script, run_on_start, run_on_stop, start_blocks_login, timeout })
}

fn apps(root: &Table<'_, '_>) -> Vec<App> {
    let mut slugs = HashSet::new();
    let mut apps = Vec::new();
    for table in root.tables("app", MAX_ENTRIES) {
        let Some(app) = app(&table) else { continue };
        if !slugs.insert(app.slug.clone()) {
            table.error(format!("slug {:?} is used twice", app.slug));
        }
        apps.push(app);
    }
    apps
}

fn app(table: &Table<'_, '_>) -> Option<App> {
    table.only(&["slug", "display_name", "icon", "command", "url", "healthcheck"]);
    let slug = table.required("slug");
    let command = table.get("command").and_then(|field| field.text());
    let url = table.get("url").and_then(|field| field.text());
    let target = match (command, url) {
        (Some(command), None) => Some(AppTarget::Command(command)),
        (None, Some(url)) => AppUrl::parse(&url).map_err(|error| table.error(error)).ok().map(AppTarget::Url),
        (Some(_), Some(_)) => {
            table.error("set either command or url, not both");
            None
        }
        (None, None) => {
            table.error("set command or url");
            None
        }
    };
    let health_check = table.get("healthcheck").and_then(|field| field.table());
    if health_check.is_some() && matches!(target, Some(AppTarget::Command(_))) {
        table.error("healthcheck is for apps with a url");
    }
    let health_check = health_check.and_then(|table| self::health_check(&table));
    let (slug, target) = (slug?, target?);
    if !is_slug(&slug) || slug.len() > MAX_SLUG || slug.bytes().any(|byte| byte.is_ascii_uppercase()) {
        table.error(format!(
            "slug must consist of at most {MAX_SLUG} lower-case letters and digits, with single hyphens between them"
        ));
    }
    let display_name = table.text_or_default("display_name");
    let display_name = if display_name.is_empty() { slug.clone() } else { display_name };
    Some(App { slug, display_name, icon: table.text_or_default("icon"), target, health_check })
}

fn health_check(table: &Table<'_, '_>) -> Option<HealthCheck> {
    table.only(&["url", "interval", "threshold"]);
    let url = AppUrl::parse(&table.required("url")?).map_err(|error| table.error(error)).ok();
    let interval = match table.get("interval") {
        Some(field) => field.duration()?,
        None => HEALTH_INTERVAL,
    };
    if interval < Duration::from_secs(1) || interval > Duration::from_secs(3600) {
        table.error("interval must be from 1 second to 1 hour");
    }
    let threshold = match table.get("threshold") {
        Some(field) => field.number_from_1_to_100()?,
        None => HEALTH_THRESHOLD,
    };
    Some(HealthCheck { url: url?, interval, threshold })
}
