//! The audit log's view of a request. An entry is written in the transaction of the change it records.

/// Where a request came from, as the audit log keeps it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The request in the server's log.
    pub request_id: String,
    /// The address it came from.
    pub ip: String,
    /// The program that sent it, cut to a bound.
    pub user_agent: String,
}
