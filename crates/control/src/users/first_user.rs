//! The first user of a deployment.

use coder_model::user::{Role, User, UserStatus};
use coder_store::{deployment, users};

use super::{NewUser, create::name_conflict};
use crate::{
    Control, Error, RequestInfo, Result,
    audit::{Action, Diff, Resource},
};

impl Control {
    /// Whether anybody ever had an account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_users(&self) -> Result<bool> {
        Ok(users::any(&mut self.database.read().await?).await?)
    }

    /// Makes the first user, who owns the deployment. Of several requests at once, one wins.
    ///
    /// # Errors
    /// Broken rules by field; a conflict when there is a user already.
    pub async fn create_first_user(&self, request: NewUser, request_info: &RequestInfo) -> Result<User> {
        if self.has_users().await? {
            return Err(already_created());
        }
        let (username, email, name, password, _) = request.parse()?;
        let hash = self.password_hasher.hash(&self.random, password).await?;
        let now = self.clock.now();
        let user = User {
            id: self.random.id(now)?.into(),
            username,
            email,
            name,
            status: UserStatus::Active,
            roles: [Role::Owner].into_iter().collect(),
            created_at: now,
            updated_at: now,
            last_seen_at: None,
        };
        let mut write = self.database.write().await?;
        // The deployment's row orders requests that arrive together.
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
