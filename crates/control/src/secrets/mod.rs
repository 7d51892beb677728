//! User secrets: managing them, and delivering them to their owner's workspaces.

mod audit;
mod create;
mod data_key;
mod delete;
mod deliver;
mod import;
mod permit;
mod read;
mod rewrap;
mod rules;
mod update;

pub use deliver::DecryptedSecret;
pub use permit::SecretsPermit;
