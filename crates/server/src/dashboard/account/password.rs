//! Account → Security.

use askama::Template;
use axum::extract::State;
use coder_wire::Sensitive;

use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, page, refused},
        complaints::Complaints,
        form::Form,
        frame::{Frame, Section},
        shown::filters,
        visit::Member,
    },
};

/// Where the page is.
const HERE: &str = "/settings/security";

#[derive(Template)]
#[template(path = "account/security.html")]
struct SecurityPage {
    frame: Frame,
    email: String,
    complaints: Complaints,
}

impl SecurityPage {
    fn new(member: &Member, complaints: Complaints) -> Self {
        let email = member.caller.user().email.to_string();
        Self { frame: member.frame(Section::Security), email, complaints }
    }
}

/// The form for a new password.
pub async fn security_page(member: Member) -> Answer {
    page(&SecurityPage::new(&member, Complaints::default()))
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct PasswordForm {
    old_password: Sensitive,
    password: Sensitive,
    repeated: Sensitive,
}

/// Changes one's own password. What else is signed in as this person is signed out.
pub async fn change_password(
    State(state): State<AppState>,
    member: Member,
    Form(form): Form<PasswordForm>,
) -> Answer {
    let complaints = if form.password.expose() == form.repeated.expose() {
        let (old, new) = (form.old_password.into_inner(), form.password.into_inner());
        match state.control.change_password(&member.caller, member.caller.user(), old, new).await {
            Ok(()) => {
                state.session_revoked.notify_waiters();
                return done(
                    &state,
                    &member.visit,
                    HERE,
                    "Changed your password. Your other sessions and tokens have ended.",
                );
            }
            Err(error) => Complaints::of(error)?,
        }
    } else {
        Complaints::field("repeated", "The two new passwords are not the same.")
    };
    refused(&SecurityPage::new(&member, complaints))
}
