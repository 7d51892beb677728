//! Why an agent ends by itself.

/// Why an agent ends by itself. Trouble with the server is not among it: that is waited out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Signals cannot be listened for.
    #[error("cannot listen for signals: {0}")]
    Signals(std::io::Error),
    /// Nobody knows where the user's home is.
    #[error("neither HOME nor the password database says where the home directory is")]
    NoHome,
}
