//! The dashboard: server-rendered pages.
//!
//! A page is a struct and its template (`templates/`). A handler takes a [`CurrentUser`](current_user::CurrentUser), or
//! a [`PageContext`](page_context::PageContext) where no log-in is needed, calls `coder_control` and returns a page. A
//! handler that changes something takes a [`Form`](form::Form), whose origin and CSRF token were checked, and returns
//! [`redirect_with_notice`](response::redirect_with_notice). Every page works as a plain link or form; with JavaScript,
//! some open as a dialog ([`response::dialog`]).

#![allow(missing_docs)]

mod account;
mod assets;
mod auth;
mod csrf;
mod current_user;
mod deployment;
mod error_page;
mod event_stream;
mod filters;
mod form;
mod form_errors;
mod format;
mod layout;
mod new_user;
mod notice;
mod page_context;
mod response;
mod router;
mod secrets;
mod security_headers;
mod state;
mod templates;
mod theme;
mod workspaces;

pub use router::router;
pub use state::{DashboardState, Inner, LiveState};
