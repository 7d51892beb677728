//! Test worlds: server in process, both databases, real client programs.
