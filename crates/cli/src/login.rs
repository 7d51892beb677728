//! `coder login`, `coder logout`, `coder whoami`

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use coder_client::Client;
use coder_wire::{
    Sensitive,
    users::{CreateFirstUserRequest, LoginRequest},
};
use serde::Serialize;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    context::Context,
    output::{TextFormat, display_safe, print_json},
    prompt,
    server_url::parse_server_url,
};

/// Log in to a server, or set up a new one.
///
/// On a server without users, this creates the first one, who becomes the owner of the deployment.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LoginArgs {
    #[command(subcommand)]
    command: Option<LoginCommand>,
    /// URL of the server.
    #[arg(value_parser = parse_server_url)]
    server: Option<Url>,
    /// E-mail of the first user.
    #[arg(long, env = "CODER_FIRST_USER_EMAIL", hide_env_values = true)]
    first_user_email: Option<String>,
    /// Username of the first user.
    #[arg(long, env = "CODER_FIRST_USER_USERNAME", hide_env_values = true)]
    first_user_username: Option<String>,
    /// Full name of the first user.
    #[arg(long, env = "CODER_FIRST_USER_FULL_NAME", hide_env_values = true)]
    first_user_full_name: Option<String>,
    /// Password of the first user. Prefer the variable: other users can see arguments.
    #[arg(long, env = "CODER_FIRST_USER_PASSWORD", hide_env_values = true)]
    first_user_password: Option<String>,
    /// Do not open a browser; only print the URL.
    #[arg(long)]
    no_open: bool,
    /// Store the given token instead of creating a session token with it.
    #[arg(long)]
    use_token_as_session: bool,
}

#[derive(Subcommand)]
enum LoginCommand {
    /// Print the session token.
    Token,
}

pub async fn login(args: LoginArgs, context: &Context) -> Result<()> {
    if args.command.is_some() {
        let (_, token) = context.credentials()?;
        println!("{}", *token);
        return Ok(());
    }
    let stored = context.login_store.read()?.url;
    let (url, source) = match (args.server.clone(), context.given_url().cloned(), stored) {
        (Some(url), ..) => (url, "argument"),
        (None, Some(url), _) => (url, "environment"),
        (None, None, Some(url)) => (url, "config"),
        (None, None, None) => bail!("a server is needed: coder login <url>"),
    };
    eprintln!("Attempting to authenticate with {source} URL: '{url}'");
    let client = Client::new(url, None)?;
    if !client.has_first_user().await? {
        return first_user(args, &client, context).await;
    }
    let token = match context.given_token() {
        Some(token) if args.use_token_as_session => token.clone(),
        Some(token) => {
            let created = client.with_token(token.clone()).create_session_key().await?;
            created.key.into_inner()
        }
        None if prompt::is_possible() => ask_for_token(&client, args.no_open)?,
        None => bail!("cannot prompt without a terminal: set --token or CODER_SESSION_TOKEN"),
    };
    finish(&client, token, context).await
}

/// Lets the user log in with a browser, and prompts for the token that it shows.
fn ask_for_token(client: &Client, no_open: bool) -> Result<Zeroizing<String>> {
    let page = format!("{}/cli-auth", client.url().as_str().trim_end_matches('/'));
    eprintln!("Open the following in your browser:\n\n    {page}\n");
    // Without a browser on this machine, any other one will do.
    if !no_open && let Err(error) = open::that_detached(&page) {
        tracing::debug!(%error, "no browser");
    }
    let token = prompt::password("Paste your token here:")?;
    Ok(Zeroizing::new(token.trim().to_owned()))
}

/// Creates the first user from flags, or from prompts on a terminal.
async fn first_user(args: LoginArgs, client: &Client, context: &Context) -> Result<()> {
    eprintln!("> Your Coder deployment hasn't been set up!");
    let complete = args.first_user_email.is_some()
        && args.first_user_username.is_some()
        && args.first_user_password.is_some();
    if !complete {
        if !prompt::is_possible() {
            bail!("the initial user cannot be created in non-interactive mode. use the API");
        }
        prompt::confirm("Would you like to create the first user?", false)?;
    }
    let username = match args.first_user_username {
        Some(username) => username,
        None => prompt::line("What username would you like?")?,
    };
    let email = match args.first_user_email {
        Some(email) => email,
        None => prompt::line("What's your email?")?,
    };
    let password = match args.first_user_password {
        Some(password) => Zeroizing::new(password),
        None => prompt::new_password("Enter a password:")?,
    };
    let request = CreateFirstUserRequest {
        email: email.clone(),
        username,
        name: args.first_user_full_name.unwrap_or_default(),
        password: Sensitive::new(password.clone()),
    };
    client.create_first_user(&request).await.context("create initial user")?;
    let login = LoginRequest { email, password: Sensitive::new(password) };
    let token = client.login(&login).await.context("log in as the initial user")?.session_token;
    finish(client, token.into_inner(), context).await
}

async fn finish(client: &Client, token: Zeroizing<String>, context: &Context) -> Result<()> {
    let user = client.with_token(token.clone()).user("me").await?;
    context.login_store.save(client.url(), &token)?;
    println!("Welcome to Coder, {}! You're authenticated.", display_safe(&user.username));
    Ok(())
}

/// Log out.
#[derive(Args)]
pub struct LogoutArgs {
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn logout(args: &LogoutArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    prompt::confirm("Are you sure you want to log out?", args.yes)?;
    let result = client.logout().await;
    context.login_store.delete()?;
    match result {
        // The session has already ended.
        Err(error) if error.status() != Some(401) => return Err(error).context("Failed to log out"),
        _ => {}
    }
    println!("You are no longer logged in. You can log in using 'coder login <url>'.");
    Ok(())
}

/// Show the current user and server.
#[derive(Args)]
pub struct WhoamiArgs {
    /// Output format.
    #[arg(short, long, value_enum, default_value = "text")]
    output: TextFormat,
}

#[derive(Serialize)]
struct Whoami {
    url: String,
    username: String,
    user_id: uuid::Uuid,
    organization_ids: Vec<uuid::Uuid>,
    roles: Vec<String>,
}

pub async fn whoami(args: &WhoamiArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let user = client.user("me").await?;
    if args.output == TextFormat::Json {
        return print_json(&[Whoami {
            url: client.url().to_string(),
            username: user.username,
            user_id: user.id,
            organization_ids: user.organization_ids,
            roles: user.roles.into_iter().map(|role| role.name).collect(),
        }]);
    }
    println!(
        "Coder is running at {}, You're authenticated as {} !",
        client.url(),
        display_safe(&user.username)
    );
    Ok(())
}
