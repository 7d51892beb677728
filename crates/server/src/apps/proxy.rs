//! Proxying requests to apps. Bodies are streamed both ways.

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, Version, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use coder_control::Caller;
use coder_http::{HttpError, Result};
use coder_model::template::AppUrl;
use coder_mux::{Mux, MuxStream};
use coder_wire::agent::{Dial, Network, OpenStream};
use hyper::{
    client::conn::http1,
    upgrade::{OnUpgrade, Upgraded},
};
use hyper_util::rt::TokioIo;

use super::headers::{AppBase, prepare_request, prepare_response};
use crate::{
    AppState,
    agents::{OpenStreamError, open_stream},
};

/// How long the agent may take to connect to the app.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// The app that a request is proxied to.
pub struct Destination {
    pub mux: Mux,
    /// The URL in the workspace.
    pub app: AppUrl,
    pub base: AppBase,
    /// Path and query below `base`.
    pub below: String,
    /// For `X-Forwarded-For`; empty if unknown.
    pub client_ip: String,
}

/// Proxies a request to an app, and upgraded connections as well. The connection ends when the caller's session is revoked.
pub async fn forward(
    state: &AppState,
    caller: Caller,
    to: Destination,
    mut request: Request,
) -> Result<Response> {
    let stream = connect(&to.mux, &to.app).await?;
    let (mut sender, connection) = http1::Builder::new()
        .preserve_header_case(true)
        .handshake::<_, Body>(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(&to.app, &error.to_string()))?;
    let connection = connection.with_upgrades();
    let (state_clone, mux, caller_clone) = (state.clone(), to.mux.clone(), caller.clone());
    tokio::spawn(async move {
        tokio::select! {
            ended = connection => tracing::trace!(?ended, "a connection to an app ended"),
            () = wait_until_closed(&state_clone, &mux, &caller_clone) => {}
        }
    });

    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let protocol = request.headers().get(header::UPGRADE).cloned().filter(|_| upgrade.is_some());
    let path = format!("{}{}", to.app.path(), to.below);
    let path: PathAndQuery = path.parse().map_err(|_| HttpError::not_found())?;
    *request.uri_mut() = Uri::from(path);
    *request.version_mut() = Version::HTTP_11;
    if !request.headers().contains_key(header::HOST) {
        let host = HeaderValue::from_str(&to.app.authority()).map_err(HttpError::internal)?;
        request.headers_mut().insert(header::HOST, host);
    }
    prepare_request(
        request.headers_mut(),
        &to.base,
        Some(to.client_ip.as_str()).filter(|ip| !ip.is_empty()),
        protocol,
    );
    let mut response =
        sender.send_request(request).await.map_err(|error| unreachable(&to.app, &error.to_string()))?;

    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let protocol = response.headers().get(header::UPGRADE).cloned();
        let (Some(upgrade), Some(protocol)) = (upgrade, protocol) else {
            return Err(unreachable(&to.app, "it changed the protocol without being asked"));
        };
        let app_upgrade = hyper::upgrade::on(&mut response);
        let state = state.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = relay(upgrade, app_upgrade) => {}
                () = wait_until_closed(&state, &to.mux, &caller) => {}
            }
        });
        prepare_response(response.headers_mut(), &to.app, &to.base);
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        response.headers_mut().insert(header::UPGRADE, protocol);
        return Ok(response.map(|_| Body::empty()).into_response());
    }
    prepare_response(response.headers_mut(), &to.app, &to.base);
    Ok(response.map(Body::new).into_response())
}

async fn connect(mux: &Mux, app: &AppUrl) -> Result<MuxStream> {
    let dial = Dial { network: Network::Tcp, host: app.host().to_owned(), port: app.port() };
    open_stream(mux, OpenStream::Dial(dial), CONNECT_TIMEOUT).await.map_err(|error| match error {
        OpenStreamError::Rejected(reason) => unreachable(app, &reason),
        OpenStreamError::NoResponse => unreachable(app, "the workspace's agent did not answer"),
    })
}

fn unreachable(app: &AppUrl, reason: &str) -> HttpError {
    HttpError::new(StatusCode::BAD_GATEWAY, format!("The app at {app} in the workspace does not answer."))
        .with_detail(reason)
}

async fn relay(client: OnUpgrade, app: OnUpgrade) {
    let upgraded: Result<(Upgraded, Upgraded), hyper::Error> = async { tokio::try_join!(client, app) }.await;
    match upgraded {
        Ok((client, app)) => {
            // Either side may disconnect at any time.
            let _ = coder_mux::relay(TokioIo::new(client), TokioIo::new(app)).await;
        }
        Err(error) => tracing::debug!(%error, "a connection was not upgraded"),
    }
}

/// Waits until the agent disconnects, the caller's session is revoked or the server shuts down.
async fn wait_until_closed(state: &AppState, mux: &Mux, caller: &Caller) {
    tokio::select! {
        _ = mux.closed() => {}
        () = state.control.wait_until_revoked(caller) => {}
        () = state.shutdown.cancelled() => {}
    }
}
