//! Templates: what workspaces are built from, pushed as archives.

mod archive;
mod manage;
mod push;

pub use manage::NewTemplate;
