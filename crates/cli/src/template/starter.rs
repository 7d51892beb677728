//! The template that `coder templates init` writes.

use std::{fs, path::Path};

use anstream::println;
use anyhow::{Context as _, Result, bail};

pub const TEXT: &str = r#"# What a workspace of this template is made of.

[agent]
# The directory that shells and scripts start in; by default the home directory.
# dir = "~/project"

# Variables for everything in the workspace. $NAME and ${NAME} are replaced.
# A user's own secrets win over them.
[agent.env]
# EDITOR = "vim"

# Runs when the workspace starts, after secret files were written, with the same
# environment as a shell.
# [[script]]
# display_name = "Install tools"
# script = "make install"
# start_blocks_login = true    # shells wait until it is done
# timeout = "5m"

# Runs when the workspace stops.
# [[script]]
# display_name = "Clean up"
# script = "make clean"
# run_on_stop = true

# What the workspace runs on: one of
#   [process]   a process on the server's own machine, for development
#   [external]  any machine, VM, pod or CI job that you start the agent on
[process]
"#;

/// Writes it to a directory that has none yet.
pub fn write(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    let path = directory.join("template.toml");
    if path.exists() {
        bail!("{} exists already", path.display());
    }
    fs::write(&path, TEXT).with_context(|| format!("cannot write {}", path.display()))?;
    println!(
        "Wrote {}. Edit it, then:\n  coder templates push <name> --directory {}",
        path.display(),
        directory.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_starter_is_a_valid_template() {
        assert!(coder_model::template::Definition::parse(super::TEXT).is_ok());
    }
}
