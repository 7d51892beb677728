//! A bounded slice of a long list.

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pagination {
    /// At most this many rows, 1 to [`Pagination::MAX_LIMIT`].
    pub limit: u32,
    /// How many rows come before the first one.
    pub offset: u32,
}

impl Pagination {
    /// The most rows that one answer holds.
    pub const MAX_LIMIT: u32 = 1000;

    /// The page for a request's `limit` and `offset`; zero or nothing means as many as are allowed.
    #[must_use]
    pub fn new(limit: Option<u32>, offset: Option<u32>) -> Self {
        let limit = match limit {
            None | Some(0) => Self::MAX_LIMIT,
            Some(limit) => limit.min(Self::MAX_LIMIT),
        };
        Self { limit, offset: offset.unwrap_or(0) }
    }
}
