//! `coder open`

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use coder_client::Client;
use coder_wire::workspaces::{Workspace, WorkspaceAgent, WorkspaceApp};
use url::Url;

use crate::{context::Context, output::display_safe, workspace::find};

/// Open a workspace app.
#[derive(Args)]
pub struct OpenArgs {
    #[command(subcommand)]
    command: OpenCommand,
}

#[derive(Subcommand)]
enum OpenCommand {
    App(AppArgs),
}

/// Open a workspace app in the browser.
#[derive(Args)]
struct AppArgs {
    /// Workspace: NAME, NAME.AGENT or OWNER/NAME.
    workspace: String,
    /// Slug of the app; optional when there is only one.
    slug: Option<String>,
    /// Print the URL instead of opening it.
    #[arg(long)]
    print: bool,
}

pub async fn run(args: OpenArgs, context: &Context) -> Result<()> {
    let OpenCommand::App(args) = args.command;
    let client = context.client()?;
    let workspace = find(&client, &args.workspace).await?;
    let agents = workspace.latest_build.resources.iter().flat_map(|resource| &resource.agents);
    let agent = agents.into_iter().next().with_context(|| {
        format!("the workspace is not running; start it with: coder start {}", display_safe(&workspace.name))
    })?;
    let app = choose(agent, args.slug.as_deref())?;
    let url = app_url(&client, &workspace, agent, app).await?;
    if args.print {
        println!("{url}");
    } else if let Err(error) = open::that_detached(url.as_str()) {
        tracing::debug!(%error, "no browser");
        eprintln!("Cannot open a browser. The app is at:");
        println!("{url}");
    } else {
        eprintln!("Opening {url}");
    }
    Ok(())
}

fn choose<'a>(agent: &'a WorkspaceAgent, slug: Option<&str>) -> Result<&'a WorkspaceApp> {
    let mut slugs: Vec<&str> = agent.apps.iter().map(|app| app.slug.as_str()).collect();
    slugs.sort_unstable();
    let known = display_safe(&slugs.join(", "));
    match (slug, agent.apps.as_slice()) {
        (_, []) => bail!("the workspace has no apps; templates define them with [[app]]"),
        (None, [app]) => Ok(app),
        (None, _) => bail!("which app? the workspace has: {known}"),
        (Some(slug), apps) => match apps.iter().find(|app| app.slug == slug) {
            Some(app) => Ok(app),
            None => bail!("the workspace has no app {slug:?}; it has: {known}"),
        },
    }
}

/// Under its own hostname where the server has a wildcard one, else under a path of the server.
async fn app_url(
    client: &Client,
    workspace: &Workspace,
    agent: &WorkspaceAgent,
    app: &WorkspaceApp,
) -> Result<Url> {
    let mut url = client.url().clone();
    if app.subdomain {
        let wildcard = client.application_host().await.context("get the hostname of apps")?.host;
        let host = wildcard.replacen('*', &app.subdomain_name, 1);
        return Url::parse(&format!("{}://{host}/", url.scheme()))
            .context("the server returned an invalid app hostname");
    }
    let (owner, name) = (format!("@{}", workspace.owner_name), format!("{}.{}", workspace.name, agent.name));
    let mut path = url.path_segments_mut().ok().context("the server's URL has no path")?;
    path.pop_if_empty().push(&owner).push(&name);
    if app.command.is_empty() {
        path.extend(["apps", &app.slug, ""]);
        drop(path);
    } else {
        path.push("terminal");
        drop(path);
        url.query_pairs_mut().append_pair("app", &app.slug);
    }
    Ok(url)
}
