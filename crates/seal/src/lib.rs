//! Encryption at rest: key ring, envelope, binding, rotation.
