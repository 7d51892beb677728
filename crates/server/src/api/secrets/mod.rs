//! User secrets. Responses never contain a value.

mod import;
mod manage;

pub use import::*;
pub use manage::*;
