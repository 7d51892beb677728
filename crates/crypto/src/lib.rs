//! Encryption at rest. Pure: bytes in, bytes out.
//!
//! Each user has a [`DataKey`]; values are sealed with it and [bound](AssociatedData) to where they are stored. Data keys are
//! wrapped by the deployment's [`KeyRing`], whose first key seals and whose every key opens. Everything is AES-256-GCM
//! with a random 96-bit nonce; nonce and tag are kept apart from the ciphertext, which is exactly as long as the
//! plain text.
//!
//! A data key seals at most a few thousand values in its life, far below the 2^32 at which random nonces of one key
//! become likely to repeat.

mod associated_data;
mod cipher;
mod data_key;
mod error;
mod key_ring;

pub use associated_data::AssociatedData;
pub use data_key::DataKey;
pub use error::{Error, KeyError};
pub use key_ring::{Fingerprint, KeyRing};
