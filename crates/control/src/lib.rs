//! The use cases. The only place where rules (`coder_model`), encryption (`coder_seal`) and storage
//! (`coder_store`) meet; no HTTP here.
//!
//! Every operation is a method of [`Control`] that begins with who is asking. What a caller may do is decided
//! here, by values that only this crate can make: an operation on secrets takes a permit, not an id.

mod audit;
mod caller;
mod clock;
mod control;
mod error;
mod random;

pub use audit::Origin;
pub use caller::Caller;
pub use clock::Clock;
pub use control::{Control, Parts};
pub use error::{Error, Result};
pub use random::Random;
