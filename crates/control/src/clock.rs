//! The only source of the time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use coder_model::Moment;

/// The time: the system's, or in tests a fixed one.
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that returns `moment` until it is [set](Self::set).
    #[must_use]
    pub fn fixed(moment: Moment) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(moment.micros()))))
    }

    /// Sets a fixed clock; does nothing to the system's.
    pub fn set(&self, moment: Moment) {
        if let Source::Fixed(micros) = &self.0 {
            micros.store(moment.micros(), Ordering::SeqCst);
        }
    }

    #[must_use]
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Moment {
        match &self.0 {
            Source::System => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(Moment::from_micros(0), |since| {
                    Moment::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
                }),
            Source::Fixed(micros) => Moment::from_micros(micros.load(Ordering::SeqCst)),
        }
    }
}
