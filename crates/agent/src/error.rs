//! Errors that keep an agent from starting. Errors of the server and the network are retried.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot listen for signals: {0}")]
    Signals(std::io::Error),
}
