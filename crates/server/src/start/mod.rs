//! From settings to a running server.

mod lock;
mod settings;

use std::{net::SocketAddr, path::Path};

pub use coder_control::{Clock, KeySource};
use coder_control::{Control, ControlConfig, Random, StartupError};
use coder_provision::Processes;
pub use settings::Settings;
use tokio::sync::{Notify, watch};
use url::Url;

use crate::{Server, State, Stop, agents::Registry, jobs, router, state::Parts};

/// Why a server did not start. The text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}: {reason}")]
    DataDir {
        /// The folder.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Another server works in the data folder.
    #[error(
        "another coder server{pid} is using the data folder {path}\nstop that server first, or give this one a \
         folder of its own with --data-dir"
    )]
    Locked {
        /// The folder.
        path: String,
        /// ` (process 123)`, where known.
        pid: String,
    },
    /// Keys or database are in the way.
    #[error(transparent)]
    Open(#[from] StartupError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}\ngive another address with --http-address")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why not.
        reason: String,
    },
}

/// A server that listens. Nothing is answered until [`Started::run`].
pub struct Started {
    server: Server,
    state: State,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    _lock: lock::DataDirLock,
}

/// Locks the data folder, finds the keys, opens the database, binds the address: in this order, so that nothing is
/// touched that another server is using.
///
/// # Errors
/// The first thing that stands in the way, and what to do about it.
pub async fn start(settings: Settings) -> Result<Started, StartError> {
    prepare_data_dir(&settings.data_dir)?;
    let lock = lock::DataDirLock::take(&settings.data_dir)?;
    let random = Random::default();
    let server = random.id(settings.clock.now()).map_err(StartupError::from)?;
    let control = Control::start(ControlConfig {
        data_dir: settings.data_dir.clone(),
        postgres_url: settings.postgres_url.clone(),
        keys: settings.keys.clone(),
        clock: settings.clock.clone(),
    })
    .await?;

    let refused = |error: std::io::Error| StartError::Address {
        address: settings.http_address,
        reason: error.to_string(),
    };
    let listener = tokio::net::TcpListener::bind(settings.http_address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let access_url = match &settings.access_url {
        Some(url) => url.clone(),
        None => local_url(address).map_err(|error| refused(std::io::Error::other(error)))?,
    };
    let processes = settings
        .allow_process_workspaces
        .then(|| Processes::new(settings.data_dir.join("workspaces"), settings.agent_program.clone()));
    let (stop, stopped) = watch::channel(false);
    let state = State::new(Parts {
        control,
        agents: Registry::default(),
        processes,
        access_url,
        apps: settings.apps,
        ssh: settings.ssh,
        server,
        build_bell: Notify::new(),
        cancel_bell: Notify::new(),
        sign_out_bell: Notify::new(),
        stop: stopped,
    });
    let server = Server::new(listener, router::router(state.clone()));
    Ok(Started { server, state, address, stop, _lock: lock })
}

impl Started {
    /// The address that the server listens on; tells the port when 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people and agents reach the server.
    #[must_use]
    pub fn access_url(&self) -> &Url {
        &self.state.access_url
    }

    /// What the handlers can reach.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Serves until `stop` turns true, then lets requests and builds under way end. Local workspaces keep running.
    pub async fn run(self, mut stop: Stop) {
        let Self { server, state, stop: tell, .. } = self;
        let jobs = jobs::spawn(&state);
        let serving = server.run(state.stop.clone());
        let asked = async {
            // A sender that is gone cannot ask any more: that counts as asking.
            let _ = stop.wait_for(|stop| *stop).await;
            tell.send_replace(true);
        };
        tokio::join!(serving, asked);
        jobs.join_all().await;
        state.control.close().await;
    }
}

/// Makes the data folder, for this user's eyes only.
fn prepare_data_dir(path: &Path) -> Result<(), StartError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| StartError::DataDir { path: path.display().to_string(), reason: error.to_string() })
}

/// The URL of a server that was given none: its own address, or this machine's when it listens on all.
fn local_url(address: SocketAddr) -> Result<Url, url::ParseError> {
    let ip = match address.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => std::net::Ipv4Addr::LOCALHOST.into(),
        ip if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Url::parse(&format!("http://{}", SocketAddr::new(ip, address.port())))
}
