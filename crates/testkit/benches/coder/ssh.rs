//! A command in a workspace, beside OpenSSH's server on loopback.

use std::fs;

use coder_testkit::{Machine, finish};

use crate::{baseline::StockServer, median, time, timed};

const RUNS: usize = 15;

pub fn run(machine: &Machine) {
    machine.workspace("bench-ssh", "[process]\n");
    machine.coder(["ssh", "bench-ssh", "--", "true"]).ok();
    let own = || timed(|| drop(machine.coder(["ssh", "bench-ssh", "--", "true"]).ok()));
    let Some(sshd) = StockServer::start(&machine.home()) else {
        time("coder ssh ws -- true", median((0..RUNS).map(|_| own()).collect()), None);
        println!("(no stock sshd on this machine to compare with)");
        return;
    };
    let config = machine.home().join("stock_config").display().to_string();
    fs::write(&config, sshd.client_config(&machine.home())).unwrap();
    let stock = || {
        let mut ssh = machine.command("ssh");
        ssh.args(["-F", &config, "stock", "true"]);
        timed(|| drop(finish(ssh, b"").ok()))
    };
    stock();
    // Alternating, so that other load affects both alike.
    let (own, stock): (Vec<_>, Vec<_>) = (0..RUNS).map(|_| (own(), stock())).unzip();
    time("coder ssh ws -- true", median(own), Some(("ssh to stock sshd on loopback", median(stock))));
}
