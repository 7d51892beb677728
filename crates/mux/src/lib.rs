//! Many byte streams over one WebSocket, between agent and server and between command line and server.
//!
//! [`socket`] turns a WebSocket into a byte stream with keep-alive, [`Mux`] multiplexes streams over it, [`frame`] and
//! [`datagram`] put messages on a stream, [`relay()`] joins two streams. Buffers are bounded: a slow reader slows down its
//! own writer and no other.
//!
//! Both ends must set `TCP_NODELAY` on the TCP connection; without it each keystroke waits for an acknowledgement.

pub mod datagram;
pub mod frame;
mod mux;
mod relay;
pub mod socket;

pub use mux::{Incoming, Mux, MuxStream, Role};
pub use relay::relay;
