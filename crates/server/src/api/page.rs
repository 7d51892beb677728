//! The part of a list that is asked for.

use coder_model::page::Page;

/// `?q=…&limit=…&offset=…`
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// What to look for.
    #[serde(default)]
    pub q: String,
    /// At most this many, up to 1000.
    pub limit: Option<u32>,
    /// How many to leave out at the start.
    pub offset: Option<u32>,
}

impl PageQuery {
    pub fn page(&self) -> Page {
        Page::new(self.limit, self.offset)
    }
}
