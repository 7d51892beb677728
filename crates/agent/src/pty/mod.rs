//! Processes of the workspace, and the terminals they run on.

mod group;
mod terminal;

pub use group::{Ended, Group, explain};
pub use terminal::{Size, Terminal};
