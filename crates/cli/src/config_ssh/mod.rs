//! `coder config-ssh`

mod file;
mod options;
mod section;

use std::path::PathBuf;

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use options::Options;
use section::Section;

use crate::{context::Context, prompt, ssh_config_policy, workspace::Wait};

/// Configure ssh, scp, sftp, rsync, git and editors to reach your workspaces as coder.NAME.
///
/// Manages one marked section of the SSH configuration file, and leaves the rest of it unchanged.
#[derive(Args)]
#[command(after_help = "Examples:
  Set up, then connect:    coder config-ssh --yes && ssh coder.dev
  Show what would change:  coder config-ssh --dry-run
  Forward the SSH agent:   coder config-ssh -o ForwardAgent=yes
  Remove the section:      coder config-ssh --remove")]
pub struct ConfigSshArgs {
    /// Show what would change, without changing it.
    #[arg(short = 'n', long, env = "CODER_SSH_DRY_RUN", hide_env_values = true)]
    dry_run: bool,
    /// Remove the section from the file.
    #[arg(long, conflicts_with_all = ["ssh_option", "use_previous_options"])]
    remove: bool,
    /// SSH option for the section: KEY=VALUE. Repeatable.
    #[arg(
        short = 'o',
        long,
        value_name = "KEY=VALUE",
        env = "CODER_SSH_CONFIG_OPTS",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = options::option
    )]
    ssh_option: Vec<String>,
    /// Use the options of the last run.
    #[arg(long, env = "CODER_SSH_USE_PREVIOUS_OPTIONS", hide_env_values = true)]
    use_previous_options: bool,
    /// SSH configuration file.
    #[arg(
        long,
        value_name = "FILE",
        env = "CODER_SSH_CONFIG_FILE",
        hide_env_values = true,
        default_value = "~/.ssh/config"
    )]
    ssh_config_file: String,
    /// Path of the coder program for ssh, by default this one.
    #[arg(long, value_name = "FILE", env = "CODER_SSH_CONFIG_BINARY_PATH", hide_env_values = true)]
    coder_binary_path: Option<PathBuf>,
    /// Prefix of hostnames, by default the server's.
    #[arg(
        long,
        value_name = "TEXT",
        env = "CODER_CONFIGSSH_SSH_HOST_PREFIX",
        hide_env_values = true,
        value_parser = ssh_config_policy::parse_host_part
    )]
    ssh_host_prefix: Option<String>,
    /// Suffix of hostnames, without the dot; by default the server's.
    #[arg(
        long,
        value_name = "TEXT",
        env = "CODER_CONFIGSSH_HOSTNAME_SUFFIX",
        hide_env_values = true,
        value_parser = ssh_config_policy::parse_host_part
    )]
    hostname_suffix: Option<String>,
    /// Whether connections wait for startup scripts.
    #[arg(long, value_enum, default_value = "auto", env = "CODER_CONFIGSSH_WAIT", hide_env_values = true)]
    wait: Wait,
    /// Do not start a stopped workspace when connecting.
    #[arg(long, env = "CODER_CONFIGSSH_DISABLE_AUTOSTART", hide_env_values = true)]
    disable_autostart: bool,
    /// List each workspace in the file, for programs that show its hosts. Run this again for new workspaces.
    #[arg(long, env = "CODER_CONFIGSSH_NO_WILDCARD", hide_env_values = true)]
    no_wildcard: bool,
    /// Write paths with forward slashes on all systems.
    #[arg(long, env = "CODER_CONFIGSSH_UNIX_FILEPATHS", hide = true)]
    force_unix_filepaths: bool,
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn run(args: ConfigSshArgs, context: &Context) -> Result<()> {
    let path = file::locate(&args.ssh_config_file)?;
    let before = file::read(&path)?;
    let (surroundings, present) =
        section::split(&before).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    if args.remove {
        let after = surroundings.without();
        return apply(&args, &path, &before, &after, "No coder section found.");
    }
    let client = context.client()?;
    let server = client.ssh_config().await.context("get the server's SSH settings")?;
    ssh_config_policy::check(&server).map_err(|error| anyhow!(error))?;
    let previous = present.filter(|_| args.use_previous_options).map(Options::read);
    let options = previous.unwrap_or_else(|| Options {
        wait: args.wait,
        prefix: args.ssh_host_prefix.clone(),
        suffix: args.hostname_suffix.clone(),
        disable_autostart: args.disable_autostart,
        no_wildcard: args.no_wildcard,
        ssh: args.ssh_option.clone(),
    });
    let program = match &args.coder_binary_path {
        Some(path) => path.clone(),
        None => std::env::current_exe().context("cannot find the coder program itself")?,
    };
    let workspaces = client.workspaces("owner:me").await.context("list workspaces")?.workspaces;
    let names: Vec<_> = workspaces.into_iter().map(|workspace| workspace.name).collect();
    let section = Section {
        options: &options,
        server: &server,
        program: &program,
        login_directory: context.login_store.directory(),
        workspaces: &names,
        forward_slashes: args.force_unix_filepaths,
    };
    let after = surroundings.with(&section.text()?);
    apply(&args, &path, &before, &after, "No changes to make.")?;
    if args.dry_run {
        return Ok(());
    }
    match names.first() {
        Some(name) => {
            println!("You should now be able to ssh into your workspace.");
            println!("For example, try running:\n\n    $ ssh {}\n", section.host(name));
        }
        None => {
            println!(
                "You don't have any workspaces yet, try creating one with:\n\n    $ coder create <workspace>\n"
            );
        }
    }
    Ok(())
}

/// Shows the difference, prompts, and writes.
fn apply(
    args: &ConfigSshArgs,
    path: &std::path::Path,
    before: &str,
    after: &str,
    unchanged: &str,
) -> Result<()> {
    if before == after {
        println!("{unchanged}");
        return Ok(());
    }
    if args.dry_run || (!args.yes && prompt::is_possible()) {
        eprintln!("The following changes will be made to {}:\n", path.display());
        file::show_difference(before, after);
    }
    if args.dry_run {
        println!("Dry run, no changes made.");
        return Ok(());
    }
    prompt::confirm("Continue?", args.yes)?;
    file::write(path, after)?;
    println!("Updated \"{}\"", path.display());
    Ok(())
}
