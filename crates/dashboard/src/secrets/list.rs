//! The list of secrets, and how much of the limits they use.

use askama::Template;
use axum::extract::State;
use coder_model::secret::{MAX_ENV_BYTES, MAX_SECRETS, MAX_TOTAL_BYTES, Secret, SecretSettings, Usage};

use super::own;
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    format::{DisplayTime, segment, thousands},
    layout::{Layout, Section},
    response::{PageResult, page},
};

#[derive(Template)]
#[template(path = "secrets/list.html")]
struct SecretsPage {
    layout: Layout,
    secrets: Vec<Row>,
    meters: [Meter; 3],
}

struct Row {
    id: String,
    name: String,
    segment: String,
    description: String,
    env_name: String,
    file_path: String,
    kind: &'static str,
    kind_class: &'static str,
    has_target: bool,
    is_on: bool,
    updated: DisplayTime,
}

impl From<&Secret> for Row {
    fn from(secret: &Secret) -> Self {
        let SecretSettings { description, env_name, file_path, enabled } = &secret.settings;
        let has_target = env_name.is_some() || file_path.is_some();
        let (kind, kind_class) = match (env_name, file_path) {
            (Some(_), None) => ("env var", "is-success"),
            (None, Some(_)) => ("file", "is-success"),
            (Some(_), Some(_)) => ("env var + file", "is-success"),
            (None, None) => ("not injected", ""),
        };
        Self {
            id: secret.id.to_string(),
            name: secret.name.to_string(),
            segment: segment(secret.name.as_str()),
            description: description.clone(),
            env_name: env_name.as_ref().map(ToString::to_string).unwrap_or_default(),
            file_path: file_path.as_ref().map(ToString::to_string).unwrap_or_default(),
            kind,
            kind_class: if *enabled { kind_class } else { "" },
            has_target,
            is_on: secret.settings.is_delivered(),
            updated: secret.updated_at.into(),
        }
    }
}

/// How much of a limit is used.
struct Meter {
    label: &'static str,
    used: u64,
    max: u64,
    /// From here on the meter is yellow.
    low: u64,
    /// From here on the meter is red.
    high: u64,
    text: String,
}

impl Meter {
    fn new(label: &'static str, used: u64, max: u64, unit: &str) -> Self {
        let text = format!("{} of {}{unit}", thousands(&used.to_string()), thousands(&max.to_string()));
        Self { label, used, max, low: max * 7 / 10, high: max * 9 / 10, text }
    }
}

/// The current user's secrets.
pub async fn secrets_page(State(state): State<DashboardState>, current_user: CurrentUser) -> PageResult {
    let secrets = state.control.list_secrets(own(&current_user)?).await?;
    let usage = Usage::of(&secrets);
    page(&SecretsPage {
        layout: current_user.layout(Section::Secrets),
        secrets: secrets.iter().map(Row::from).collect(),
        meters: [
            Meter::new("Secrets", usage.count, MAX_SECRETS, ""),
            Meter::new("Stored values", usage.total_bytes, MAX_TOTAL_BYTES, " bytes"),
            Meter::new("In the environment", usage.env_bytes, MAX_ENV_BYTES, " bytes"),
        ],
    })
}
