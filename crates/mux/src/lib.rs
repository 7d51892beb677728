//! Many byte streams over one WebSocket, the same at all ends: agent and server, command line and server.
//!
//! A [`socket`] turns a WebSocket into bytes with keep-alive; a [`Mux`] multiplexes streams over them; [`frame`] puts
//! JSON messages on a stream; [`relay()`] joins two streams. Nothing is buffered without bound: a slow reader slows its
//! writer down, and only that one.
//!
//! Whoever dials or accepts the TCP connection must set `TCP_NODELAY`, or every keystroke waits for an acknowledgement.

pub mod datagram;
pub mod frame;
mod mux;
mod relay;
pub mod socket;

pub use mux::{Incoming, Mux, MuxStream, Role};
pub use relay::relay;
