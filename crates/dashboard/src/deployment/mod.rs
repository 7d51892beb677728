//! Deployment: overview and users.

mod overview;
mod users;

pub use overview::deployment_page;
pub use users::*;
