//! `coder secret list`

use anstream::eprintln;
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::secrets::UserSecret;

use crate::{
    context::Context,
    output::{Column, Format, choose, print_json, print_table, relative},
};

/// List secrets, or show one. Values are never shown.
#[derive(Args)]
pub struct ListArgs {
    /// Show only this secret.
    name: Option<String>,
    /// Columns to show: name, created, updated, env, file, enabled, description.
    #[arg(short, long, value_delimiter = ',')]
    column: Vec<String>,
    /// Output format.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
}

const COLUMNS: &[Column<UserSecret>] = &[
    Column { name: "name", show: |secret| secret.name.clone() },
    Column { name: "created", show: |secret| relative(secret.created_at) },
    Column { name: "updated", show: |secret| relative(secret.updated_at) },
    Column { name: "env", show: |secret| secret.env_name.clone() },
    Column { name: "file", show: |secret| secret.file_path.clone() },
    Column { name: "enabled", show: |secret| secret.enabled.to_string() },
    Column { name: "description", show: |secret| secret.description.clone() },
];
const DEFAULT: &[&str] = &["name", "created", "updated", "env", "file", "enabled", "description"];

pub async fn run(args: ListArgs, context: &Context) -> Result<()> {
    let columns = choose(COLUMNS, &args.column, DEFAULT)?;
    let client = context.client()?;
    let secrets = match &args.name {
        Some(name) => vec![client.secret(name).await.with_context(|| format!("get secret {name:?}"))?],
        None => client.secrets().await.context("list secrets")?,
    };
    if secrets.is_empty() {
        eprintln!("No secrets found.");
    }
    match args.output {
        Format::Json => print_json(&secrets)?,
        Format::Table if secrets.is_empty() => {}
        Format::Table => print_table(&columns, &secrets),
    }
    Ok(())
}
