//! Workspaces: what people ask for, and the work on their builds.

mod apps;
mod build;
mod create;
mod find;
mod logs;
mod pending;
mod restart;
mod settings;
mod work;

pub use apps::AppRef;
pub use coder_store::workspaces::Overview;
pub use create::NewWorkspace;
pub(crate) use create::parse_definition;
pub use settings::next_start;
pub use work::{Claim, Claimed, Outcome};
