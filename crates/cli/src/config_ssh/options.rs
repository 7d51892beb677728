//! The options of the section, which are stored in it.

use std::fmt::Write;

use clap::ValueEnum;

use crate::{ssh_config_policy::parse_host_part, workspace::Wait};

const OPTIONS: &str = "# Last config-ssh options:";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub wait: Wait,
    pub prefix: Option<String>,
    pub suffix: Option<String>,
    pub disable_autostart: bool,
    /// Whether each workspace is listed.
    pub no_wildcard: bool,
    pub ssh: Vec<String>,
}

impl Options {
    /// Reads the options from a section. Invalid ones are ignored.
    pub fn read(section: &str) -> Self {
        let mut options = Self {
            wait: Wait::Auto,
            prefix: None,
            suffix: None,
            disable_autostart: false,
            no_wildcard: false,
            ssh: Vec::new(),
        };
        let lines = section.lines().skip_while(|line| *line != OPTIONS).skip(1);
        for pair in lines.map_while(|line| line.strip_prefix("# :")) {
            match pair.split_once('=') {
                Some(("wait", word)) => options.wait = Wait::from_str(word, true).unwrap_or(Wait::Auto),
                Some(("ssh-host-prefix", text)) => options.prefix = parse_host_part(text).ok(),
                Some(("hostname-suffix", text)) => options.suffix = parse_host_part(text).ok(),
                Some(("disable-autostart", word)) => options.disable_autostart = word == "true",
                Some(("no-wildcard", word)) => options.no_wildcard = word == "true",
                Some(("ssh-option", text)) => options.ssh.extend(option(text).ok()),
                _ => {}
            }
        }
        options
    }

    /// Writes comment lines for [`Self::read`].
    pub fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "{OPTIONS}")?;
        if self.wait != Wait::Auto {
            writeln!(text, "# :wait={}", self.wait.as_str())?;
        }
        if let Some(prefix) = &self.prefix {
            writeln!(text, "# :ssh-host-prefix={prefix}")?;
        }
        if let Some(suffix) = &self.suffix {
            writeln!(text, "# :hostname-suffix={suffix}")?;
        }
        if self.disable_autostart {
            writeln!(text, "# :disable-autostart=true")?;
        }
        if self.no_wildcard {
            writeln!(text, "# :no-wildcard=true")?;
        }
        for option in &self.ssh {
            writeln!(text, "# :ssh-option={option}")?;
        }
        Ok(())
    }
}

/// Parses an SSH option on one line.
pub fn option(text: &str) -> Result<String, String> {
    let key = text.split(['=', ' ']).next().unwrap_or_default();
    let is_valid_key = !key.is_empty() && key.chars().all(|character| character.is_ascii_alphanumeric());
    if is_valid_key && key.len() < text.len() && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("it must be KEY=VALUE".to_owned())
    }
}
