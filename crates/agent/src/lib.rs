//! The workspace agent: files, scripts, environment, sessions.
