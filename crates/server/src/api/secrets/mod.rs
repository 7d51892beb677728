//! User secrets. No answer ever has a value in it.

mod import;
mod manage;

pub use import::*;
pub use manage::*;
