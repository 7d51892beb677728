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
    /// Write a template.toml to start from.
    Init {
        /// The folder.
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
    /// Create a template of a folder, or give an existing one its next version.
    Push {
        /// Its name; the folder's when not given.
        name: Option<String>,
        /// The folder.
        #[arg(short, long, default_value = ".")]
        directory: PathBuf,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
    /// List templates.
    #[command(visible_alias = "ls")]
    List {
        /// Columns to show: name, computer, workspaces, last updated, created by, id.
        #[arg(short, long, value_delimiter = ',')]
        column: Vec<String>,
        /// How it is printed.
        #[arg(short, long, value_enum, default_value = "table")]
        output: Format,
    },
    /// Delete templates that no workspace uses.
    #[command(visible_alias = "rm")]
    Delete {
        /// Their names.
        #[arg(required = true)]
        names: Vec<String>,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
}

const COLUMNS: &[Column<Template>] = &[
    Column { name: "name", show: |template| template.name.clone() },
    Column { name: "computer", show: |template| template.provisioner.clone() },
    Column { name: "workspaces", show: |template| template.active_workspace_count.to_string() },
    Column { name: "last updated", show: |template| relative(template.updated_at) },
    Column { name: "created by", show: |template| template.created_by_name.clone() },
    Column { name: "id", show: |template| template.id.to_string() },
];
const DEFAULT: &[&str] = &["name", "computer", "workspaces", "last updated", "created by"];

pub async fn run(command: TemplatesCommand, context: &Context) -> Result<()> {
    match command {
        TemplatesCommand::Init { directory } => starter::write(&directory),
        TemplatesCommand::Push { name, directory, yes } => push(name, directory, yes, context).await,
        TemplatesCommand::List { column, output } => {
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
    let file_id = client.upload(archive).await.context("upload the folder")?.hash;
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
