//! What surrounds every page.

use coder_control::Caller;

use crate::{format::initial, page_context::PageContext, theme::Theme};

/// Where in the dashboard a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Nowhere that has a link.
    None,
    /// Workspaces.
    Workspaces,
    /// Templates.
    Templates,
    /// Account: profile.
    Profile,
    /// Account: password.
    Security,
    /// Account: secrets.
    Secrets,
    /// Account: tokens.
    Tokens,
    /// Account: appearance.
    Appearance,
    /// Deployment: users.
    Users,
    /// Deployment: overview.
    Deployment,
}

impl Section {
    /// The `aria-current` of a link to `other`.
    pub fn current(self, other: Self) -> &'static str {
        if self == other { "page" } else { "false" }
    }
}

/// Who is signed in, as the layout shows them.
#[derive(Debug, Clone)]
pub struct NavUser {
    /// Their name, or the username where they have none.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What stands in their avatar.
    pub initial: String,
    /// Whether they may look at other users.
    pub sees_users: bool,
    /// Whether they may look at the deployment.
    pub sees_deployment: bool,
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Light or dark.
    pub theme: Theme,
    /// What was done just before.
    pub notice: String,
    /// Goes into every form.
    pub csrf_token: String,
    /// Who is signed in.
    pub user: Option<NavUser>,
    /// Where the page is.
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
