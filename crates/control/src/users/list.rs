//! Listing users.

use coder_model::{
    FieldError,
    pagination::Pagination,
    user::{User, UserStatus},
};
use coder_store::users::{self, Filter};

use crate::{Caller, Control, Error, Result};

impl Control {
    /// The users that match `query`, and how many match in all. For every user; users without a role see themselves
    /// only.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown search term.
    pub async fn list_users(
        &self,
        caller: &Caller,
        query: &str,
        pagination: Pagination,
    ) -> Result<(Vec<User>, i64)> {
        let filter = parse(query)?;
        if !caller.can_see_users() {
            return Ok((vec![caller.user.clone()], 1));
        }
        Ok(users::list(&mut self.database.read().await?, &filter, pagination).await?)
    }
}

/// Parses `status:active` and free text.
fn parse(query: &str) -> Result<Filter> {
    let mut filter = Filter::default();
    for term in query.split_whitespace() {
        match term.split_once(':') {
            Some(("status", status)) => {
                filter.status = Some(UserStatus::parse(status).ok_or_else(|| {
                    invalid("status", "Status must be active, dormant or suspended.".to_owned())
                })?);
            }
            Some((key, _)) => return Err(invalid(key, format!("\"{key}\" is not a valid query param"))),
            None => filter.search = term.to_owned(),
        }
    }
    Ok(filter)
}

fn invalid(field: &str, detail: String) -> Error {
    Error::invalid_fields("Invalid user search query.", vec![FieldError::new(field, detail)])
}
