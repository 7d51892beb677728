//! Starting, stopping, restarting and deleting a workspace.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::workspace::Transition;

use super::at::{At, page_of};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, sheet},
        form::{Form, Nothing},
        frame::{Frame, Section},
        shown::filters,
        visit::Member,
    },
};

async fn build(state: &AppState, at: &At, member: &Member, transition: Transition) -> Answer {
    let overview = at.find(state, member).await?;
    state.control.create_build(&member.caller, overview.workspace.id, transition, None, false).await?;
    state.build_queued.notify_one();
    done(state, &member.visit, &page_of(&overview), "")
}

/// Starts it.
pub async fn start_workspace(
    State(state): State<AppState>,
    at: At,
    member: Member,
    _form: Form<Nothing>,
) -> Answer {
    build(&state, &at, &member, Transition::Start).await
}

/// Stops it.
pub async fn stop_workspace(
    State(state): State<AppState>,
    at: At,
    member: Member,
    _form: Form<Nothing>,
) -> Answer {
    build(&state, &at, &member, Transition::Stop).await
}

/// Stops it and starts it again.
pub async fn restart_workspace(
    State(state): State<AppState>,
    at: At,
    member: Member,
    _form: Form<Nothing>,
) -> Answer {
    let overview = at.find(&state, &member).await?;
    state.control.restart_workspace(&member.caller, overview.workspace.id).await?;
    state.build_queued.notify_one();
    done(&state, &member.visit, &page_of(&overview), "")
}

/// Calls off what is being done to it.
pub async fn cancel_build(
    State(state): State<AppState>,
    at: At,
    member: Member,
    _form: Form<Nothing>,
) -> Answer {
    let overview = at.find(&state, &member).await?;
    state.control.cancel_build(&member.caller, overview.build.id).await?;
    state.build_canceled.notify_waiters();
    done(&state, &member.visit, &page_of(&overview), "")
}

/// Takes it back that was put aside, and leaves it stopped.
pub async fn wake_workspace(
    State(state): State<AppState>,
    at: At,
    member: Member,
    _form: Form<Nothing>,
) -> Answer {
    let overview = at.find(&state, &member).await?;
    state.control.set_dormant(&member.caller, overview.workspace.id, false).await?;
    done(&state, &member.visit, &page_of(&overview), "Taken back: it can be started again.")
}

#[derive(Template)]
#[template(path = "workspaces/delete.html", blocks = ["sheet"])]
struct DeletePage {
    frame: Frame,
    name: String,
    path: String,
}

/// Asks whether it is meant.
pub async fn delete_workspace_page(State(state): State<AppState>, at: At, member: Member) -> Answer {
    let overview = at.find(&state, &member).await?;
    let shown = DeletePage {
        frame: member.frame(Section::Workspaces),
        name: overview.workspace.name.to_string(),
        path: page_of(&overview),
    };
    sheet(&member.visit, StatusCode::OK, &shown, &shown.as_sheet())
}

/// Deletes it.
pub async fn delete_workspace(
    State(state): State<AppState>,
    at: At,
    member: Member,
    _form: Form<Nothing>,
) -> Answer {
    build(&state, &at, &member, Transition::Delete).await
}
