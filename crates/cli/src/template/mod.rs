//! `coder templates`

mod archive;
mod starter;

use std::path::PathBuf;

use anstream::{eprintln, println};
use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use coder_client::Error;
use coder_wire::templates::{CreateTemplateRequest, CreateTemplateVersionRequest, Template};

use crate::{
    context::Context,
    output::{Column, Format, choose, display_safe, now, print_json, print_table, relative, stamp},
    prompt,
};

/// Manage templates.
#[derive(Args)]
pub struct TemplatesArgs {
    #[command(subcommand)]
    pub command: TemplatesCommand,
}

#[derive(Subcommand)]
pub enum TemplatesCommand {
    /// Write a template.toml to start with.
    Init {
        /// Directory of the template.
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
    /// Create or update a template from a directory.
    Push {
        /// Name of the template, by default the directory's.
        name: Option<String>,
        /// Directory of the template.
        #[arg(short, long, default_value = ".")]
        directory: PathBuf,
        /// Skip confirmation.
        #[arg(short, long)]
        yes: bool,
    },
    /// List templates.
    #[command(visible_alias = "ls")]
    List {
        /// Columns to show: name, provisioner, workspaces, last updated, created by, id.
        #[arg(short, long, value_delimiter = ',')]
        column: Vec<String>,
        /// Output format.
        #[arg(short, long, value_enum, default_value = "table")]
        output: Format,
    },
    /// Delete templates. They must not have workspaces.
    #[command(visible_alias = "rm")]
    Delete {
        /// Names of the templates.
        #[arg(required = true)]
        names: Vec<String>,
        /// Skip confirmation.
        #[arg(short, long)]
        yes: bool,
    },
}

const COLUMNS: &[Column<Template>] = &[
    Column { name: "name", show: |template| template.name.clone() },
    Column { name: "provisioner", show: |template| template.provisioner.clone() },
    Column { name: "workspaces", show: |template| template.active_workspace_count.to_string() },
    Column { name: "last updated", show: |template| relative(template.updated_at) },
    Column { name: "created by", show: |template| template.created_by_name.clone() },
    Column { name: "id", show: |template| template.id.to_string() },
];
const DEFAULT: &[&str] = &["name", "provisioner", "workspaces", "last updated", "created by"];

/// The column `provisioner` was called `computer` before.
fn current_name(column: String) -> String {
    if column.trim().eq_ignore_ascii_case("computer") { "provisioner".to_owned() } else { column }
}

pub async fn run(command: TemplatesCommand, context: &Context) -> Result<()> {
    match command {
        TemplatesCommand::Init { directory } => starter::write(&directory),
        TemplatesCommand::Push { name, directory, yes } => push(name, directory, yes, context).await,
        TemplatesCommand::List { column, output } => {
            let column: Vec<_> = column.into_iter().map(current_name).collect();
            let columns = choose(COLUMNS, &column, DEFAULT)?;
            let templates = context.client()?.templates().await.context("list templates")?;
            match output {
                Format::Json => print_json(&templates)?,
                Format::Table if templates.is_empty() => {
                    eprintln!(
                        "No templates found! Create one:\n  coder templates init && coder templates push"
                    );
                }
                Format::Table => print_table(&columns, &templates),
            }
            Ok(())
        }
        TemplatesCommand::Delete { names, yes } => {
            let client = context.client()?;
            let shown = names.iter().map(|name| display_safe(name)).collect::<Vec<_>>().join(", ");
            prompt::confirm(&format!("Delete these templates: {shown}?"), yes)?;
            for name in names {
                let template =
                    client.template(&name).await.with_context(|| format!("get template {name:?}"))?;
                client
                    .delete_template(template.id)
                    .await
                    .with_context(|| format!("delete template {name:?}"))?;
                println!("Deleted template {} at {}!", display_safe(&name), stamp(now()));
            }
            Ok(())
        }
    }
}

async fn push(name: Option<String>, directory: PathBuf, yes: bool, context: &Context) -> Result<()> {
    let client = context.client()?;
    let directory = directory.canonicalize().with_context(|| format!("cannot open {}", directory.display()))?;
    let name = match name {
        Some(name) => name,
        None => directory
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .context("give the template a name")?,
    };
    let archive = archive::pack(&directory)?;
    prompt::confirm(&format!("Upload {}?", directory.display()), yes)?;
    let existing = match client.template(&name).await {
        Ok(template) => Some(template),
        Err(Error::Api { status: 404, .. }) => None,
        Err(error) => return Err(error).with_context(|| format!("get template {name:?}")),
    };
    let file_id = client.upload(archive).await.context("upload the directory")?.hash;
    let version = CreateTemplateVersionRequest {
        file_id,
        template_id: existing.as_ref().map(|template| template.id),
        ..CreateTemplateVersionRequest::default()
    };
    let version = client.create_template_version(&version).await.context("read the template")?;
    match existing {
        Some(template) => client.activate_template_version(template.id, version.id).await?,
        None => {
            let request = CreateTemplateRequest {
                name: name.clone(),
                template_version_id: version.id,
                ..CreateTemplateRequest::default()
            };
            client.create_template(&request).await.with_context(|| format!("create template {name:?}"))?;
        }
    }
    println!("Updated version at {}!", stamp(now()));
    eprintln!("Create a workspace of it:  coder create <name> --template {}", display_safe(&name));
    Ok(())
}
