//! For tests only: databases of both engines, a server in this process, and the `coder` program on a machine of its own.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

mod api;
mod browser;
mod canary;
mod machine;
mod pages;
mod process;
mod server_process;
mod socket;
mod test_database;
mod test_server;

pub use api::{Api, Reply};
pub use browser::{Browser, Violation, key};
pub use canary::{Canary, Searched};
pub use machine::{Machine, read};
pub use pages::{Pages, form};
pub use process::{Output, finish, is_alive, until};
pub use server_process::{Server, free_port};
pub use socket::Socket;
pub use test_database::{Engine, TestDatabase};
pub use test_server::{PASSWORD, TestServer};

/// Makes two tests of each function: one on SQLite, one on PostgreSQL. The server is started by [`TestServer::start`], or by
/// the function that `#![start(…)]` before the first test names.
#[macro_export]
macro_rules! on_both_engines {
    (#![start($start:path)] $($(#[$doc:meta])* async fn $name:ident($server:ident: TestServer) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($server: $crate::TestServer) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($start($crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test($start($crate::Engine::Postgres).await).await;
            }
        }
    )*};
    ($($tests:tt)*) => {
        $crate::on_both_engines! { #![start($crate::TestServer::start)] $($tests)* }
    };
}
