//! How a workspace's computer comes to be. A local process is started and stopped here; an external machine is
//! somebody else's, and needs nothing of us.

mod identity;
mod leftovers;
mod process;

pub use process::{Error, Launch, Processes};
