//! `coder config-ssh`: the stock SSH tools learn of the workspaces.

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

/// Let ssh, scp, sftp, rsync, git and editors reach your workspaces as coder.NAME.
///
/// Keeps one marked section of the SSH configuration up to date, and leaves everything else in the file as it is.
#[derive(Args)]
#[command(after_help = "Examples:
  Set it up, then connect:      coder config-ssh --yes && ssh coder.dev
  See what would change:        coder config-ssh --dry-run
  Forward the key agent too:    coder config-ssh -o ForwardAgent=yes
  Take the section out again:   coder config-ssh --remove")]
pub struct ConfigSshArgs {
    /// Show what would change, and change nothing.
    #[arg(short = 'n', long, env = "CODER_SSH_DRY_RUN", hide_env_values = true)]
    dry_run: bool,
    /// Take the section out of the file.
    #[arg(long, conflicts_with_all = ["ssh_option", "use_previous_options"])]
    remove: bool,
    /// An option for the section: KEY=VALUE. May be given several times.
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
    /// Keep the options of the last time.
    #[arg(long, env = "CODER_SSH_USE_PREVIOUS_OPTIONS", hide_env_values = true)]
    use_previous_options: bool,
    /// The file.
    #[arg(long, value_name = "FILE", env = "CODER_SSH_CONFIG_FILE", default_value = "~/.ssh/config")]
    ssh_config_file: String,
    /// The coder program that ssh runs; this one when not given.
    #[arg(long, value_name = "FILE", env = "CODER_SSH_CONFIG_BINARY_PATH", hide_env_values = true)]
    coder_binary_path: Option<PathBuf>,
    /// What stands before a workspace's name; as the server says when not given.
    #[arg(long, value_name = "TEXT", env = "CODER_CONFIGSSH_SSH_HOST_PREFIX", value_parser = ssh_config_policy::parse_host_part)]
    ssh_host_prefix: Option<String>,
    /// What stands after a workspace's name, behind a dot; as the server says when not given.
    #[arg(long, value_name = "TEXT", env = "CODER_CONFIGSSH_HOSTNAME_SUFFIX", value_parser = ssh_config_policy::parse_host_part)]
    hostname_suffix: Option<String>,
    /// Whether connections wait for start-up scripts.
    #[arg(long, value_enum, default_value = "auto", env = "CODER_CONFIGSSH_WAIT", hide_env_values = true)]
    wait: Wait,
    /// Do not start a workspace that is stopped when connecting.
    #[arg(long, env = "CODER_CONFIGSSH_DISABLE_AUTOSTART", hide_env_values = true)]
    disable_autostart: bool,
    /// Name each of your workspaces in the file, for programs that list its hosts. Run this again for new ones.
    #[arg(long, env = "CODER_CONFIGSSH_NO_WILDCARD", hide_env_values = true)]
    no_wildcard: bool,
    /// Write paths with forward slashes, also on systems that have others.
    #[arg(long, env = "CODER_CONFIGSSH_UNIX_FILEPATHS", hide = true)]
    force_unix_filepaths: bool,
    /// Do not ask.
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
        return apply(&args, &path, &before, &after, "The section is not there: nothing to take out.");
    }
    let client = context.client()?;
    let server = client.ssh_config().await.context("get the SSH settings of the server")?;
    ssh_config_policy::check(&server).map_err(|what| anyhow!("the server must not have {what}"))?;
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
        config: context.login_store.directory(),
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

/// Shows the difference, asks, and writes.
fn apply(args: &ConfigSshArgs, path: &std::path::Path, before: &str, after: &str, same: &str) -> Result<()> {
    if before == after {
        println!("{same}");
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
