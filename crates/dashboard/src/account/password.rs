//! Account → Security.

use askama::Template;
use axum::extract::State;
use coder_wire::Sensitive;

use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    layout::{Layout, Section},
    response::{PageResult, page, redirect_with_notice, unprocessable},
};

const PATH: &str = "/settings/security";

#[derive(Template)]
#[template(path = "account/security.html")]
struct SecurityPage {
    layout: Layout,
    email: String,
    errors: FormErrors,
}

impl SecurityPage {
    fn new(current_user: &CurrentUser, errors: FormErrors) -> Self {
        let email = current_user.caller.user().email.to_string();
        Self { layout: current_user.layout(Section::Security), email, errors }
    }
}

pub async fn security_page(current_user: CurrentUser) -> PageResult {
    page(&SecurityPage::new(&current_user, FormErrors::default()))
}

#[derive(serde::Deserialize)]
pub struct PasswordForm {
    old_password: Sensitive,
    password: Sensitive,
    repeated: Sensitive,
}

/// Changes the current user's password. Their other sessions and tokens end.
pub async fn change_password(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let errors = if form.password.expose() == form.repeated.expose() {
        let (old, new) = (form.old_password.into_inner(), form.password.into_inner());
        match state.control.change_password(&current_user.caller, current_user.caller.user(), old, new).await {
            Ok(()) => {
                return redirect_with_notice(
                    &state,
                    &current_user.context,
                    PATH,
                    "Changed your password. Your other sessions and tokens have ended.",
                );
            }
            Err(error) => FormErrors::of(error)?,
        }
    } else {
        FormErrors::field("repeated", "The new passwords do not match.")
    };
    unprocessable(&SecurityPage::new(&current_user, errors))
}
