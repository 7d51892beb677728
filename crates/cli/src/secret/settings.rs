//! The flags that `coder secret create` and `coder secret update` share.

use clap::Args;
use coder_model::secret::RawSettings;

#[derive(Args)]
pub struct SettingsArgs {
    /// Description.
    #[arg(long)]
    description: Option<String>,
    /// Environment variable in workspaces; empty for none.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// File in workspaces; must start with ~/ or /, empty for none.
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Whether the secret is delivered to workspaces.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    enabled: Option<bool>,
}

impl From<SettingsArgs> for RawSettings {
    fn from(args: SettingsArgs) -> Self {
        let SettingsArgs { description, env, file, enabled } = args;
        Self { description, env_name: env, file_path: file, enabled }
    }
}
