//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use coder_control::Control;

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Inner>);

/// The parts of a [`State`].
pub struct Inner {
    /// The use cases.
    pub control: Control,
}

impl State {
    /// The state around these use cases.
    #[must_use]
    pub fn new(control: Control) -> Self {
        Self(Arc::new(Inner { control }))
    }
}

impl Deref for State {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
