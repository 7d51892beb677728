//! Account → Tokens. A new token is in the response to its form and nowhere else.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode},
};
use coder_control::NewToken;
use coder_http::extract::Path;
use coder_model::token::ApiKey;
use zeroize::Zeroizing;

use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::{Empty, Form},
    form_errors::FormErrors,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, dialog, page, redirect_with_notice},
};

const LIST_PATH: &str = "/settings/tokens";
/// The lifetimes to choose from, in days.
const LIFETIMES: [(u64, &str); 4] = [(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "1 year")];
/// As for tokens that are created without a lifetime.
const DEFAULT_LIFETIME_DAYS: u64 = 30;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

#[derive(Template)]
#[template(path = "account/tokens.html")]
struct TokensPage {
    layout: Layout,
    tokens: Vec<Row>,
    created: Option<CreatedToken>,
}

struct Row {
    id: String,
    name: String,
    created: DisplayTime,
    used: Option<DisplayTime>,
    expires: DisplayTime,
    is_expired: bool,
}

/// A new token, shown once.
struct CreatedToken {
    name: String,
    token: Zeroizing<String>,
}

async fn list(
    state: &DashboardState,
    current_user: &CurrentUser,
    created: Option<CreatedToken>,
) -> Result<TokensPage, coder_control::Error> {
    let now = state.control.clock().now();
    let keys = state.control.list_tokens(&current_user.caller, current_user.caller.user(), false, true).await?;
    let row = |key: &ApiKey| Row {
        id: key.id.as_str().to_owned(),
        name: key.name.clone(),
        created: key.created_at.into(),
        used: (key.last_used > key.created_at).then(|| key.last_used.into()),
        expires: key.expires_at.into(),
        is_expired: key.expires_at <= now,
    };
    Ok(TokensPage {
        layout: current_user.layout(Section::Tokens),
        tokens: keys.iter().map(row).collect(),
        created,
    })
}

/// The current user's tokens.
pub async fn tokens_page(State(state): State<DashboardState>, current_user: CurrentUser) -> PageResult {
    page(&list(&state, &current_user, None).await?)
}

#[derive(Template)]
#[template(path = "account/create_token.html", blocks = ["dialog"])]
struct NewTokenPage {
    layout: Layout,
    token: TokenForm,
    errors: FormErrors,
}

fn token_form(current_user: &CurrentUser, token: TokenForm, errors: FormErrors) -> PageResult {
    let page = NewTokenPage { layout: current_user.layout(Section::Tokens), token, errors };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
}

/// The form for a new token.
pub async fn new_token_page(current_user: CurrentUser) -> PageResult {
    let token = TokenForm { token_name: String::new(), lifetime: DEFAULT_LIFETIME_DAYS };
    token_form(&current_user, token, FormErrors::default())
}

#[derive(serde::Deserialize)]
pub struct TokenForm {
    #[serde(default)]
    token_name: String,
    /// In days.
    lifetime: u64,
}

/// Creates a token and shows it, once.
pub async fn create_token(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<TokenForm>,
) -> PageResult {
    let lifetime = Duration::from_secs(form.lifetime.saturating_mul(SECONDS_PER_DAY));
    let new = NewToken { name: form.token_name.clone(), lifetime: Some(lifetime) };
    match state.control.create_token(&current_user.caller, current_user.caller.user(), new).await {
        Ok(issued) => {
            let created = CreatedToken { name: issued.key.name.clone(), token: issued.token.expose() };
            let mut response = page(&list(&state, &current_user, Some(created)).await?)?;
            // htmx replaces the page's main part, not the dialog that the form was in.
            for (name, value) in
                [("HX-Retarget", "#main"), ("HX-Reselect", "#main"), ("HX-Reswap", "outerHTML")]
            {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            Ok(response)
        }
        Err(error) => token_form(&current_user, form, FormErrors::of(error)?),
    }
}

#[derive(Template)]
#[template(path = "account/delete_token.html", blocks = ["dialog"])]
struct DeleteTokenPage {
    layout: Layout,
    id: String,
    name: String,
}

/// Asks to confirm the deletion.
pub async fn delete_token_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(id): Path<String>,
) -> PageResult {
    let key = state.control.find_key(&current_user.caller, current_user.caller.user(), &id).await?;
    let view = DeleteTokenPage {
        layout: current_user.layout(Section::Tokens),
        id: key.id.as_str().to_owned(),
        name: key.name,
    };
    dialog(&current_user.context, StatusCode::OK, &view, &view.as_dialog())
}

/// Deletes a token and closes its connections.
pub async fn delete_token(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(id): Path<String>,
    _form: Form<Empty>,
) -> PageResult {
    let user = current_user.caller.user();
    let key = state.control.find_key(&current_user.caller, user, &id).await?;
    state.control.delete_key(&current_user.caller, user, key.id.as_str()).await?;
    redirect_with_notice(&state, &current_user.context, LIST_PATH, &format!("Deleted token \"{}\".", key.name))
}
