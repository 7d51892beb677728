//! The part of a list that is asked for.

use coder_model::pagination::Pagination;

/// `?q=…&limit=…&offset=…`
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaginationQuery {
    /// What to look for.
    #[serde(default)]
    pub q: String,
    /// At most this many, up to 1000.
    pub limit: Option<u32>,
    /// How many to leave out at the start.
    pub offset: Option<u32>,
}

impl PaginationQuery {
    pub fn pagination(&self) -> Pagination {
        Pagination::new(self.limit, self.offset)
    }
}
