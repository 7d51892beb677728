//! `coder port-forward`.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use coder_testkit::{Machine, Server, free_port, until};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

fn workspace() -> (Machine, Server) {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("dev", "[process]\n");
    (machine, server)
}

fn start(machine: &Machine, arguments: &[&str]) -> Child {
    let mut command = machine.command("coder");
    command.args(["port-forward", "dev"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn end(mut child: Child) -> String {
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert!(child.wait().unwrap().success());
    stdout
}

/// Responds to every connection with a number and all that it has received.
fn echo(number: u8) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut received = vec![number];
                let _ = stream.read_to_end(&mut received);
                let _ = stream.write_all(&received);
            });
        }
    });
    port
}

fn request(port: u16, text: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(text).ok()?;
    stream.shutdown(std::net::Shutdown::Write).ok()?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).ok()?;
    Some(response).filter(|response| !response.is_empty())
}

#[test]
fn tcp_ports_and_a_server_restart() {
    let (machine, server) = workspace();
    let (one, other) = (echo(1), echo(2));
    let (first, second) = (free_port(), free_port());
    let child = start(&machine, &["--tcp", &format!("{first}:{one},{second}:{other}")]);
    until("it forwards", || request(first, b"x").is_some());
    assert_eq!(request(first, b"a").unwrap(), b"\x01a");
    assert_eq!(request(second, b"b").unwrap(), b"\x02b");
    let large = vec![7; 5_000_000];
    let all: Vec<_> = (0..20)
        .map(|_| (first, large.clone()))
        .map(|(port, large)| thread::spawn(move || request(port, &large)))
        .collect();
    for one in all {
        assert_eq!(one.join().unwrap().unwrap().len(), large.len() + 1);
    }
    let address = server.address();
    server.kill();
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    until("it forwards again", || request(first, b"x").is_some());
    let stdout = end(child);
    assert!(
        stdout.contains(&format!(
            "Forwarding 'tcp://127.0.0.1:{first}' locally to 'tcp://127.0.0.1:{one}' in the workspace"
        )),
        "{stdout}"
    );
    for (arguments, message) in [
        (&["--tcp", "0"][..], "\"0\" is not a port from 1 to 65535"),
        (&["--tcp", "80-82:90-91"], "3 local ports and 2 remote ports"),
        (&["--udp", "53,53"], "given more than once"),
        (&[], "no port-forwards requested"),
    ] {
        let output = machine.coder([&["port-forward", "dev"], arguments].concat());
        assert!(output.code == 1 && output.stderr.contains(message), "{arguments:?}: {}", output.stderr);
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let held = TcpListener::bind(taken).unwrap();
    let output = machine.coder(["port-forward", "dev", "--tcp", &taken.port().to_string()]);
    assert!(output.code == 1 && output.stderr.contains("cannot listen on 127.0.0.1:"), "{}", output.stderr);
    drop(held);
    server.stop();
}

#[test]
fn udp_ports() {
    let (machine, server) = workspace();
    let remote = UdpSocket::bind("127.0.0.1:0").unwrap();
    let remote_port = remote.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok((length, from)) = remote.recv_from(&mut buffer) {
            let _ = remote.send_to(&[b"echo ", &buffer[..length]].concat(), from);
        }
    });
    let local_port = free_port();
    let child = start(&machine, &["--udp", &format!("{local_port}:{remote_port}")]);
    let clients: Vec<UdpSocket> = (0..3)
        .map(|_| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.connect(("127.0.0.1", local_port)).unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
            socket
        })
        .collect();
    let mut buffer = [0; 65_536];
    until("it forwards", || {
        let _ = clients[0].send(b"first");
        clients[0].recv(&mut buffer).is_ok()
    });
    // Each client receives its own responses, complete.
    for (socket, text) in clients.iter().zip([&b"one"[..], b"", &[b'x'; 9000]]) {
        // Skips responses to earlier datagrams.
        let response = loop {
            let _ = socket.send(text);
            match socket.recv(&mut buffer) {
                Ok(length) if &buffer[..length] != b"echo first" => break buffer[..length].to_vec(),
                _ => {}
            }
        };
        assert_eq!(response, [b"echo ", text].concat());
    }
    end(child);
    server.stop();
}
