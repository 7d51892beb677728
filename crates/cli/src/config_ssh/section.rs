//! The marked section, and the rest of the file.

use std::{
    fmt::Write,
    path::{MAIN_SEPARATOR, Path},
};

use anyhow::{Result, anyhow, bail};
use coder_wire::deployment::SshConfig;

use super::options::Options;
use crate::{ssh_config_policy::parse_host_part, workspace::Wait};

const START: &str = "# ------------START-CODER-----------";
const END: &str = "# ------------END-CODER------------";

/// The rest of the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Surroundings<'a> {
    before: &'a str,
    after: &'a str,
    has_section: bool,
}

/// Splits a file into the surroundings and the section, if there is one.
pub fn split(text: &str) -> Result<(Surroundings<'_>, Option<&str>)> {
    let (starts, ends) = (lines_with(text, START), lines_with(text, END));
    match (starts.as_slice(), ends.as_slice()) {
        ([], []) => Ok((Surroundings { before: text, after: "", has_section: false }, None)),
        ([start], [end]) if start < end => {
            let rest = text.get(*end..).unwrap_or_default();
            let after_end = rest.find('\n').map_or(text.len(), |length| end + length + 1);
            let part = |from: usize, to: usize| {
                text.get(from..to).ok_or_else(|| anyhow!("the coder section is incomplete"))
            };
            let surroundings = Surroundings {
                before: part(0, *start)?,
                after: part(after_end, text.len())?,
                has_section: true,
            };
            Ok((surroundings, Some(part(*start, after_end)?)))
        }
        _ => bail!(
            "the coder section is incomplete or not unique: a marker is missing or repeated\nremove everything between and \
             including {START:?} and {END:?}, then run this again"
        ),
    }
}

/// Offsets of the lines that start with a marker.
fn lines_with(text: &str, marker: &str) -> Vec<usize> {
    let begins_line = |at: &usize| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    text.match_indices(marker).map(|(at, _)| at).filter(begins_line).collect()
}

impl Surroundings<'_> {
    /// The file with this section: in place of the old one, or else appended after an empty line.
    pub fn with(&self, section: &str) -> String {
        let mut text = self.before.to_owned();
        if !self.has_section && !text.is_empty() {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text + section + self.after
    }

    /// The file without the section, and without the empty line before it.
    pub fn without(&self) -> String {
        let before = self.before.strip_suffix('\n').filter(|_| self.has_section);
        let before = before.filter(|rest| rest.ends_with('\n')).unwrap_or(self.before);
        before.to_owned() + self.after
    }
}

/// The section to write.
pub struct Section<'a> {
    pub options: &'a Options,
    pub server: &'a SshConfig,
    pub program: &'a Path,
    pub login_directory: &'a Path,
    /// Used when each workspace is listed.
    pub workspaces: &'a [String],
    /// Whether to write paths with forward slashes on all systems.
    pub forward_slashes: bool,
}

impl Section<'_> {
    fn prefix(&self) -> &str {
        self.options.prefix.as_deref().unwrap_or(&self.server.hostname_prefix)
    }

    fn suffix(&self) -> &str {
        self.options.suffix.as_deref().unwrap_or(&self.server.hostname_suffix).trim_start_matches('.')
    }

    /// The hostname of a workspace.
    pub fn host(&self, workspace: &str) -> String {
        match (self.prefix(), self.suffix()) {
            ("", suffix) if !suffix.is_empty() => format!("{workspace}.{suffix}"),
            (prefix, _) => format!("{prefix}{workspace}"),
        }
    }

    pub fn text(&self) -> Result<String> {
        let mut text = String::new();
        writeln!(text, "{START}")?;
        writeln!(text, "# This section is managed by coder. DO NOT EDIT.")?;
        writeln!(text, "#")?;
        writeln!(text, "# \"coder config-ssh\" updates it, \"coder config-ssh --remove\" removes it.")?;
        writeln!(text, "#")?;
        self.options.write(&mut text)?;
        writeln!(text, "#")?;
        if self.prefix().is_empty() && self.suffix().is_empty() {
            bail!("hostnames need a prefix or a suffix: set --ssh-host-prefix or --hostname-suffix");
        }
        for (pattern, flags) in self.hosts()? {
            self.write_host(&mut text, &pattern, &flags)?;
        }
        writeln!(text, "{END}")?;
        Ok(text)
    }

    /// The pattern of each `Host` block, and the flags with which `coder ssh` parses its names.
    fn hosts(&self) -> Result<Vec<(String, String)>> {
        let (prefix, suffix) = (self.prefix(), self.suffix());
        let named = |name: &str| {
            let before = (format!("{prefix}{name}"), format!("--ssh-host-prefix {prefix}"));
            let behind = (format!("{name}.{suffix}"), format!("--hostname-suffix {suffix}"));
            let parts = [(prefix, before), (suffix, behind)];
            parts.into_iter().filter_map(|(part, host)| (!part.is_empty()).then_some(host))
        };
        if !self.options.no_wildcard {
            return Ok(named("*").collect());
        }
        let mut names: Vec<_> = self.workspaces.iter().collect();
        names.sort_unstable();
        let mut hosts = Vec::new();
        for name in names {
            parse_host_part(name).map_err(|reason| anyhow!("workspace {name:?} in a hostname: {reason}"))?;
            // One block with both hostnames.
            let (patterns, flags): (Vec<_>, Vec<_>) = named(name).unzip();
            hosts.push((patterns.join(" "), flags.join(" ")));
        }
        Ok(hosts)
    }

    /// A local path as a word of the ProxyCommand.
    fn path(&self, path: &Path) -> Result<String> {
        let word = quote(path)?;
        // Only where the separator is a backslash; elsewhere it is part of a name.
        let slashes = self.forward_slashes && MAIN_SEPARATOR != '/';
        Ok(if slashes { word.replace(MAIN_SEPARATOR, "/") } else { word })
    }

    fn write_host(&self, text: &mut String, pattern: &str, flags: &str) -> Result<()> {
        writeln!(text, "Host {pattern}")?;
        let key = |option: &str| option.split(['=', ' ']).next().unwrap_or_default().to_ascii_lowercase();
        let server = self.server.ssh_config_options.iter().map(|(key, value)| format!("{key}={value}"));
        // The Coder server authenticates both sides, so the host key adds nothing, and a recreated workspace has a new one.
        let defaults = [
            "ConnectTimeout=0",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
        ];
        // The first value counts: the user's options, then the server's, then the defaults.
        let mut options = self.options.ssh.clone();
        for option in server.chain(defaults.map(str::to_owned)) {
            if options.iter().all(|chosen| key(chosen) != key(&option)) {
                options.push(option);
            }
        }
        for option in options {
            writeln!(text, "    {option}")?;
        }
        let mut command = format!(
            "{} --global-config {} ssh --stdio",
            self.path(self.program)?,
            self.path(self.login_directory)?
        );
        if self.options.wait != Wait::Auto {
            write!(command, " --wait {}", self.options.wait.as_str())?;
        }
        if self.options.disable_autostart {
            command.push_str(" --disable-autostart");
        }
        // Quoted for the shell, since old clients accept any text as a hostname.
        writeln!(text, "    ProxyCommand {command} {flags} '%h'")?;
        Ok(())
    }
}

/// Quotes a path for a shell, and for the `%` tokens of ssh.
fn quote(path: &Path) -> Result<String> {
    let text = path.to_str().filter(|text| !text.contains(char::is_control));
    let text =
        text.ok_or_else(|| anyhow!("{} cannot be written to an SSH configuration file", path.display()))?;
    Ok(format!("'{}'", text.replace('\'', r"'\''").replace('%', "%%")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn server() -> SshConfig {
        SshConfig {
            hostname_prefix: "coder.".to_owned(),
            hostname_suffix: "coder".to_owned(),
            ssh_config_options: BTreeMap::from([("Compression".to_owned(), "yes".to_owned())]),
        }
    }

    fn options() -> Options {
        Options {
            wait: Wait::Yes,
            prefix: None,
            suffix: Some(String::new()),
            disable_autostart: true,
            no_wildcard: false,
            ssh: vec!["LogLevel=DEBUG".to_owned(), "SendEnv A".to_owned(), "SendEnv B".to_owned()],
        }
    }

    #[test]
    fn a_section_contains_its_options() {
        let (server, options) = (server(), options());
        let section = Section {
            options: &options,
            server: &server,
            program: Path::new("/opt/it's 100%/coder"),
            login_directory: Path::new("/home/me/.config/coderv2"),
            workspaces: &[],
            forward_slashes: false,
        };
        let text = section.text().unwrap();
        assert_eq!(Options::read(&text), options);
        let host = text.split_once("Host ").unwrap().1;
        assert_eq!(
            host,
            "coder.*\n    LogLevel=DEBUG\n    SendEnv A\n    SendEnv B\n    Compression=yes\n    ConnectTimeout=0\n    \
             StrictHostKeyChecking=no\n    UserKnownHostsFile=/dev/null\n    GlobalKnownHostsFile=/dev/null\n    \
             ProxyCommand '/opt/it'\\''s 100%%/coder' --global-config '/home/me/.config/coderv2' ssh --stdio --wait yes \
             --disable-autostart --ssh-host-prefix coder. '%h'\n# ------------END-CODER------------\n"
        );
    }

    #[test]
    fn each_workspace_can_be_listed() {
        let server = server();
        let mut options = Options { no_wildcard: true, suffix: None, ..options() };
        let text = |options: &Options, names: &[&str]| {
            let workspaces: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            let (program, login_directory) = (Path::new("coder"), Path::new("config"));
            let section = Section {
                options,
                server: &server,
                program,
                login_directory,
                workspaces: &workspaces,
                forward_slashes: true,
            };
            section.text()
        };
        let both = text(&options, &["two", "one"]).unwrap();
        assert_eq!(Options::read(&both), options);
        let hosts: Vec<_> = both.lines().filter(|line| line.starts_with("Host ")).collect();
        assert_eq!(hosts, ["Host coder.one one.coder", "Host coder.two two.coder"]);
        assert!(both.contains("--ssh-host-prefix coder. --hostname-suffix coder '%h'"), "{both}");
        assert!(!text(&options, &[]).unwrap().contains("Host "));
        assert!(text(&options, &["a\nProxyCommand x"]).is_err(), "an invalid name from a server");
        options.prefix = Some(String::new());
        assert!(text(&options, &["one"]).unwrap().contains("Host one.coder\n"));
    }

    #[test]
    fn the_surroundings_of_the_section_are_unchanged() {
        let section = format!("{START}\nx\n{END}\n");
        for text in ["", "Host a\r\n  User b\n", "\n\n", "Host a\n\n\n", "  # START-CODER\n"] {
            let (surroundings, none) = split(text).unwrap();
            assert_eq!(none, None);
            let with = surroundings.with(&section);
            assert!(with.starts_with(text));
            let (surroundings, found) = split(&with).unwrap();
            assert_eq!(found, Some(section.as_str()));
            assert_eq!(surroundings.with(&section), with, "a second time changes nothing");
            assert_eq!(surroundings.without(), text);
        }
        let (surroundings, _) = split(
            "before\n\n# ------------START-CODER-----------\nold\n# ------------END-CODER------------\nafter\n",
        )
        .unwrap();
        assert_eq!(surroundings.with("new\n"), "before\n\nnew\nafter\n");
        assert_eq!(surroundings.without(), "before\nafter\n");
        assert!(split(&format!("{START}\nno end\n")).is_err());
        assert!(split(&format!("{section}{section}")).is_err());
    }
}
