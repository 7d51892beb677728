//! `coder tokens`

use anstream::{eprintln, println};
use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use coder_model::{duration, token::PlainToken};
use coder_wire::users::{ApiKey, CreateTokenRequest};

use crate::{
    context::Context,
    output::{Column, Format, TextFormat, choose, print_json, print_table, relative},
};

/// Manage API tokens.
#[derive(Args)]
pub struct TokensArgs {
    #[command(subcommand)]
    pub command: TokensCommand,
}

#[derive(Subcommand)]
pub enum TokensCommand {
    /// Create a token. It is shown once.
    Create {
        /// How long it works: 8h, 30d, 1y, 1d12h30m.
        #[arg(long, default_value = "30d", value_parser = duration::parse)]
        lifetime: std::time::Duration,
        /// Its name; made up when not given.
        #[arg(short, long, default_value = "")]
        name: String,
        /// How it is printed.
        #[arg(short, long, value_enum, default_value = "text")]
        output: TextFormat,
    },
    /// List tokens.
    #[command(visible_alias = "ls")]
    List {
        /// Everybody's.
        #[arg(short, long)]
        all: bool,
        /// With those that no longer work.
        #[arg(long)]
        include_expired: bool,
        /// Columns to show: id, name, scopes, last used, expires at, created at, owner.
        #[arg(short, long, value_delimiter = ',')]
        column: Vec<String>,
        /// How it is printed.
        #[arg(short, long, value_enum, default_value = "table")]
        output: Format,
    },
    /// Remove a token, by name, id, or itself. It stops working at once.
    #[command(visible_aliases = ["rm", "delete"])]
    Remove {
        /// Its name, its id, or the token itself.
        #[arg(value_name = "TOKEN")]
        key: String,
        /// Forget it, instead of keeping it in the list as expired.
        #[arg(long)]
        delete: bool,
    },
}

const COLUMNS: &[Column<ApiKey>] = &[
    Column { name: "id", show: |key| key.id.clone() },
    Column { name: "name", show: |key| key.token_name.clone() },
    Column { name: "scopes", show: |key| key.scope.clone() },
    Column { name: "last used", show: |key| relative(key.last_used) },
    Column { name: "expires at", show: |key| relative(key.expires_at) },
    Column { name: "created at", show: |key| relative(key.created_at) },
    Column { name: "owner", show: |key| key.user_id.to_string() },
];
const DEFAULT: &[&str] = &["id", "name", "scopes", "last used", "expires at", "created at"];
const WITH_OWNER: &[&str] = &["id", "name", "scopes", "last used", "expires at", "created at", "owner"];

pub async fn run(command: TokensCommand, context: &Context) -> Result<()> {
    let client = context.client()?;
    match command {
        TokensCommand::Create { lifetime, name, output } => {
            let lifetime = i64::try_from(lifetime.as_nanos()).unwrap_or(i64::MAX);
            let request = CreateTokenRequest { token_name: name, lifetime };
            let made = client.create_token(&request).await.context("create token")?;
            match output {
                TextFormat::Json => print_json(&made)?,
                TextFormat::Text => println!("{}", made.key.expose()),
            }
        }
        TokensCommand::List { all, include_expired, column, output } => {
            let columns = choose(COLUMNS, &column, if all { WITH_OWNER } else { DEFAULT })?;
            let keys = client.tokens("me", all, include_expired).await.context("list tokens")?;
            match output {
                Format::Json => print_json(&keys)?,
                Format::Table if keys.is_empty() => eprintln!("No tokens found."),
                Format::Table => print_table(&columns, &keys),
            }
        }
        TokensCommand::Remove { key, delete } => {
            // Of a whole token only the public part travels.
            let key = PlainToken::parse(&key).map_or(key, |plain| plain.id.to_string());
            client.delete_key(&key, !delete).await.context("remove token")?;
            println!("Token has been {}.", if delete { "deleted" } else { "expired" });
        }
    }
    Ok(())
}
