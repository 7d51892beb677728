//! A template folder as an archive.

use std::{fs, io, path::Path};

use anyhow::{Context as _, Result, bail};

/// The largest archive, in bytes; what the server takes.
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Packs a folder's regular files. Links and version control are left out.
pub fn pack(folder: &Path) -> Result<Vec<u8>> {
    if !folder.join("template.toml").is_file() {
        bail!("{} has no template.toml; `coder templates init` writes one to start from", folder.display());
    }
    let mut archive = tar::Builder::new(Vec::new());
    archive.mode(tar::HeaderMode::Deterministic);
    add(&mut archive, folder, Path::new("")).with_context(|| format!("cannot pack {}", folder.display()))?;
    let bytes = archive.into_inner().context("cannot pack the folder")?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("the folder is too large: {} bytes packed, at most {MAX_BYTES} are allowed", bytes.len());
    }
    Ok(bytes)
}

fn add(archive: &mut tar::Builder<Vec<u8>>, root: &Path, below: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(root.join(below))?.collect::<io::Result<Vec<_>>>()?;
    // The same folder always gives the same bytes.
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
