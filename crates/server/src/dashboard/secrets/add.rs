//! Adding a secret.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::secret::{MAX_VALUE_BYTES, RawSecret};
use coder_wire::Sensitive;

use super::{
    LIST,
    change::{LineEndings, typed},
    own,
};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, sheet},
        complaints::Complaints,
        form::Form,
        frame::{Frame, Section},
        shown::filters,
        visit::Member,
    },
};

#[derive(Template)]
#[template(path = "secrets/add.html", blocks = ["sheet"])]
struct AddPage {
    frame: Frame,
    name: String,
    description: String,
    env_name: String,
    file_path: String,
    complaints: Complaints,
    import_complaints: Complaints,
}

impl AddPage {
    fn new(member: &Member) -> Self {
        Self {
            frame: member.frame(Section::Secrets),
            name: String::new(),
            description: String::new(),
            env_name: String::new(),
            file_path: String::new(),
            complaints: Complaints::default(),
            import_complaints: Complaints::default(),
        }
    }

    fn answer(&self, member: &Member) -> Answer {
        let fine = self.complaints.is_empty() && self.import_complaints.is_empty();
        let status = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        sheet(&member.visit, status, self, &self.as_sheet())
    }
}

/// The form, empty.
pub async fn add_secret_page(member: Member) -> Answer {
    AddPage::new(&member).answer(&member)
}

/// The form, with what is wrong with a file that was to be imported.
pub fn after_import(member: &Member, import_complaints: Complaints) -> Answer {
    AddPage { import_complaints, ..AddPage::new(member) }.answer(member)
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct AddForm {
    name: String,
    value: Sensitive,
    #[serde(default)]
    line_endings: LineEndings,
    #[serde(default)]
    description: String,
    #[serde(default)]
    env_name: String,
    #[serde(default)]
    file_path: String,
}

/// Keeps a new secret.
pub async fn add_secret(State(state): State<AppState>, member: Member, Form(form): Form<AddForm>) -> Answer {
    let raw = RawSecret {
        name: form.name.clone(),
        value: typed(&form.value, form.line_endings),
        description: form.description.clone(),
        env_name: form.env_name.clone(),
        file_path: form.file_path.clone(),
        enabled: None,
    };
    match state.control.create_secret(own(&member)?, raw).await {
        Ok(secret) => {
            done(&state, &member.visit, LIST, &format!("Created secret \"{}\" successfully.", secret.name))
        }
        Err(error) => AddPage {
            name: form.name,
            description: form.description,
            env_name: form.env_name,
            file_path: form.file_path,
            complaints: Complaints::of(error)?,
            ..AddPage::new(&member)
        }
        .answer(&member),
    }
}
