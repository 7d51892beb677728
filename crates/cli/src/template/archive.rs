//! Packing a template directory.

use std::{fs, io, path::Path};

use anyhow::{Context as _, Result, bail};

/// The server's limit.
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Packs the regular files of a directory into a tar archive. Symlinks and `.git` are left out.
pub fn pack(directory: &Path) -> Result<Vec<u8>> {
    if !directory.join("template.toml").is_file() {
        bail!("{} has no template.toml; create one with `coder templates init`", directory.display());
    }
    let mut archive = tar::Builder::new(Vec::new());
    archive.mode(tar::HeaderMode::Deterministic);
    add(&mut archive, directory, Path::new(""))
        .with_context(|| format!("cannot pack {}", directory.display()))?;
    let bytes = archive.into_inner().context("cannot pack the directory")?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("the directory is too large: {} bytes packed, the limit is {MAX_BYTES}", bytes.len());
    }
    Ok(bytes)
}

fn add(archive: &mut tar::Builder<Vec<u8>>, root: &Path, below: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(root.join(below))?.collect::<io::Result<Vec<_>>>()?;
    // Sorted, so that equal directories have equal archives.
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let path = below.join(entry.file_name());
        if kind.is_dir() && entry.file_name() != ".git" {
            add(archive, root, &path)?;
        } else if kind.is_file() {
            if archive.get_ref().len() as u64 + entry.metadata()?.len() > 2 * MAX_BYTES {
                return Err(io::Error::other("it is too large"));
            }
            archive.append_path_with_name(root.join(&path), &path)?;
        }
    }
    Ok(())
}
