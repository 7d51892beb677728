//! The registry, and the kinds without instances.

use std::{path::PathBuf, sync::Arc, time::Duration};

use coder_model::{
    WorkspaceId,
    template::{Definition, ProvisionerKind},
};
use coder_provision::{Adoption, Processes, Provisioners};
use uuid::Uuid;

use crate::build::{Build, request};

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(9));

#[test]
fn every_kind_is_found_and_describes_itself() {
    let provisioners = Provisioners::new(None);
    for kind in ProvisionerKind::ALL {
        let description = provisioners.get(kind).describe();
        assert_eq!(description.kind, kind);
        assert!(!description.summary.is_empty());
        // If the owner starts the agent, the server could not start it again.
        assert_eq!(description.agent_exits_on_stop, !kind.is_agent_started_by_owner());
    }
    assert_eq!(provisioners.iter().count(), ProvisionerKind::ALL.len());
}

#[test]
fn processes_are_available_if_allowed() {
    let availability = |provisioners: &Provisioners| {
        provisioners.get(ProvisionerKind::Process).describe().availability.unwrap().text
    };
    let provisioners = Provisioners::new(None);
    assert_eq!(availability(&provisioners), "Not allowed");
    let processes = Processes::new(PathBuf::from("/nonexistent"), PathBuf::from("/nonexistent"));
    let allowed = "Allowed: they run on this server, as its user";
    assert_eq!(availability(&Provisioners::new(Some(processes.clone()))), allowed);
    assert_eq!(availability(&provisioners.with(Arc::new(processes))), allowed);
}

/// Without instances, kinds differ only in a start.
#[tokio::test]
async fn kinds_without_instances() {
    let provisioners = Provisioners::new(None);
    for kind in ProvisionerKind::ALL {
        let provisioner = provisioners.get(kind);
        let build = Build::default();
        provisioner.stop(WORKSPACE, Duration::ZERO, &build).await.unwrap();
        provisioner.delete(WORKSPACE, &build).await.unwrap();
        assert_eq!(provisioner.adopt(WORKSPACE).await.unwrap(), Adoption::NotManaged);
        assert_eq!(provisioner.list_instances().await.unwrap(), []);
        assert_eq!(build.lines(), [""; 0]);

        let definition = Definition::parse(&format!("[{}]", kind.as_str())).unwrap();
        let started = provisioner.start(request(WORKSPACE, &definition), &build).await;
        match kind {
            ProvisionerKind::Process => {
                let error = started.unwrap_err().to_string();
                assert!(error.contains("--allow-process-workspaces"), "{error}");
                assert_eq!(build.lines(), [""; 0]);
            }
            ProvisionerKind::External => {
                started.unwrap();
                assert!(build.lines().concat().contains("agent-instructions"), "{:?}", build.lines());
            }
        }
        assert_eq!(build.tokens(), 0);
    }
}
