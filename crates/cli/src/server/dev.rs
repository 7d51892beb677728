//! `coder server --dev`: a server to try out, which leaves nothing behind.

use std::{path::Path, time::Duration};

use anstream::eprintln;
use anyhow::{Context as _, Result};
use coder_client::Client;
use coder_wire::{
    Sensitive,
    templates::{CreateTemplateRequest, CreateTemplateVersionRequest},
    users::{CreateFirstUserRequest, LoginRequest},
    workspaces::CreateWorkspaceRequest,
};
use url::Url;
use zeroize::Zeroizing;

use super::{
    args::{ServerArgs, processes},
    signals::cancel_on_signals,
};
use crate::{
    login_store::{Login, LoginStore},
    workspace::follow,
};

const USERNAME: &str = "dev";
const EMAIL: &str = "dev@localhost";
const WORKSPACE: &str = "dev";
const TEMPLATE: &str = "local";
const TEMPLATE_TEXT: &str = "[agent]\n[process]\n";
/// For workspaces to end with the server.
const GRACE_PERIOD: Duration = Duration::from_secs(5);

pub async fn run(args: ServerArgs, login_store: LoginStore) -> Result<()> {
    let directory = tempfile::Builder::new()
        .prefix("coder-dev-")
        .tempdir()
        .context("cannot create a directory for the server's data")?;
    let server_config = args.config(Some(directory.path().to_owned()))?;
    let processes = processes(&server_config.data_dir)?;
    let server = coder_server::bind(server_config).await?;
    let url = server.access_url().clone();
    let local =
        Url::parse(&format!("http://{}", server.address())).context("cannot name the server's address")?;
    let shutdown = server.shutdown_token();
    cancel_on_signals(&shutdown)?;
    let serving = tokio::spawn(server.run());
    let earlier = login_store.read()?;
    let ready = tokio::select! {
        ready = set_up(&local, &url, &login_store) => ready,
        () = shutdown.cancelled() => Ok(()),
    };
    if ready.is_ok() {
        serving.await.context("the server failed")?;
    } else {
        serving.abort();
    }
    processes.stop_all(GRACE_PERIOD).await.context("end the local workspaces")?;
    restore_login(&login_store, &url, earlier)?;
    ready
}

/// Creates a first user, a login, a template and a workspace, and prints what to do next.
async fn set_up(local: &Url, url: &Url, login_store: &LoginStore) -> Result<()> {
    let password = Zeroizing::new(password());
    let client = Client::new(local.clone(), None)?;
    let first = CreateFirstUserRequest {
        email: EMAIL.to_owned(),
        username: USERNAME.to_owned(),
        name: String::new(),
        password: Sensitive::new(password.clone()),
    };
    client.create_first_user(&first).await.context("create the first user")?;
    let login = LoginRequest { email: EMAIL.to_owned(), password: Sensitive::new(password.clone()) };
    let token = client.login(&login).await.context("log in")?.session_token.into_inner();
    login_store.save(url, &token)?;
    let client = client.with_token(token);

    let file_id = client.upload(archive()?).await.context("upload the template")?.hash;
    let version = CreateTemplateVersionRequest { file_id, ..CreateTemplateVersionRequest::default() };
    let version = client.create_template_version(&version).await.context("create the template")?;
    let template = CreateTemplateRequest {
        name: TEMPLATE.to_owned(),
        template_version_id: version.id,
        ..CreateTemplateRequest::default()
    };
    let template = client.create_template(&template).await.context("create the template")?;
    let workspace = CreateWorkspaceRequest {
        name: WORKSPACE.to_owned(),
        template_id: Some(template.id),
        ..CreateWorkspaceRequest::default()
    };
    let workspace = client.create_workspace(&workspace).await.context("create the workspace")?;
    follow(&client, workspace.latest_build).await?;
    let shown = url.as_str().trim_end_matches('/');
    eprintln!(
        "
Coder runs at {shown} in development mode: everything is deleted when it ends.

  Dashboard  {shown}
  User       {EMAIL}
  Password   {}
  Workspace  {WORKSPACE}, running, from template {TEMPLATE}

This machine is logged in. In another terminal:

  echo -n \"s3cret\" | coder secret create api-key --env API_KEY
  coder restart {WORKSPACE} --yes
  coder ssh {WORKSPACE} -- 'echo $API_KEY'

Stop it with Ctrl-C.
",
        *password
    );
    Ok(())
}

fn password() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let random: [u8; 16] = rand::random();
    random.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|byte| char::from(*byte)).collect()
}

fn archive() -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(TEMPLATE_TEXT.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive
        .append_data(&mut header, Path::new("template.toml"), TEMPLATE_TEXT.as_bytes())
        .context("pack the template")?;
    archive.into_inner().context("pack the template")
}

/// Restores the earlier login, unless this machine has been logged in elsewhere since.
fn restore_login(login_store: &LoginStore, url: &Url, earlier: Login) -> Result<()> {
    if login_store.read()?.url.as_ref() != Some(url) {
        return Ok(());
    }
    match (earlier.url, earlier.token) {
        (Some(url), Some(token)) => login_store.save(&url, &token),
        _ => login_store.delete(),
    }
}
