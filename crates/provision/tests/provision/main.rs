//! Provisioners through their interface.
#![allow(clippy::unwrap_used, missing_docs)]

mod build;
mod process;
mod registry;
