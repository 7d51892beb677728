//! The first user of a deployment.

use coder_model::user::{Role, User, UserStatus};
use coder_store::{deployment, users};

use super::{NewUser, create::name_conflict};
use crate::{
    Control, Error, RequestInfo, Result,
    audit::{Action, Diff, Resource},
};

impl Control {
    /// Whether the first user was created. For everyone, without credentials.
    pub async fn has_users(&self) -> Result<bool> {
        Ok(users::any(&mut self.database.read().await?).await?)
    }

    /// Creates the first user, an active owner of the deployment. For everyone, without credentials, until it has
    /// succeeded once.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field error; [`Error::Conflict`] when there is a user already; [`Error::Busy`].
    pub async fn create_first_user(&self, request: NewUser, request_info: &RequestInfo) -> Result<User> {
        if self.has_users().await? {
            return Err(already_created());
        }
        let (user, hash) = self.prepare_user(request).await?;
        let user = User { status: UserStatus::Active, roles: [Role::Owner].into_iter().collect(), ..user };
        let mut write = self.database.write().await?;
        // The lock orders concurrent requests: one of them succeeds.
        deployment::lock(&mut write).await?;
        if users::any(&mut write).await? {
            return Err(already_created());
        }
        users::insert(&mut write, &user, &hash).await.map_err(name_conflict)?;
        let diff = Diff::default().field("username", "", user.username.as_str()).field("roles", "", "owner");
        self.audit_as(&mut write, Some(user.id), request_info, Action::Create, Resource::user(&user), diff)
            .await?;
        write.commit().await?;
        Ok(user)
    }
}

fn already_created() -> Error {
    Error::conflict("The initial user has already been created.", "")
}
