//! `coder users`

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use coder_wire::{
    Sensitive,
    users::{CreateUserRequest, UpdatePasswordRequest, UpdateRolesRequest, User},
};
use zeroize::Zeroizing;

use crate::{
    context::Context,
    output::{Column, Format, choose, display_safe, print_json, print_table, relative},
    prompt,
};

/// Manage users.
#[derive(Args)]
pub struct UsersArgs {
    #[command(subcommand)]
    pub command: UsersCommand,
}

#[derive(Subcommand)]
pub enum UsersCommand {
    /// Create a user.
    Create {
        /// E-mail address.
        #[arg(short, long)]
        email: Option<String>,
        /// Username.
        #[arg(short, long)]
        username: Option<String>,
        /// Full name.
        #[arg(short = 'n', long, default_value = "")]
        full_name: String,
        /// Password. Prefer the variable: other users can see arguments.
        #[arg(short, long, env = "CODER_USER_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// List users.
    #[command(visible_alias = "ls")]
    List {
        /// Search: part of a name or e-mail address, or status:suspended.
        #[arg(long, default_value = "")]
        search: String,
        /// Columns to show: id, username, name, email, created at, updated at, status, roles.
        #[arg(short, long, value_delimiter = ',')]
        column: Vec<String>,
        /// Output format.
        #[arg(short, long, value_enum, default_value = "table")]
        output: Format,
    },
    /// Show a user.
    Show {
        /// Username, id, or me.
        user: String,
        /// Output format.
        #[arg(short, long, value_enum, default_value = "table")]
        output: Format,
    },
    /// Suspend a user: their sessions, tokens and agents end.
    Suspend {
        /// Username or id.
        user: String,
    },
    /// Activate a suspended user.
    Activate {
        /// Username or id.
        user: String,
    },
    /// Delete a user and their secrets.
    #[command(visible_alias = "rm")]
    Delete {
        /// Username or id.
        user: String,
        /// Skip confirmation.
        #[arg(short, long)]
        yes: bool,
    },
    /// Change a password, by default your own.
    Password {
        /// Username, id, or me.
        #[arg(default_value = "me")]
        user: String,
    },
    /// Replace the roles of a user.
    Roles {
        /// Username or id.
        user: String,
        /// Roles: owner, user-admin, template-admin, auditor; none for a member.
        roles: Vec<String>,
    },
}

const COLUMNS: &[Column<User>] = &[
    Column { name: "id", show: |user| user.id.to_string() },
    Column { name: "username", show: |user| user.username.clone() },
    Column { name: "name", show: |user| user.name.clone() },
    Column { name: "email", show: |user| user.email.clone() },
    Column { name: "created at", show: |user| relative(user.created_at) },
    Column { name: "updated at", show: |user| relative(user.updated_at) },
    Column { name: "status", show: |user| user.status.clone() },
    Column { name: "roles", show: |user| roles(user) },
];
const LISTED: &[&str] = &["username", "email", "created at", "status"];
const SHOWN: &[&str] = &["username", "name", "email", "status", "roles", "created at", "id"];

fn roles(user: &User) -> String {
    user.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>().join(",")
}

pub async fn run(command: UsersCommand, context: &Context) -> Result<()> {
    let client = context.client()?;
    match command {
        UsersCommand::Create { email, username, full_name, password } => {
            let request = CreateUserRequest {
                username: given_or_prompted(username, "--username", "Username:")?,
                email: given_or_prompted(email, "--email", "Email:")?,
                name: full_name,
                password: Sensitive::new(match password {
                    Some(password) => Zeroizing::new(password),
                    None if prompt::is_possible() => prompt::new_password("Password:")?,
                    None => bail!("Missing values for the required flags: --password"),
                }),
                user_status: None,
            };
            let user = client.create_user(&request).await.context("create user")?;
            println!("Created user {} ({}).", display_safe(&user.username), display_safe(&user.email));
            println!("They log in with `coder login {}` and the password you chose.", client.url());
        }
        UsersCommand::List { search, column, output } => {
            let columns = choose(COLUMNS, &column, LISTED)?;
            let users = client.users(&search).await.context("list users")?.users;
            match output {
                Format::Json => print_json(&users)?,
                Format::Table if users.is_empty() => eprintln!("No users found."),
                Format::Table => print_table(&columns, &users),
            }
        }
        UsersCommand::Show { user, output } => {
            let user = client.user(&user).await.context("get user")?;
            match output {
                Format::Json => print_json(&user)?,
                Format::Table => print_table(&choose(COLUMNS, &[], SHOWN)?, &[user]),
            }
        }
        UsersCommand::Suspend { user } => {
            let user = client.set_user_status(&user, "suspend").await.context("suspend user")?;
            println!("User {} has been suspended!", display_safe(&user.username));
        }
        UsersCommand::Activate { user } => {
            let user = client.set_user_status(&user, "activate").await.context("activate user")?;
            println!("User {} has been activated!", display_safe(&user.username));
        }
        UsersCommand::Delete { user, yes } => {
            prompt::confirm(&format!("Delete user {} with all of their secrets?", display_safe(&user)), yes)?;
            client.delete_user(&user).await.context("delete user")?;
            println!("User {} has been deleted!", display_safe(&user));
        }
        UsersCommand::Password { user } => {
            if !prompt::is_possible() {
                bail!("passwords are prompted for on a terminal; in scripts, use the API");
            }
            let me = client.user("me").await?;
            let own = user == "me" || user.eq_ignore_ascii_case(&me.username) || user == me.id.to_string();
            let old_password =
                if own { Sensitive::new(prompt::password("Old password:")?) } else { Sensitive::default() };
            let password = Sensitive::new(prompt::new_password("New password:")?);
            let request = UpdatePasswordRequest { old_password, password };
            client.update_password(&user, &request).await.context("update password")?;
            println!("Password has been changed! All other sessions and tokens of the user have ended.");
        }
        UsersCommand::Roles { user, roles: wanted } => {
            let request = UpdateRolesRequest { roles: wanted };
            let user = client.update_roles(&user, &request).await.context("update roles")?;
            let held = roles(&user);
            println!(
                "User {} has the roles: {}",
                display_safe(&user.username),
                if held.is_empty() { "member" } else { &held }
            );
        }
    }
    Ok(())
}

fn given_or_prompted(given: Option<String>, flag: &str, question: &str) -> Result<String> {
    match given {
        Some(text) => Ok(text),
        None if prompt::is_possible() => prompt::line(question),
        None => bail!("Missing values for the required flags: {flag}"),
    }
}
