//! `coder list`

use anstream::eprintln;
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::workspaces::Workspace;

use crate::{
    context::Context,
    output::{Column, Format, choose, print_json, print_table, relative},
};

/// List workspaces.
#[derive(Args)]
pub struct ListArgs {
    /// List all workspaces that you may see.
    #[arg(short, long)]
    all: bool,
    /// Search: owner:me, name:, template:, or part of a name.
    #[arg(long, default_value = "owner:me")]
    search: String,
    /// Columns to show: workspace, template, status, healthy, last built, current version, outdated.
    #[arg(short, long, value_delimiter = ',')]
    column: Vec<String>,
    /// Output format.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
}

const COLUMNS: &[Column<Workspace>] = &[
    Column { name: "workspace", show: |workspace| format!("{}/{}", workspace.owner_name, workspace.name) },
    Column { name: "template", show: |workspace| workspace.template_name.clone() },
    Column { name: "status", show: |workspace| capitalised(&workspace.latest_build.status) },
    Column { name: "healthy", show: |workspace| workspace.health.healthy.to_string() },
    Column { name: "last built", show: |workspace| relative(workspace.latest_build.created_at) },
    Column { name: "current version", show: |workspace| workspace.latest_build.template_version_name.clone() },
    Column { name: "outdated", show: |workspace| workspace.outdated.to_string() },
];
const DEFAULT: &[&str] =
    &["workspace", "template", "status", "healthy", "last built", "current version", "outdated"];

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

pub async fn list(args: ListArgs, context: &Context) -> Result<()> {
    let columns = choose(COLUMNS, &args.column, DEFAULT)?;
    let search = if args.all { "" } else { &args.search };
    let workspaces = context.client()?.workspaces(search).await.context("list workspaces")?.workspaces;
    match args.output {
        Format::Json => print_json(&workspaces)?,
        Format::Table if workspaces.is_empty() => {
            eprintln!("No workspaces found! Create one:\n\n  coder create <name>\n");
        }
        Format::Table => print_table(&columns, &workspaces),
    }
    Ok(())
}
