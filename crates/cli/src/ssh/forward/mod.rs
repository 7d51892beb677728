//! Remote forwarding: what the workspace may reach on this machine.

mod serve;
mod spec;

use anyhow::{Result, bail};
pub use serve::ForwardTable;
pub use spec::{Forwards, RemoteForward};

/// Requests the remote listeners.
pub async fn request_forwards<H: russh::client::Handler>(
    session: &russh::client::Handle<H>,
    forwards: &Forwards,
) -> Result<()> {
    for forward in &forwards.remote {
        match forward {
            RemoteForward::Port { address, port, .. } => {
                let Ok(chosen) = session.tcpip_forward(address.as_str(), u32::from(*port)).await else {
                    bail!("the workspace cannot listen on port {port}; is it in use?");
                };
                if *port == 0 {
                    anstream::eprintln!("The workspace listens on port {chosen}.");
                }
            }
            RemoteForward::Socket { path, .. } => {
                if session.streamlocal_forward(path.as_str()).await.is_err() {
                    bail!("the workspace cannot listen on {path}; does the file exist already?");
                }
            }
        }
    }
    Ok(())
}
