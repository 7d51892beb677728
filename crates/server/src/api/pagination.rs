//! Pagination and search of lists.

use coder_model::pagination::Pagination;

/// `?q=…&limit=…&offset=…`
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaginationQuery {
    /// Search. The operation says what it understands.
    #[serde(default)]
    pub q: String,
    /// Entries to return, at most 1000.
    pub limit: Option<u32>,
    /// Entries to skip.
    pub offset: Option<u32>,
}

impl PaginationQuery {
    pub fn pagination(&self) -> Pagination {
        Pagination::new(self.limit, self.offset)
    }
}
