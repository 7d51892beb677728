//! Pagination of lists.

/// The requested part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pagination {
    /// At most this many rows, 1 to [`Pagination::MAX_LIMIT`].
    pub limit: u32,
    /// Rows before the first one.
    pub offset: u32,
}

impl Pagination {
    /// Rows in one response.
    pub const MAX_LIMIT: u32 = 1000;

    /// From a request's `limit` and `offset`. No limit, 0 and larger ones mean [`Pagination::MAX_LIMIT`].
    #[must_use]
    pub fn new(limit: Option<u32>, offset: Option<u32>) -> Self {
        let limit = match limit {
            None | Some(0) => Self::MAX_LIMIT,
            Some(limit) => limit.min(Self::MAX_LIMIT),
        };
        Self { limit, offset: offset.unwrap_or(0) }
    }
}
