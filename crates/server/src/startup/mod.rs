//! Startup: from the configuration to a running server.

mod config;
mod lock;

use std::{net::SocketAddr, path::Path, sync::Arc};

use coder_control::{AppAddresses, Control, ControlConfig, Random};
pub use coder_control::{Clock, KeySource};
use coder_http::cookies::CookiePolicy;
pub use config::Config;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{AppState, Server, agents::Registry, jobs, router, state::Inner};

/// Why a server did not start. Messages say what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    #[error("cannot use the data directory {path}: {reason}")]
    DataDir { path: String, reason: String },
    #[error(
        "another coder server{pid} is using the data directory {path}\nstop that server first, or give this one a \
         directory of its own with --data-dir"
    )]
    Locked {
        path: String,
        /// ` (process 123)`, where known.
        pid: String,
    },
    #[error(transparent)]
    Control(#[from] coder_control::StartupError),
    #[error("cannot listen on {address}: {reason}\ngive another address with --http-address")]
    Address { address: SocketAddr, reason: String },
}

/// A server whose address is bound. It accepts no request before [`BoundServer::run`].
pub struct BoundServer {
    server: Server,
    state: AppState,
    address: SocketAddr,
    _lock: lock::DataDirLock,
}

/// Locks the data directory, loads the keys, opens the database and binds the address. The lock comes first, so that nothing
/// is touched that another server is using.
pub async fn bind(config: Config) -> Result<BoundServer, StartupError> {
    prepare_data_dir(&config.data_dir)?;
    let lock = lock::DataDirLock::acquire(&config.data_dir)?;
    let random = Random::default();
    let server_id = random.id(config.clock.now()).map_err(coder_control::StartupError::from)?;
    let control = Control::start(ControlConfig {
        data_dir: config.data_dir.clone(),
        postgres_url: config.postgres_url.clone(),
        keys: config.keys.clone(),
        clock: config.clock.clone(),
    })
    .await?;

    let cannot_listen = |error: std::io::Error| StartupError::Address {
        address: config.http_address,
        reason: error.to_string(),
    };
    let listener = tokio::net::TcpListener::bind(config.http_address).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let access_url = match &config.access_url {
        Some(url) => url.clone(),
        None => local_url(address).map_err(|error| cannot_listen(std::io::Error::other(error)))?,
    };
    let state = AppState::new(Inner {
        control: Arc::new(control),
        cookies: CookiePolicy::new(&access_url),
        agents: Registry::default(),
        provisioners: config.provisioners,
        apps: AppAddresses {
            access_url: access_url.clone(),
            hosts: config.app_hosts,
            path_based: config.path_based_apps,
        },
        access_url,
        ssh: config.ssh,
        server_id,
        shutdown: CancellationToken::new(),
    });
    let server = Server::new(listener, router::router(state.clone()));
    Ok(BoundServer { server, state, address, _lock: lock })
}

impl BoundServer {
    /// The address that the server listens on, with the port that the system chose for port 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where browsers and agents reach the server.
    #[must_use]
    pub fn access_url(&self) -> &Url {
        &self.state.access_url
    }

    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Cancelling this makes [`BoundServer::run`] shut down.
    #[must_use]
    pub fn shutdown_token(&self) -> CancellationToken {
        self.state.shutdown.clone()
    }

    /// Serves until the shutdown token is cancelled, then waits for running requests and builds. Local workspaces keep running.
    pub async fn run(self) {
        let Self { server, state, .. } = self;
        let jobs = jobs::spawn(&state);
        server.run(state.shutdown.clone()).await;
        jobs.join_all().await;
        state.control.close().await;
    }
}

/// Creates the data directory with mode 0700.
fn prepare_data_dir(path: &Path) -> Result<(), StartupError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| StartupError::DataDir { path: path.display().to_string(), reason: error.to_string() })
}

/// The default access URL: the listen address, or loopback if the server listens on all addresses.
fn local_url(address: SocketAddr) -> Result<Url, url::ParseError> {
    let ip = match address.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => std::net::Ipv4Addr::LOCALHOST.into(),
        ip if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Url::parse(&format!("http://{}", SocketAddr::new(ip, address.port())))
}
