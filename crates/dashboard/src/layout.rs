//! The layout: what surrounds every page.

use coder_control::Caller;

use crate::{format::initial, page_context::PageContext, theme::Theme};

/// The navigation entry that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// No entry.
    None,
    Workspaces,
    Templates,
    Profile,
    Security,
    Secrets,
    Tokens,
    Appearance,
    Users,
    Deployment,
}

impl Section {
    /// The `aria-current` of a link to `other`.
    pub fn current(self, other: Self) -> &'static str {
        if self == other { "page" } else { "false" }
    }
}

/// The current user as the header shows them.
#[derive(Debug, Clone)]
pub struct NavUser {
    /// The name, or the username if there is none.
    pub name: String,
    pub email: String,
    pub initial: String,
    pub sees_users: bool,
    pub sees_deployment: bool,
}

/// What the layout of a page shows.
#[derive(Debug, Clone)]
pub struct Layout {
    pub theme: Theme,
    /// The message of the change before; may be empty.
    pub notice: String,
    /// For every form of the page.
    pub csrf_token: String,
    pub user: Option<NavUser>,
    pub section: Section,
}

impl Layout {
    pub(super) fn new(context: &PageContext, caller: Option<&Caller>, section: Section) -> Self {
        Self {
            theme: context.theme,
            notice: context.notice.clone(),
            csrf_token: context.csrf_token.clone(),
            user: caller.map(nav_user),
            section,
        }
    }
}

fn nav_user(caller: &Caller) -> NavUser {
    let user = caller.user();
    let name = if user.name.is_empty() { user.username.as_str() } else { &user.name }.to_owned();
    NavUser {
        initial: initial(user),
        name,
        email: user.email.as_str().to_owned(),
        sees_users: caller.can_browse_users(),
        sees_deployment: caller.can_see_deployment(),
    }
}
