//! The SFTP subsystem: OpenSSH's server, where the system has it.

use std::path::PathBuf;

/// On Debian; Fedora; Arch and Alpine; the BSDs.
const SERVERS: &[&str] = &[
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
];

pub fn server() -> Option<PathBuf> {
    SERVERS.iter().map(PathBuf::from).find(|path| path.is_file())
}
