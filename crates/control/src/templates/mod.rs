//! Templates: archives people push, and what workspaces are built from.

mod archive;
mod manage;
mod push;

pub use manage::NewTemplate;
