//! Carrying a request to an app and its answer back, as both come.

use coder_http::{HttpError, Result};
use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, Version, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use coder_control::Caller;
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

/// How long the way to an app may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Where a request goes.
pub struct Destination {
    /// The way to the workspace.
    pub mux: Mux,
    /// Where the app listens.
    pub app: AppUrl,
    /// Where it is for its visitors.
    pub base: AppBase,
    /// The path and query below that.
    pub below: String,
    /// The address of the visitor.
    pub from: String,
}

/// Carries a request to an app and its answer back. Both bodies stream; a connection that changes its protocol goes on as
/// such. Everything ends when the caller is signed out.
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
    let (watch, mux, visitor) = (state.clone(), to.mux.clone(), caller.clone());
    tokio::spawn(async move {
        tokio::select! {
            ended = connection => tracing::trace!(?ended, "a connection to an app ended"),
            () = until_over(&watch, &mux, &visitor) => {}
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
        Some(to.from.as_str()).filter(|from| !from.is_empty()),
        protocol,
    );
    let mut answer =
        sender.send_request(request).await.map_err(|error| unreachable(&to.app, &error.to_string()))?;

    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let protocol = answer.headers().get(header::UPGRADE).cloned();
        let (Some(upgrade), Some(protocol)) = (upgrade, protocol) else {
            return Err(unreachable(&to.app, "it changed the protocol without being asked"));
        };
        let theirs = hyper::upgrade::on(&mut answer);
        let state = state.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = join(upgrade, theirs) => {}
                () = until_over(&state, &to.mux, &caller) => {}
            }
        });
        prepare_response(answer.headers_mut(), &to.app, &to.base);
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        answer.headers_mut().insert(header::UPGRADE, protocol);
        return Ok(answer.map(|_| Body::empty()).into_response());
    }
    prepare_response(answer.headers_mut(), &to.app, &to.base);
    Ok(answer.map(Body::new).into_response())
}

/// A connection to where the app listens.
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

async fn join(ours: OnUpgrade, theirs: OnUpgrade) {
    let upgraded: Result<(Upgraded, Upgraded), hyper::Error> = async { tokio::try_join!(ours, theirs) }.await;
    match upgraded {
        Ok((ours, theirs)) => {
            // Either side may go away at any time.
            let _ = coder_mux::relay(TokioIo::new(ours), TokioIo::new(theirs)).await;
        }
        Err(error) => tracing::debug!(%error, "a connection did not change its protocol"),
    }
}

/// Waits until nothing may be carried any more.
async fn until_over(state: &AppState, mux: &Mux, caller: &Caller) {
    tokio::select! {
        _ = mux.closed() => {}
        () = state.control.wait_until_revoked(caller) => {}
        () = state.shutdown.cancelled() => {}
    }
}
