//! The list of users.

use askama::Template;
use axum::extract::State;
use coder_control::{Caller, Error};
use coder_model::{
    pagination::Pagination,
    user::{Role, User, UserStatus},
};

use super::{LIST, may_manage, may_touch};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, page, refused},
        complaints::Complaints,
        frame::{Frame, Section},
        shown::{When, filters, initial},
        visit::Member,
    },
    extract::Query,
};

/// Users on one page.
const PER_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "users/list.html")]
struct UsersPage {
    frame: Frame,
    query: String,
    complaints: Complaints,
    users: Vec<Row>,
    may_manage: bool,
    /// Which of how many are shown, in words.
    shown: String,
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
    seen: Option<When>,
    may_touch: bool,
    is_suspended: bool,
    is_self: bool,
}

impl Row {
    fn new(user: &User, caller: &Caller) -> Self {
        let (status, status_class) = match user.status {
            UserStatus::Active => ("Active", "is-good"),
            UserStatus::Dormant => ("Dormant", ""),
            UserStatus::Suspended => ("Suspended", "is-bad"),
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
            may_touch: may_touch(caller, user),
            is_suspended: user.status == UserStatus::Suspended,
            is_self: user.id == caller.id(),
        }
    }
}

/// Which users are asked for.
#[derive(serde::Deserialize)]
pub struct UsersQuery {
    #[serde(default)]
    q: String,
    /// From 1.
    #[serde(default)]
    page: u32,
}

/// The address of a page of the list.
fn address(query: &str, number: u32) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if !query.is_empty() {
        pairs.append_pair("q", query);
    }
    pairs.append_pair("page", &number.to_string());
    format!("{LIST}?{}", pairs.finish())
}

/// The list of users: all, or those that match.
pub async fn users_page(
    State(state): State<AppState>,
    member: Member,
    Query(query): Query<UsersQuery>,
) -> Answer {
    if !member.caller.has_any(&[Role::Owner, Role::UserAdmin, Role::Auditor]) {
        return Err(Error::Forbidden.into());
    }
    let number = query.page.max(1);
    let before = (number - 1).saturating_mul(PER_PAGE);
    let part = Pagination::new(Some(PER_PAGE), Some(before));
    let (found, complaints) = match state.control.list_users(&member.caller, &query.q, part).await {
        Ok(found) => (found, Complaints::default()),
        Err(error) => ((Vec::new(), 0), Complaints::of(error)?),
    };
    let (users, count) = found;
    let before = i64::from(before);
    let last = before.saturating_add(i64::try_from(users.len()).unwrap_or(i64::MAX));
    let shown = UsersPage {
        frame: member.frame(Section::Users),
        shown: match (count, users.len()) {
            (0, _) | (_, 0) => String::new(),
            (1, _) => "1 user".to_owned(),
            (count, _) if count <= i64::from(PER_PAGE) => format!("{count} users"),
            (count, _) => format!("{} to {last} of {count} users", before.saturating_add(1)),
        },
        previous: (number > 1).then(|| address(&query.q, number - 1)),
        next: (last < count && !users.is_empty()).then(|| address(&query.q, number.saturating_add(1))),
        users: users.iter().map(|user| Row::new(user, &member.caller)).collect(),
        may_manage: may_manage(&member.caller),
        query: query.q,
        complaints,
    };
    if shown.complaints.is_empty() { page(&shown) } else { refused(&shown) }
}
