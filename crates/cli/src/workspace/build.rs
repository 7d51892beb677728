//! Running builds, and waiting for them.

use std::{io::IsTerminal, time::Duration};

use anstream::eprintln;
use anyhow::{Context as _, Result, bail};
use coder_client::{Client, Error};
use coder_wire::workspaces::{CreateWorkspaceBuildRequest, Workspace, WorkspaceBuild};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::sleep;

use crate::output::display_safe;

/// Short, so that a quick build does not take longer.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Requests a transition and waits for its end.
pub async fn run(
    client: &Client,
    workspace: &Workspace,
    transition: &str,
    orphan: bool,
) -> Result<WorkspaceBuild> {
    let request =
        CreateWorkspaceBuildRequest { transition: transition.to_owned(), template_version_id: None, orphan };
    let build = client
        .create_build(workspace.id, &request)
        .await
        .with_context(|| format!("{transition} workspace {:?}", workspace.name))?;
    follow(client, build).await
}

/// Waits for the end of a build and prints its log to standard error, with a spinner on a terminal.
pub async fn follow(client: &Client, mut build: WorkspaceBuild) -> Result<WorkspaceBuild> {
    let spinner = if std::io::stderr().is_terminal() {
        let spinner = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            spinner.set_style(style);
        }
        spinner.enable_steady_tick(Duration::from_millis(120));
        spinner
    } else {
        ProgressBar::hidden()
    };
    let mut after = 0;
    loop {
        let done = !matches!(build.job.status.as_str(), "pending" | "running" | "canceling");
        spinner.set_message(match build.job.status.as_str() {
            "pending" => "Waiting in the queue",
            _ => "Working",
        });
        match client.build_logs(build.id, after).await {
            Ok(lines) => {
                for line in lines {
                    after = line.id;
                    spinner.suspend(|| {
                        eprintln!("  {}: {}", display_safe(&line.stage), display_safe(&line.output));
                    });
                }
            }
            // A deleted workspace has no log; the result of the build is printed below.
            Err(Error::Api { status: 404 | 410, .. }) => {}
            Err(error) => return Err(error).context("read the build's log"),
        }
        if done {
            break;
        }
        sleep(POLL_INTERVAL).await;
        build = client.build(build.id).await.context("get the build")?;
    }
    spinner.finish_and_clear();
    if build.job.status == "succeeded" {
        return Ok(build);
    }
    bail!("the build {}: {}", build.job.status, display_safe(&build.job.error))
}

/// Waits for a build in progress, and then starts the workspace if it is stopped.
pub async fn start_if_stopped(client: &Client, workspace: Workspace, may_start: bool) -> Result<Workspace> {
    let name = workspace.name.clone();
    let build = match workspace.latest_build.status.as_str() {
        "running" => return Ok(workspace),
        "pending" | "starting" => {
            eprintln!("Waiting for the workspace to start...");
            follow(client, workspace.latest_build.clone()).await?
        }
        "stopping" | "canceling" => {
            eprintln!("Waiting for the workspace to stop...");
            follow(client, workspace.latest_build.clone()).await?
        }
        _ => workspace.latest_build.clone(),
    };
    if build.transition != "start" || build.job.status != "succeeded" {
        if !may_start {
            bail!("the workspace is {}; start it with `coder start {name}`", build.status);
        }
        eprintln!("The workspace {name} is {}, starting it...", build.status);
        run(client, &workspace, "start", false).await?;
    }
    client.workspace(&workspace.owner_name, &name).await.context("get workspace")
}
