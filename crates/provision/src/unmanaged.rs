//! A provisioner without instances: for machines that are not the server's, and for kinds that are not set up.

use std::time::Duration;

use coder_model::WorkspaceId;
use futures_util::{FutureExt, future::ready};

use crate::{Adoption, BuildContext, Description, Error, ProvisionFuture, Provisioner, StartRequest};

/// A provisioner that has no instances. Stop and delete succeed, so that every workspace can be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Unmanaged {
    /// What the kind says of itself.
    pub description: Description,
    /// What a start does.
    pub on_start: OnStart,
}

/// What a start does where there is no instance to start.
#[derive(Debug, Clone, Copy)]
pub enum OnStart {
    /// Succeeds with this line in the build's log.
    Log(&'static str),
    /// Fails with this reason.
    Fail(&'static str),
}

impl Provisioner for Unmanaged {
    fn describe(&self) -> Description {
        self.description
    }

    fn start<'a>(&'a self, _: StartRequest<'a>, build: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        match self.on_start {
            OnStart::Log(text) => build.log(text).map(Ok).boxed(),
            OnStart::Fail(reason) => ready(Err(Error::Unavailable(reason))).boxed(),
        }
    }

    fn stop<'a>(&'a self, _: WorkspaceId, _: Duration, _: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        ready(Ok(())).boxed()
    }

    fn delete<'a>(&'a self, _: WorkspaceId, _: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        ready(Ok(())).boxed()
    }

    fn adopt(&self, _: WorkspaceId) -> ProvisionFuture<'_, Adoption> {
        ready(Ok(Adoption::NotManaged)).boxed()
    }

    fn list_instances(&self) -> ProvisionFuture<'_, Vec<WorkspaceId>> {
        ready(Ok(Vec::new())).boxed()
    }
}
