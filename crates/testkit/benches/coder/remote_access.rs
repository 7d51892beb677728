//! Remote access to a workspace with OpenSSH, beside OpenSSH's server on loopback.

use std::{
    fs,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use coder_testkit::{Machine, Server, Socket, finish, until};

use crate::{baseline::StockServer, median, memory, processes::resident, rate, time, timed};

const RUNS: usize = 15;
/// Bytes of a bulk copy.
const BULK: u64 = 400_000_000;
/// Keys typed during a bulk copy.
const KEYS: usize = 400;
/// Bytes through a terminal.
const FLOOD: u64 = 2_000_000_000;
/// Number of secrets as variables: the maximum.
const VARIABLES: usize = 50;

/// A host for OpenSSH's client: a name, and its configuration file.
#[derive(Clone, Copy)]
struct Host<'a> {
    machine: &'a Machine,
    config: &'a str,
    name: &'a str,
}

impl Host<'_> {
    fn ssh(&self, arguments: &[&str]) -> Command {
        let mut command = self.machine.command("ssh");
        command.args(["-F", self.config]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) {
        finish(self.ssh(arguments), b"").ok();
    }
}

pub fn run(machine: &Machine, server: &Server) {
    machine.workspace("access", "[process]\n");
    machine.coder(["ssh", "access", "--", "true"]).ok();
    let config = configure(machine);
    let own = Host { machine, config: &config, name: "coder.ways" };
    variables();
    match StockServer::start(&machine.home()) {
        Some(stock) => {
            let config = machine.home().join("stock_config").display().to_string();
            fs::write(&config, stock.client_config(&machine.home())).unwrap();
            let stock = Host { machine, config: &config, name: "stock" };
            stock.run(&[stock.name, "true"]);
            commands(own, stock);
            bulk(own, stock);
            keys(own, stock);
        }
        None => println!("(no stock sshd on this machine to compare with)"),
    }
    terminal(machine, server);
}

/// Writes the configuration of workspaces. Returns its path.
fn configure(machine: &Machine) -> String {
    let config = machine.home().join("ssh_config").display().to_string();
    machine.coder(["config-ssh", "--yes", "--ssh-config-file", &config]).ok();
    config
}

/// A command costs the same however many variables the workspace has.
fn variables() {
    let machine = Machine::new(&std::env::var("CODER_BENCH_PROGRAM").unwrap());
    let server = machine.serve_and_log_in();
    // A running workspace gets new secrets only at its next start.
    machine.workspace("without", "[process]\n");
    machine.coder(["ssh", "without", "--", "test -z \"$V_0\""]).ok();
    for n in 0..VARIABLES {
        let (name, variable) = (format!("v-{n}"), format!("V_{n}"));
        machine.coder_with(["secret", "create", &name, "--env", &variable], &[b'v'; 400]).ok();
    }
    machine.workspace("with", "[process]\n");
    machine.coder(["ssh", "with", "--", &format!("test -n \"$V_{}\"", VARIABLES - 1)]).ok();
    let config = configure(&machine);
    let host = |name| Host { machine: &machine, config: &config, name };
    let one = |host: Host<'_>| timed(|| host.run(&[host.name, "true"]));
    let (with, without): (Vec<_>, Vec<_>) =
        (0..RUNS).map(|_| (one(host("coder.with")), one(host("coder.without")))).unzip();
    let what = format!("ssh coder.ws true, {VARIABLES} variables");
    time(&what, median(with), Some(("the same without any", median(without))));
    server.stop();
}

fn commands(own: Host<'_>, stock: Host<'_>) {
    let one = |host: Host<'_>| timed(|| host.run(&[host.name, "true"]));
    let (own_times, stock_times): (Vec<_>, Vec<_>) = (0..RUNS).map(|_| (one(own), one(stock))).unzip();
    time("ssh coder.ws true, new connection", median(own_times), Some(("stock sshd", median(stock_times))));
    let (own_master, stock_master) = (Master::start(own), Master::start(stock));
    let one =
        |master: &Master<'_>| timed(|| master.host.run(&["-S", &master.socket, master.host.name, "true"]));
    let (own_times, stock_times): (Vec<_>, Vec<_>) =
        (0..4 * RUNS).map(|_| (one(&own_master), one(&stock_master))).unzip();
    time("ssh coder.ws true, multiplexed", median(own_times), Some(("stock sshd", median(stock_times))));
}

/// A connection that others share, closed on drop.
struct Master<'a> {
    host: Host<'a>,
    socket: String,
    child: Child,
}

impl<'a> Master<'a> {
    fn start(host: Host<'a>) -> Self {
        let socket = host.machine.home().join(format!("{}.sock", host.name)).display().to_string();
        let mut command = host.ssh(&["-M", "-N", "-S", &socket, host.name]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("the master is ready", || finish(host.ssh(&["-S", &socket, "-O", "check", "x"]), b"").code == 0);
        Self { host, socket, child }
    }
}

impl Drop for Master<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A killed master does not delete its socket.
        let _ = fs::remove_file(&self.socket);
    }
}

fn bulk(own: Host<'_>, stock: Host<'_>) {
    let out = |host: Host<'_>| {
        let spent = timed(|| {
            let command = format!("head -c {BULK} /dev/zero");
            let mut ssh = host.ssh(&[host.name, &command]);
            assert!(ssh.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap().success());
        });
        BULK as f64 / 1e6 / spent.as_secs_f64()
    };
    let into = |host: Host<'_>| {
        let script =
            format!("head -c {BULK} /dev/zero | ssh -F {} {} 'cat >/dev/null'", host.config, host.name);
        let spent = timed(|| drop(host.machine.bash(&script).ok()));
        BULK as f64 / 1e6 / spent.as_secs_f64()
    };
    let (own_times, stock_times): (Vec<_>, Vec<_>) = (0..3).map(|_| (out(own), out(stock))).unzip();
    rate("bulk copy out of the workspace, MB", median(own_times), Some(("stock sshd", median(stock_times))));
    let (own_times, stock_times): (Vec<_>, Vec<_>) = (0..3).map(|_| (into(own), into(stock))).unzip();
    rate("bulk copy into the workspace, MB", median(own_times), Some(("stock sshd", median(stock_times))));
}

/// The latency of a key's echo during a bulk copy.
fn keys(own: Host<'_>, stock: Host<'_>) {
    let (own_times, stock_times) = (echo(own, None), echo(stock, None));
    time("key echo, 99 of 100, beside a bulk copy", own_times, Some(("stock sshd", stock_times)));
    let (own_master, stock_master) = (Master::start(own), Master::start(stock));
    let (own_times, stock_times) =
        (echo(own, Some(&own_master.socket)), echo(stock, Some(&stock_master.socket)));
    time("the same over one shared connection", own_times, Some(("stock sshd", stock_times)));
}

fn echo(host: Host<'_>, shared: Option<&str>) -> Duration {
    let with = |rest: &[&str]| match shared {
        Some(socket) => host.ssh(&[&["-S", socket, host.name], rest].concat()),
        None => host.ssh(&[&[host.name], rest].concat()),
    };
    let mut copy = with(&["cat /dev/zero"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut typist = with(&["cat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut keys, mut shown) = (typist.stdin.take().unwrap(), typist.stdout.take().unwrap());
    let mut press = || {
        timed(|| {
            keys.write_all(b"k").unwrap();
            shown.read_exact(&mut [0]).unwrap();
        })
    };
    // Both are running before the measurement.
    let mut copied = copy.stdout.take().unwrap();
    copied.read_exact(&mut [0]).unwrap();
    let drain = thread::spawn(move || std::io::copy(&mut copied, &mut std::io::sink()));
    press();
    let mut spans: Vec<Duration> = (0..KEYS)
        .map(|_| {
            thread::sleep(Duration::from_millis(5));
            press()
        })
        .collect();
    drop(keys);
    typist.wait().unwrap();
    copy.kill().unwrap();
    copy.wait().unwrap();
    let _ = drain.join();
    spans.sort_unstable();
    spans[KEYS * 99 / 100]
}

/// The throughput of the web terminal, and the memory of server and agent under back-pressure.
fn terminal(machine: &Machine, server: &Server) {
    let (token, agent) = (machine.token(), machine.agent("access"));
    let url = format!("{}/api/v2/workspaceagents/{agent}/pty", server.url);
    let mut socket = Socket::open(&url, &[("Coder-Session-Token", &token)]).unwrap();
    // The quotes distinguish the output from the typed command.
    socket.type_in("PS1=''; stty -onlcr; echo ag''ent=$PPID=\n");
    socket.wait_for("agent=");
    let pid = socket.wait_for("=").parse().unwrap();
    memory("server before, resident", resident(server.pid()));
    memory("agent before, resident", resident(pid));
    let (mut max_server, mut max_agent) = ((0, 0), (0, 0));
    socket.type_in(&format!("yes | head -c {FLOOD}\n"));
    let started = Instant::now();
    let (mut seen, mut messages) = (0, 0);
    while seen < FLOOD {
        seen += socket.receive().unwrap().len() as u64;
        messages += 1;
        if messages % 2000 == 0 {
            max_server = max_server.max(resident(server.pid()));
            max_agent = max_agent.max(resident(pid));
        }
    }
    rate("2 GB through the web terminal, MB", FLOOD as f64 / 1e6 / started.elapsed().as_secs_f64(), None);
    memory("server meanwhile, resident, max", max_server);
    memory("agent meanwhile, resident, max", max_agent);
}
