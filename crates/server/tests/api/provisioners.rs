//! What builds and startup call of a provisioner.

use std::{
    future::{pending, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use coder_model::{WorkspaceId, template::ProvisionerKind};
use coder_provision::{
    Adoption, BuildContext, Description, Error, ProvisionFuture, Provisioner, Provisioners, StartRequest,
};
use coder_server::Config;
use coder_testkit::{Api, TestServer, on_both_engines};
use futures_util::FutureExt;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::workspaces::{built, template};

/// A provisioner that replaces `[external]` and records its calls.
#[derive(Default)]
struct Fake(Mutex<Record>);

#[derive(Default)]
struct Record {
    calls: Vec<String>,
    on_start: OnStart,
    adoption: Option<Adoption>,
    instances: Vec<WorkspaceId>,
}

#[derive(Default, Clone, Copy)]
enum OnStart {
    #[default]
    Succeed,
    Fail,
    Hang,
}

/// Records that a call was dropped before its end.
struct RecordDrop<'a>(&'a Fake);

impl Drop for RecordDrop<'_> {
    fn drop(&mut self) {
        self.0.call("start dropped".to_owned());
    }
}

impl Fake {
    fn call(&self, call: String) {
        self.0.lock().unwrap().calls.push(call);
    }

    /// The calls since the last call of this function.
    fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    fn set_on_start(&self, on_start: OnStart) {
        self.0.lock().unwrap().on_start = on_start;
    }

    async fn wait_for_call(&self, call: &str) {
        for _ in 0..1000 {
            if self.0.lock().unwrap().calls.iter().any(|created| created == call) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no call of {call:?}");
    }

    /// A server with this provisioner on the data of `server`.
    async fn serve(self: &Arc<Self>, server: TestServer) -> TestServer {
        let clock = server.clock.clone();
        let place = server.stop().await;
        let provisioners = Provisioners::new(None).with(Arc::<Self>::clone(self));
        let config = Config { provisioners, ..TestServer::config(&place, clock) };
        TestServer::serve(place, config).await
    }
}

impl Provisioner for Fake {
    fn describe(&self) -> Description {
        Description {
            kind: ProvisionerKind::External,
            summary: "Fake: runs nowhere",
            availability: None,
            agent_exits_on_stop: false,
        }
    }

    fn start<'a>(&'a self, request: StartRequest<'a>, build: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        async move {
            let token = build.agent_token().await?;
            self.call(format!("start {} {} {}", request.workspace, request.access_url, token.expose()));
            build.log("Pulling an image").await;
            let on_start = self.0.lock().unwrap().on_start;
            match on_start {
                OnStart::Succeed => Ok(()),
                OnStart::Fail => Err(Error::Failed("no space left".into())),
                OnStart::Hang => {
                    let _dropped = RecordDrop(self);
                    self.call("start hangs".to_owned());
                    pending().await
                }
            }
        }
        .boxed()
    }

    fn stop<'a>(
        &'a self,
        workspace: WorkspaceId,
        grace: Duration,
        build: &'a dyn BuildContext,
    ) -> ProvisionFuture<'a> {
        self.call(format!("stop {workspace} {}", grace.as_secs()));
        build.log("Stopping a container").map(Ok).boxed()
    }

    fn delete<'a>(&'a self, workspace: WorkspaceId, build: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        self.call(format!("delete {workspace}"));
        build.log("Deleting a volume").map(Ok).boxed()
    }

    fn adopt(&self, workspace: WorkspaceId) -> ProvisionFuture<'_, Adoption> {
        self.call(format!("adopt {workspace}"));
        let adoption = self.0.lock().unwrap().adoption;
        ready(Ok(adoption.unwrap_or(Adoption::NotManaged))).boxed()
    }

    fn list_instances(&self) -> ProvisionFuture<'_, Vec<WorkspaceId>> {
        let instances = self.0.lock().unwrap().instances.clone();
        self.call("list".to_owned());
        ready(Ok(instances)).boxed()
    }
}

async fn create(api: &Api) -> Value {
    let template = template(api, "vm", "[external]").await;
    let body = json!({"name": "dev", "template_id": template["id"]});
    api.post("/api/v2/users/me/workspaces", body).await.expect(201)
}

async fn build(api: &Api, workspace: &str, transition: &str) -> Value {
    let path = format!("/api/v2/workspaces/{workspace}/builds");
    api.post(&path, json!({"transition": transition})).await.expect(201)
}

/// Stage and text of each line.
async fn log(api: &Api, build: &Value) -> Vec<(String, String)> {
    let path = format!("/api/v2/workspacebuilds/{}/logs", build["id"].as_str().unwrap());
    let lines = api.get(&path).await.expect(200);
    let field = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    lines.as_array().unwrap().iter().map(|line| (field(line, "stage"), field(line, "output"))).collect()
}

fn lines(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(stage, text)| ((*stage).to_owned(), (*text).to_owned())).collect()
}

/// The call of a start, with the agent's token.
async fn start_call(server: &TestServer, api: &Api, workspace: &str) -> String {
    let path = format!("/api/v2/workspaces/{workspace}/external-agent/main/credentials");
    let credentials = api.get(&path).await.expect(200);
    let token = credentials["agent_token"].as_str().unwrap();
    format!("start {workspace} {} {token}", server.state.access_url.as_str().trim_end_matches('/'))
}

on_both_engines! {
    async fn builds_start_stop_and_delete(server: TestServer) {
        let fake = Arc::new(Fake::default());
        let server = fake.serve(server).await;
        fake.wait_for_call("list").await;
        fake.take_calls();
        let admin = server.admin().await;
        let created = create(&admin).await;
        let id = created["id"].as_str().unwrap();
        assert_eq!(built(&admin, &created["latest_build"]["id"]).await["status"], "running");
        assert_eq!(log(&admin, &created["latest_build"]).await, lines(&[("Starting", "Pulling an image")]));
        assert_eq!(fake.take_calls(), [start_call(&server, &admin, id).await]);

        let stop = build(&admin, id, "stop").await;
        assert_eq!(built(&admin, &stop["id"]).await["status"], "stopped");
        let stopping = [("Stopping", "The agent is not connected"), ("Stopping", "Stopping a container")];
        assert_eq!(log(&admin, &stop).await, lines(&stopping));
        assert_eq!(fake.take_calls(), [format!("stop {id} 10")]);

        let delete = build(&admin, id, "delete").await;
        assert_eq!(built(&admin, &delete["id"]).await["job"]["status"], "succeeded");
        let [first, second] = stopping;
        assert_eq!(log(&admin, &delete).await, lines(&[first, second, ("Deleting", "Deleting a volume")]));
        assert_eq!(fake.take_calls(), [format!("stop {id} 10"), format!("delete {id}")]);
    }

    async fn a_start_that_fails_and_one_that_is_canceled(server: TestServer) {
        let fake = Arc::new(Fake::default());
        let server = fake.serve(server).await;
        let admin = server.admin().await;
        fake.set_on_start(OnStart::Fail);
        let created = create(&admin).await;
        let id = created["id"].as_str().unwrap();
        let failed = built(&admin, &created["latest_build"]["id"]).await;
        assert_eq!((&failed["status"], &failed["job"]["error"]), (&json!("failed"), &json!("no space left")));
        let failure = [("Starting", "Pulling an image"), ("Failed", "no space left")];
        assert_eq!(log(&admin, &created["latest_build"]).await, lines(&failure));

        fake.set_on_start(OnStart::Hang);
        let start = build(&admin, id, "start").await;
        fake.wait_for_call("start hangs").await;
        let cancel = format!("/api/v2/workspacebuilds/{}/cancel", start["id"].as_str().unwrap());
        admin.patch(&cancel, json!({})).await.expect(200);
        assert_eq!(built(&admin, &start["id"]).await["job"]["status"], "canceled");
        assert_eq!(fake.take_calls().last().map(String::as_str), Some("start dropped"));
        let canceled = [("Starting", "Pulling an image"), ("Canceled", "The build was canceled")];
        assert_eq!(log(&admin, &start).await, lines(&canceled));

        fake.set_on_start(OnStart::Succeed);
        let start = build(&admin, id, "start").await;
        assert_eq!(built(&admin, &start["id"]).await["status"], "running");
    }

    /// The next server starts missing workspaces, and leaves running ones and unknown instances alone.
    async fn startup_adopts_workspaces(server: TestServer) {
        let fake = Arc::new(Fake::default());
        let mut server = fake.serve(server).await;
        let mut admin = server.admin().await;
        let created = create(&admin).await;
        let id = created["id"].as_str().unwrap();
        built(&admin, &created["latest_build"]["id"]).await;
        let own = WorkspaceId(id.parse().unwrap());
        fake.0.lock().unwrap().instances = vec![own, WorkspaceId(Uuid::from_u128(1))];
        for (adoption, is_started) in
            [(Adoption::Adopted, false), (Adoption::NotManaged, false), (Adoption::Missing, true)]
        {
            fake.0.lock().unwrap().adoption = Some(adoption);
            fake.take_calls();
            server = fake.serve(server).await;
            admin = server.login("admin@example.com").await;
            fake.wait_for_call("list").await;
            let mut expected = vec![format!("adopt {id}"), "list".to_owned()];
            if is_started {
                expected.insert(1, start_call(&server, &admin, id).await);
            }
            assert_eq!(fake.take_calls(), expected, "{adoption:?}");
        }

        // A stopped workspace is not started.
        let stop = build(&admin, id, "stop").await;
        built(&admin, &stop["id"]).await;
        fake.take_calls();
        let _server = fake.serve(server).await;
        fake.wait_for_call("list").await;
        assert_eq!(fake.take_calls(), ["list"]);
    }
}
