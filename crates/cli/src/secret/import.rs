//! `coder secret import`

use std::{
    fs::File,
    io::{IsTerminal, Read},
};

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use coder_model::import::{self, Format, MAX_FILE_BYTES};
use coder_wire::{Sensitive, secrets::ImportUserSecretsRequest};
use zeroize::Zeroizing;

use crate::context::Context;

/// Create a secret for every entry of a file.
///
/// Each key becomes the name, and the environment variable where it is a valid one. Existing secrets are never changed.
#[derive(Args)]
pub struct ImportArgs {
    /// File, or - for standard input.
    file: String,
    /// Format: env, json or yaml; by default inferred from the file's extension.
    #[arg(long, ignore_case = true, value_parser = ["env", "json", "yaml"])]
    input_format: Option<String>,
}

pub async fn run(args: ImportArgs, context: &Context) -> Result<()> {
    let path = &args.file;
    let format = match &args.input_format {
        Some(word) => Format::parse(&word.to_ascii_lowercase())?,
        None => Format::of_path(path).ok_or_else(|| {
            anyhow!(
                "cannot infer the secrets file format from {path:?}, set --input-format to one of: env, json, yaml"
            )
        })?,
    };
    let content = read(path)?;
    check(path, format, &content)?;
    let request =
        ImportUserSecretsRequest { format: format.as_str().to_owned(), content: Sensitive::new(content) };
    let created = context
        .client()?
        .import_secrets(&request)
        .await
        .with_context(|| format!("import secrets from {path:?}"))?;
    match created.len() {
        1 => println!("Imported 1 secret."),
        number => println!("Imported {number} secrets."),
    }
    let without: Vec<String> = created
        .iter()
        .filter(|secret| secret.env_name.is_empty())
        .map(|secret| format!("{:?}", secret.name))
        .collect();
    if !without.is_empty() {
        let plural = if without.len() == 1 { "" } else { "s" };
        eprintln!(
            "warning: {} secret{plural} imported without an environment variable name: {}",
            without.len(),
            without.join(", ")
        );
        eprintln!("Set each with `coder secret update <name> --env <ENV_NAME>` to inject it into workspaces.");
    }
    Ok(())
}

fn read(path: &str) -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let limit = MAX_FILE_BYTES as u64 + 1;
    if path == "-" {
        if std::io::stdin().is_terminal() {
            bail!("secrets file must be provided via non-interactive stdin (pipe or redirect)");
        }
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).context("read secrets file")?;
    } else {
        let file = File::open(path).context("open secrets file")?;
        file.take(limit).read_to_end(&mut bytes).context("read secrets file")?;
    }
    if bytes.len() > MAX_FILE_BYTES {
        bail!("secrets file exceeds the maximum allowed size of {MAX_FILE_BYTES} bytes");
    }
    String::from_utf8(std::mem::take(&mut *bytes))
        .map(Zeroizing::new)
        .map_err(|_| anyhow!("secrets file must contain valid UTF-8"))
}

/// Validates the file before anything is sent.
fn check(path: &str, format: Format, content: &str) -> Result<()> {
    let entries = import::parse(format, content).with_context(|| format!("parse {path:?}"))?;
    let mut errors = Vec::new();
    for (number, entry) in (1..).zip(&entries) {
        for error in entry.to_secret().err().unwrap_or_default() {
            errors.push(format!("secret {number} ({:?}) {}: {}", entry.key, error.field, error.detail));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(anyhow!(errors.join("; ")).context(format!("validate {path:?}")))
    }
}
