//! Typed HTTP client; dials a workspace.
