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
    /// Create a token. It is shown only once.
    Create {
        /// Lifetime: 8h, 30d, 1y, 1d12h30m.
        #[arg(long, default_value = "30d", value_parser = duration::parse)]
        lifetime: std::time::Duration,
        /// Name; by default a random one.
        #[arg(short, long, default_value = "")]
        name: String,
        /// Output format.
        #[arg(short, long, value_enum, default_value = "text")]
        output: TextFormat,
    },
    /// List tokens.
    #[command(visible_alias = "ls")]
    List {
        /// List the tokens of all users.
        #[arg(short, long)]
        all: bool,
        /// Include expired tokens.
        #[arg(long)]
        include_expired: bool,
        /// Columns to show: id, name, scopes, last used, expires at, created at, owner.
        #[arg(short, long, value_delimiter = ',')]
        column: Vec<String>,
        /// Output format.
        #[arg(short, long, value_enum, default_value = "table")]
        output: Format,
    },
    /// Remove a token. It is invalid at once.
    #[command(visible_aliases = ["rm", "delete"])]
    Remove {
        /// Name or id of the token, or the token itself.
        #[arg(value_name = "TOKEN")]
        key: String,
        /// Delete the token, instead of keeping it listed as expired.
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
            let created = client.create_token(&request).await.context("create token")?;
            match output {
                TextFormat::Json => print_json(&created)?,
                TextFormat::Text => println!("{}", created.key.expose()),
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
            // Of a whole token only the id is sent.
            let key = PlainToken::parse(&key).map_or(key, |plain| plain.id.to_string());
            client.delete_key(&key, !delete).await.context("remove token")?;
            println!("Token has been {}.", if delete { "deleted" } else { "expired" });
        }
    }
    Ok(())
}
