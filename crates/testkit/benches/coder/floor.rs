//! What the same hardware does with nothing of ours in between.

use std::{
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection, SqliteConnection};

/// Serves the bytes of a file on every path, by a bare axum handler. Says its address on standard output.
pub fn serve_http(body: &Path) {
    let body = bytes::Bytes::from(std::fs::read(body).expect("the bytes to serve"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async move {
        let answer = move || {
            let body = body.clone();
            async move { ([("content-type", "application/json; charset=utf-8")], body) }
        };
        let app = axum::Router::new().fallback(answer);
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
pub fn sqlite_commits(folder: &Path, span: Duration) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let url = format!("sqlite://{}?mode=rwc", folder.join("floor.db").display());
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
