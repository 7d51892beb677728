//! Workspaces: the list, one workspace with live updates, its terminal.

mod actions;
mod create;
mod list;
mod live;
mod log;
mod path;
mod show;
mod status;
mod terminal;

pub use actions::{WorkspaceAction, delete_workspace_page, workspace_action};
pub use create::{create_workspace, create_workspace_page};
pub use list::{follow_workspaces, workspaces_page};
pub use live::follow_workspace;
pub use show::workspace_page;
pub use terminal::terminal_page;

const LIST_PATH: &str = "/workspaces";
