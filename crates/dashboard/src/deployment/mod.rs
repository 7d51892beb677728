//! The deployment and its users, for those who look after them.

mod overview;
mod users;

pub use overview::deployment_page;
pub use users::*;
