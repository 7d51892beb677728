//! Commands about workspaces: one file each, and what they share.

mod build;
mod create;
mod delete;
mod find;
mod list;
mod logs;
mod restart;
mod show;
mod start;
mod stop;
mod wait;

pub use build::{follow, start_if_stopped};
pub use create::{CreateArgs, create};
pub use delete::{DeleteArgs, delete};
pub use find::find;
pub use list::{ListArgs, list};
pub use logs::{LogsArgs, logs};
pub use restart::{RestartArgs, restart};
pub use show::{ShowArgs, show};
pub use start::{StartArgs, start};
pub use stop::{StopArgs, stop};
pub use wait::{Wait, wait_until_ready};
