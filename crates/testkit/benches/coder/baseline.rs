//! What the same hardware does with nothing of ours in between.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use coder_testkit::{free_port, until};
use sqlx::{Connection, SqliteConnection};

/// Serves the bytes of a file on every path, by a bare axum handler. Says its address on standard output.
pub fn serve_http(body: &Path) {
    let body = bytes::Bytes::from(fs::read(body).expect("the bytes to serve"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async move {
        let response = move || {
            let body = body.clone();
            async move { ([("content-type", "application/json; charset=utf-8")], body) }
        };
        let app = axum::Router::new().fallback(response);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        std::io::stdout().flush().expect("somebody listens");
        let listener = axum::serve::ListenerExt::tap_io(listener, |socket| drop(socket.set_nodelay(true)));
        axum::serve(listener, app).await.expect("it serves");
    });
}

/// Such a server in a process of its own, and its address.
pub fn start_http(body: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg("floor-http")
        .arg(body)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut address = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().expect("a pipe")),
        &mut address,
    )
    .expect("an address");
    (child, address.trim().to_owned())
}

/// Commits a second on an SQLite file beside the server's, each durable when answered.
pub fn sqlite_commits(dir: &Path, span: Duration) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let url = format!("sqlite://{}?mode=rwc", dir.join("floor.db").display());
        let mut connection = SqliteConnection::connect(&url).await.expect("a database");
        for sql in [
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)",
        ] {
            sqlx::query(sql).execute(&mut connection).await.expect("it runs");
        }
        let started = Instant::now();
        let mut commits = 0.0;
        while started.elapsed() < span {
            sqlx::query("INSERT INTO t (b) VALUES (zeroblob(300))")
                .execute(&mut connection)
                .await
                .expect("it commits");
            commits += 1.0;
        }
        commits / started.elapsed().as_secs_f64()
    })
}

/// The stock SSH server with keys of its own. Ended when dropped.
pub struct StockServer {
    child: Child,
    port: u16,
}

impl StockServer {
    /// Starts one, where there is one.
    pub fn start(dir: &Path) -> Option<Self> {
        let program = Path::new("/usr/sbin/sshd");
        if !program.exists() {
            return None;
        }
        for name in ["host", "key"] {
            if !dir.join(name).exists() {
                let made = Command::new("ssh-keygen")
                    .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                    .arg(dir.join(name))
                    .status()
                    .ok()?;
                assert!(made.success());
            }
        }
        fs::copy(dir.join("key.pub"), dir.join("authorized")).ok()?;
        // As root it insists on this folder.
        let _ = fs::create_dir_all("/run/sshd");
        let port = free_port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\n\
             StrictModes no\nUsePAM no\nPermitRootLogin yes\nSetEnv HOME={0}\n",
            dir.display()
        );
        fs::write(dir.join("sshd_config"), config).ok()?;
        let child = Command::new(program)
            .args(["-D", "-f"])
            .arg(dir.join("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        until("the stock server listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(Self { child, port })
    }

    /// What a client needs to reach it as `stock`. It exchanges keys as with us: what it would choose by itself, against
    /// computers that nobody has yet, can take several times as long as all the rest.
    pub fn client_config(&self, dir: &Path) -> String {
        format!(
            "Host stock\n HostName 127.0.0.1\n Port {}\n IdentityFile {}/key\n StrictHostKeyChecking no\n \
             UserKnownHostsFile /dev/null\n LogLevel ERROR\n KexAlgorithms curve25519-sha256\n",
            self.port,
            dir.display()
        )
    }
}

impl Drop for StockServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
