//! The agent endpoint: connections of agents, and terminals and tunnels that use them.

pub mod access;
mod control_stream;
mod manifest;
mod open_stream;
mod registry;
pub mod rpc;
mod shutdown;
pub mod terminal;
pub mod tunnel;

pub use open_stream::{OpenStreamError, open_stream};
pub use registry::Registry;
pub use shutdown::shut_down;
