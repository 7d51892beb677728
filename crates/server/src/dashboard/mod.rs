//! The dashboard: pages for people, rendered here.
//!
//! A page is a struct and its template (`templates/`). Handlers take a [`Member`](visit::Member) or, where nobody need be
//! signed in, a [`Visit`](visit::Visit); make one call of `coder_control`; and answer with a page. What changes something
//! takes a [`Form`](form::Form), which was checked to come from one of these pages, and answers with
//! [`done`](answer::done): a redirect, or the same for a script. Every page works as a plain link or form; with a script,
//! some open as a dialog over the page they belong to ([`answer::sheet`]).

mod account;
mod answer;
mod assets;
mod complaints;
mod deployment;
mod dress;
mod entry;
mod events;
mod form;
mod frame;
mod secrets;
mod shown;
mod templates;
mod theme;
mod visit;
mod workspaces;

pub use account::*;
pub use assets::asset;
pub use deployment::*;
pub use dress::dress;
pub use entry::*;
pub use secrets::*;
pub use templates::*;
pub use workspaces::*;
