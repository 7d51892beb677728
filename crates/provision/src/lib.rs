//! The kinds of provisioner: what creates, ends and finds the instances that agents run on. Everything but the registry
//! knows them as [`Provisioner`]; each kind has a file of its own.

mod external;
mod process;
mod provisioner;
mod registry;
mod unmanaged;

pub use process::Processes;
pub use provisioner::{
    Adoption, AgentToken, Availability, BuildContext, Description, Error, ProvisionFuture, Provisioner,
    StartRequest,
};
pub use registry::Provisioners;
