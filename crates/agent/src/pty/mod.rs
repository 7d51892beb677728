//! Processes of the workspace, and the terminals they run on.

mod group;
mod terminal;

pub use group::{LeaderExited, ProcessGroup, describe_spawn_error};
pub use terminal::{Pty, Size};
