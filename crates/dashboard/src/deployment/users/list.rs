//! The list of users.

use askama::Template;
use axum::extract::State;
use coder_control::{Caller, Error};
use coder_http::extract::Query;
use coder_model::{
    pagination::Pagination,
    user::{Role, User, UserStatus},
};

use super::LIST_PATH;
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form_errors::FormErrors,
    format::{DisplayTime, initial},
    layout::{Layout, Section},
    response::{PageResult, page, unprocessable},
};

/// Users on one page.
const PAGE_SIZE: u32 = 50;

#[derive(Template)]
#[template(path = "users/list.html")]
struct UsersPage {
    layout: Layout,
    query: String,
    errors: FormErrors,
    users: Vec<Row>,
    can_create: bool,
    /// `51 to 100 of 230 users`; empty if there are none.
    range: String,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    id: String,
    initial: String,
    username: String,
    name: String,
    email: String,
    roles: Vec<&'static str>,
    status: &'static str,
    status_class: &'static str,
    seen: Option<DisplayTime>,
    can_manage: bool,
    is_suspended: bool,
    is_self: bool,
}

impl Row {
    fn new(user: &User, caller: &Caller) -> Self {
        let (status, status_class) = match user.status {
            UserStatus::Active => ("Active", "is-success"),
            UserStatus::Dormant => ("Dormant", ""),
            UserStatus::Suspended => ("Suspended", "is-danger"),
        };
        Self {
            id: user.id.to_string(),
            initial: initial(user),
            username: user.username.to_string(),
            name: user.name.clone(),
            email: user.email.to_string(),
            roles: user.roles.iter().map(Role::display_name).collect(),
            status,
            status_class,
            seen: user.last_seen_at.map(Into::into),
            can_manage: caller.can_manage_user(user),
            is_suspended: user.status == UserStatus::Suspended,
            is_self: user.id == caller.id(),
        }
    }
}

#[derive(serde::Deserialize)]
pub struct UsersQuery {
    #[serde(default)]
    q: String,
    /// From 1.
    #[serde(default)]
    page: u32,
}

fn page_url(query: &str, number: u32) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if !query.is_empty() {
        pairs.append_pair("q", query);
    }
    pairs.append_pair("page", &number.to_string());
    format!("{LIST_PATH}?{}", pairs.finish())
}

/// The list of users: all, or those that match `q`.
pub async fn users_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Query(query): Query<UsersQuery>,
) -> PageResult {
    if !current_user.caller.can_browse_users() {
        return Err(Error::Forbidden.into());
    }
    let number = query.page.max(1);
    let offset = (number - 1).saturating_mul(PAGE_SIZE);
    let slice = Pagination::new(Some(PAGE_SIZE), Some(offset));
    let (users, count, errors) = match state.control.list_users(&current_user.caller, &query.q, slice).await {
        Ok((users, count)) => (users, count, FormErrors::default()),
        Err(error) => (Vec::new(), 0, FormErrors::of(error)?),
    };
    let offset = i64::from(offset);
    let last = offset.saturating_add(i64::try_from(users.len()).unwrap_or(i64::MAX));
    let view = UsersPage {
        layout: current_user.layout(Section::Users),
        range: match (count, users.len()) {
            (0, _) | (_, 0) => String::new(),
            (1, _) => "1 user".to_owned(),
            (count, _) if count <= i64::from(PAGE_SIZE) => format!("{count} users"),
            (count, _) => format!("{} to {last} of {count} users", offset.saturating_add(1)),
        },
        previous: (number > 1).then(|| page_url(&query.q, number - 1)),
        next: (last < count && !users.is_empty()).then(|| page_url(&query.q, number.saturating_add(1))),
        users: users.iter().map(|user| Row::new(user, &current_user.caller)).collect(),
        can_create: current_user.caller.can_manage_users(),
        query: query.q,
        errors,
    };
    if view.errors.is_empty() { page(&view) } else { unprocessable(&view) }
}
