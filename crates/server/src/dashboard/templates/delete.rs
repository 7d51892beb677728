//! Deleting a template.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_control::{Error, rows::TemplateDetails};

use super::{LIST, may_change, title};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, Refusal, done, sheet},
        complaints::Complaints,
        form::{Form, Nothing},
        frame::{Frame, Section},
        shown::filters,
        visit::Member,
    },
    extract::Path,
};

#[derive(Template)]
#[template(path = "templates/delete.html", blocks = ["sheet"])]
struct DeletePage {
    frame: Frame,
    name: String,
    title: String,
    complaints: Complaints,
}

impl DeletePage {
    fn new(member: &Member, found: &TemplateDetails, complaints: Complaints) -> Self {
        Self {
            frame: member.frame(Section::Templates),
            name: found.template.name.to_string(),
            title: title(found),
            complaints,
        }
    }
}

async fn find(state: &AppState, member: &Member, name: &str) -> Result<TemplateDetails, Refusal> {
    if !may_change(&member.caller) {
        return Err(Error::Forbidden.into());
    }
    Ok(state.control.find_template_by_name(name).await?)
}

/// Asks whether it is meant.
pub async fn delete_template_page(
    State(state): State<AppState>,
    member: Member,
    Path(name): Path<String>,
) -> Answer {
    let found = find(&state, &member, &name).await?;
    let shown = DeletePage::new(&member, &found, Complaints::default());
    sheet(&member.visit, StatusCode::OK, &shown, &shown.as_sheet())
}

/// Deletes it, unless workspaces use it.
pub async fn delete_template(
    State(state): State<AppState>,
    member: Member,
    Path(name): Path<String>,
    _form: Form<Nothing>,
) -> Answer {
    let found = find(&state, &member, &name).await?;
    match state.control.delete_template(&member.caller, found.template.id).await {
        Ok(()) => done(&state, &member.visit, LIST, &format!("Deleted template \"{}\".", found.template.name)),
        Err(error) => {
            let shown = DeletePage::new(&member, &found, Complaints::of(error)?);
            sheet(&member.visit, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_sheet())
        }
    }
}
