//! Encryption at rest, without I/O.
//!
//! Each user has a [`DataKey`], which encrypts their values with [`AssociatedData`] that names the row. The deployment's
//! [`KeyRing`] wraps (encrypts) data keys: its primary key encrypts, all its keys decrypt. The cipher is AES-256-GCM with
//! a random 96-bit nonce. Nonce and tag are stored apart, so a ciphertext is exactly as long as its plaintext.
//!
//! A data key encrypts a few thousand values in its life. Random nonces are safe for 2^32 encryptions with one key
//! (NIST SP 800-38D, section 8.3).

mod associated_data;
mod cipher;
mod data_key;
mod error;
mod key_ring;

pub use associated_data::AssociatedData;
pub use data_key::DataKey;
pub use error::{Error, KeyError};
pub use key_ring::{Fingerprint, KeyRing};
