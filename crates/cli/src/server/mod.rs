//! `coder server`

mod args;
mod dev;
mod signals;

use anstream::eprintln;
use anyhow::{Context as _, Result};
pub use args::ServerArgs;
use coder_server::Config as ServerConfig;
use signals::cancel_on_signals;

use crate::{allocator, harden::harden, logging, login_store::LoginStore, output::survive_broken_pipe};

pub fn run(args: ServerArgs, login_store: impl FnOnce() -> Result<LoginStore>) -> Result<()> {
    logging::start(args.log_format);
    harden();
    survive_broken_pipe();
    allocator::return_large_blocks();
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    if args.dev {
        let login_store = login_store()?;
        runtime.block_on(dev::run(args, login_store))
    } else {
        let config = args.config(None)?;
        runtime.block_on(serve(config))
    }
}

async fn serve(config: ServerConfig) -> Result<()> {
    let server = coder_server::bind(config).await?;
    eprintln!("Coder {} is ready at {}", env!("CARGO_PKG_VERSION"), server.access_url());
    cancel_on_signals(&server.shutdown_token())?;
    server.run().await;
    Ok(())
}
