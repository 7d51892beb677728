//! The client of a request, for the audit log.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{header, request::Parts},
};
use coder_control::RequestInfo;

use crate::request_id;

/// The longest user agent that is recorded, in bytes; the rest is cut off.
const MAX_USER_AGENT: usize = 256;

/// The client of a request, for the audit log.
pub struct ClientInfo(pub RequestInfo);

impl<S: Sync> FromRequestParts<S> for ClientInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request_info(parts)))
    }
}

pub fn request_info(parts: &Parts) -> RequestInfo {
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.unwrap_or_default();
    RequestInfo {
        request_id: request_id::current().map(|id| id.to_string()).unwrap_or_default(),
        ip: parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip().to_string())
            .unwrap_or_default(),
        user_agent: user_agent
            .get(..user_agent.floor_char_boundary(MAX_USER_AGENT))
            .unwrap_or_default()
            .to_owned(),
    }
}
