//! The SSH configuration file.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anstream::eprintln;
use anyhow::{Context as _, Result, anyhow};

use crate::output::display_safe;

/// Larger files are not read.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Resolves `~/` and symlinks.
pub fn locate(given: &str) -> Result<PathBuf> {
    let path = match given.strip_prefix("~/") {
        Some(rest) => std::env::home_dir()
            .ok_or_else(|| anyhow!("the home directory is not known; give the file with --ssh-config-file"))?
            .join(rest),
        None => std::path::absolute(given).context("cannot find the SSH configuration")?,
    };
    // The file is replaced by a rename, which would replace a symlink instead of its target.
    Ok(fs::canonicalize(&path).unwrap_or(path))
}

/// Returns an empty text when there is no file.
pub fn read(path: &Path) -> Result<String> {
    let message = || format!("cannot read {}", path.display());
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error).with_context(message),
        Ok(metadata) if !metadata.is_file() || metadata.len() > MAX_BYTES => {
            return Err(anyhow!("it is not an SSH configuration file")).with_context(message);
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).with_context(message)
}

/// Replaces the file atomically, and keeps its mode.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let message = || format!("cannot write {}", path.display());
    let directory = path.parent().unwrap_or(Path::new("/"));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).with_context(message)?;
    let mode = fs::metadata(path).map_or(0o600, |metadata| metadata.permissions().mode());
    let mut file = tempfile::NamedTempFile::new_in(directory).with_context(message)?;
    file.write_all(text.as_bytes()).with_context(message)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(mode & 0o7777)).with_context(message)?;
    file.as_file().sync_all().with_context(message)?;
    file.persist(path).map_err(|error| error.error).with_context(message)?;
    Ok(())
}

/// Prints the difference like `diff -u`. Only one place changes: the lines around it are a common prefix and suffix.
pub fn show_difference(before: &str, after: &str) {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let longest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(longest).take_while(|(old, new)| old == new).count();
    let show = |sign: &str, style: anstyle::Style, line: &str| {
        eprintln!("{style}{sign}{}{style:#}", display_safe(line));
    };
    let plain = anstyle::Style::new();
    let (red, green) = (anstyle::AnsiColor::Red.on_default(), anstyle::AnsiColor::Green.on_default());
    for line in old.iter().take(start).skip(start.saturating_sub(CONTEXT)) {
        show(" ", plain, line);
    }
    for line in old.iter().take(old.len() - end).skip(start) {
        show("-", red, line);
    }
    for line in new.iter().take(new.len() - end).skip(start) {
        show("+", green, line);
    }
    for line in old.iter().skip(old.len() - end).take(CONTEXT) {
        show(" ", plain, line);
    }
    eprintln!();
}
