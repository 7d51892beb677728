//! The file that the section is in.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anstream::eprintln;
use anyhow::{Context as _, Result, anyhow};

use crate::output::display_safe;

/// The largest file that is touched, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The file that is meant: `~/` is the home directory, and a link is followed.
pub fn locate(given: &str) -> Result<PathBuf> {
    let path = match given.strip_prefix("~/") {
        Some(rest) => std::env::home_dir()
            .ok_or_else(|| anyhow!("the home directory is not known; give the file with --ssh-config-file"))?
            .join(rest),
        None => std::path::absolute(given).context("cannot find the SSH configuration")?,
    };
    // Written anew beside itself: through a link that would put a file in the link's place.
    Ok(fs::canonicalize(&path).unwrap_or(path))
}

/// Its text; nothing when it is not there.
pub fn read(path: &Path) -> Result<String> {
    let told = || format!("cannot read {}", path.display());
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error).with_context(told),
        Ok(metadata) if !metadata.is_file() || metadata.len() > MAX_BYTES => {
            return Err(anyhow!("it is not an SSH configuration")).with_context(told);
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).with_context(told)
}

/// Writes it whole or not at all, with the permissions it has.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let told = || format!("cannot write {}", path.display());
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(told)?;
    let mode = fs::metadata(path).map_or(0o600, |metadata| metadata.permissions().mode());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(told)?;
    file.write_all(text.as_bytes()).with_context(told)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(mode & 0o7777)).with_context(told)?;
    file.as_file().sync_all().with_context(told)?;
    file.persist(path).map_err(|error| error.error).with_context(told)?;
    Ok(())
}

/// Shows what changes, as `diff -u` would. One place changes, so the lines before and after it are what both have.
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
