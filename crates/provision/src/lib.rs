//! How a workspace's computer comes to be: local process, external machine.
