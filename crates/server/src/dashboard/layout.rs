//! What surrounds every page.

use coder_control::Caller;

use super::{format::initial, page_context::PageContext, theme::Theme};

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

/// Who is signed in, as the frame shows them.
#[derive(Debug, Clone)]
pub struct Person {
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
pub struct Frame {
    /// Light or dark.
    pub theme: Theme,
    /// What was done just before.
    pub notice: String,
    /// Goes into every form.
    pub form_token: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// Where the page is.
    pub section: Section,
}

impl Frame {
    pub(super) fn new(context: &PageContext, caller: Option<&Caller>, section: Section) -> Self {
        Self {
            theme: context.theme,
            notice: context.notice.clone(),
            form_token: context.form_token.clone(),
            person: caller.map(person),
            section,
        }
    }
}

fn person(caller: &Caller) -> Person {
    let user = caller.user();
    let name = if user.name.is_empty() { user.username.as_str() } else { &user.name }.to_owned();
    Person {
        initial: initial(user),
        name,
        email: user.email.as_str().to_owned(),
        sees_users: caller.can_browse_users(),
        sees_deployment: caller.can_see_deployment(),
    }
}
