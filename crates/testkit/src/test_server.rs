//! A server in this process, on a database of its own.

use coder_control::Clock;
use coder_provision::Provisioners;
use coder_server::{AppState, Config, KeySource};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::{Api, Engine, TestDatabase};

/// The password of every user that a test server creates.
pub const PASSWORD: &str = "correct horse battery";

/// A server in this process, on a database of its own. It is shut down on drop.
pub struct TestServer {
    /// Its data.
    pub database: TestDatabase,
    /// The source of the time.
    pub clock: Clock,
    /// The state of the server's handlers.
    pub state: AppState,
    /// A client without a token.
    pub anonymous: Api,
    shutdown: DropGuard,
    running: Option<JoinHandle<()>>,
}

impl TestServer {
    /// Starts a server.
    pub async fn start(engine: Engine) -> Self {
        Self::start_at(engine, Clock::default()).await
    }

    /// Starts a server with this clock.
    pub async fn start_at(engine: Engine, clock: Clock) -> Self {
        let database = TestDatabase::new(engine).await;
        Self::resume(database, clock).await
    }

    /// Starts a server whose configuration the test changes.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::new(engine).await;
        let mut config = Self::config(&database, Clock::default());
        change(&mut config);
        Self::serve(database, config).await
    }

    /// Starts a server on existing data.
    pub async fn resume(database: TestDatabase, clock: Clock) -> Self {
        let config = Self::config(&database, clock);
        Self::serve(database, config).await
    }

    /// The same, with this configuration.
    pub async fn serve(database: TestDatabase, config: Config) -> Self {
        let clock = config.clock.clone();
        let started = coder_server::bind(config).await.expect("the server starts");
        let anonymous = Api::new(started.access_url().as_str());
        let state = started.state().clone();
        let shutdown = started.shutdown_token().drop_guard();
        let running = Some(tokio::spawn(started.run()));
        Self { database, clock, state, anonymous, shutdown, running }
    }

    /// The configuration of a server on this data.
    pub fn config(database: &TestDatabase, clock: Clock) -> Config {
        let keys = match &database.postgres_url {
            Some(_) => KeySource::Inline(database.key.clone().into()),
            None => KeySource::Auto,
        };
        Config {
            http_address: ([127, 0, 0, 1], 0).into(),
            access_url: None,
            data_dir: database.dir.path().to_owned(),
            postgres_url: database.postgres_url.clone().map(Into::into),
            keys,
            app_hosts: None,
            path_based_apps: true,
            ssh: coder_server::SshConfig {
                hostname_prefix: "coder.".to_owned(),
                hostname_suffix: "coder".to_owned(),
                ssh_config_options: std::collections::BTreeMap::new(),
            },
            provisioners: Provisioners::new(None),
            clock,
        }
    }

    /// Stops the server and returns its database.
    pub async fn stop(self) -> TestDatabase {
        let Self { database, shutdown, running, state, .. } = self;
        drop(state);
        drop(shutdown);
        if let Some(running) = running {
            running.await.expect("the server shuts down");
        }
        database
    }

    /// Creates the first user, `admin`, and logs in.
    pub async fn admin(&self) -> Api {
        let body = json!({"username": "admin", "email": "admin@example.com", "password": PASSWORD});
        self.anonymous.post("/api/v2/users/first", body).await.expect(201);
        self.login("admin@example.com").await
    }

    /// Creates a user by a request of `admin`, and logs in.
    pub async fn user(&self, admin: &Api, name: &str) -> Api {
        let email = format!("{name}@example.com");
        let body = json!({"username": name, "email": email, "password": PASSWORD});
        admin.post("/api/v2/users", body).await.expect(201);
        self.login(&email).await
    }

    /// Logs in. Returns a client with the session token.
    pub async fn login(&self, email: &str) -> Api {
        let body = json!({"email": email, "password": PASSWORD});
        let response = self.anonymous.post("/api/v2/users/login", body).await.expect(201);
        let token = response.get("session_token").and_then(|token| token.as_str()).expect("a token");
        self.anonymous.with_token(token)
    }
}
