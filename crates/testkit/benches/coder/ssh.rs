//! A command in a workspace, beside the stock server on loopback.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use coder_testkit::{Machine, finish, until};

use crate::{median, time};

const RUNS: usize = 15;

pub fn run(machine: &Machine) {
    machine.workspace("bench-ssh", "[process]\n");
    machine.coder(["ssh", "bench-ssh", "--", "true"]).ok();
    let own = || timed(|| drop(machine.coder(["ssh", "bench-ssh", "--", "true"]).ok()));
    let Some((mut sshd, port)) = stock_server(&machine.home()) else {
        time("coder ssh ws -- true", median((0..RUNS).map(|_| own()).collect()), None);
        println!("(no stock sshd on this machine to compare with)");
        return;
    };
    let port = port.to_string();
    let stock = || {
        let mut ssh = machine.command("ssh");
        ssh.args([
            "-F",
            "none",
            "-i",
            "key",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
        ]);
        ssh.args(["-o", "LogLevel=ERROR", "-p", &port, "127.0.0.1", "true"]);
        timed(|| drop(finish(ssh, b"").ok()))
    };
    stock();
    // In turn, so that what else the machine does meets both alike.
    let (own, stock): (Vec<_>, Vec<_>) = (0..RUNS).map(|_| (own(), stock())).unzip();
    time("coder ssh ws -- true", median(own), Some(("ssh to stock sshd on loopback", median(stock))));
    sshd.kill().unwrap();
    sshd.wait().unwrap();
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

/// A stock server with keys of its own, and its port.
fn stock_server(folder: &Path) -> Option<(Child, u16)> {
    let program = Path::new("/usr/sbin/sshd");
    if !program.exists() {
        return None;
    }
    for name in ["host", "key"] {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(folder.join(name))
            .status()
            .ok()?;
        assert!(made.success());
    }
    fs::copy(folder.join("key.pub"), folder.join("authorized")).ok()?;
    // As root it insists on this folder.
    let _ = fs::create_dir_all("/run/sshd");
    let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let config = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\n\
         StrictModes no\nUsePAM no\nPermitRootLogin yes\nSetEnv HOME={0}\n",
        folder.display()
    );
    fs::write(folder.join("sshd_config"), config).ok()?;
    let child = Command::new(program)
        .args(["-D", "-f"])
        .arg(folder.join("sshd_config"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    until("the stock server listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    Some((child, port))
}
