//! Baselines on the same hardware without the product.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use coder_testkit::{free_port, until};
use sqlx::{Connection, SqliteConnection};

/// Serves the bytes of a file on every path with a bare axum handler. Prints its address.
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
        std::io::stdout().flush().expect("the address is read");
        let listener = axum::serve::ListenerExt::tap_io(listener, |socket| drop(socket.set_nodelay(true)));
        axum::serve(listener, app).await.expect("it serves");
    });
}

/// Starts [`serve_http`] in another process. Returns its address.
pub fn start_http(body: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg("floor-http")
        .arg(body)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut address = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().expect("a pipe")),
        &mut address,
    )
    .expect("an address");
    (child, address.trim().to_owned())
}

/// Durable commits per second to an SQLite file in this directory.
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

/// OpenSSH's server with keys of its own, killed on drop.
pub struct StockServer {
    child: Child,
    port: u16,
}

impl StockServer {
    /// Starts it, if it is installed.
    pub fn start(dir: &Path) -> Option<Self> {
        let program = Path::new("/usr/sbin/sshd");
        if !program.exists() {
            return None;
        }
        for name in ["host", "key"] {
            if !dir.join(name).exists() {
                let generated = Command::new("ssh-keygen")
                    .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                    .arg(dir.join(name))
                    .status()
                    .ok()?;
                assert!(generated.success());
            }
        }
        fs::copy(dir.join("key.pub"), dir.join("authorized")).ok()?;
        // As root it requires this directory.
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

    /// The client's configuration for the host `stock`. The key exchange is the one of workspaces: the default one, against
    /// quantum computers, can take several times as long as the rest of the connection.
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
