//! The one source of the time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use coder_model::Moment;

/// The one source of the time; tests set it.
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `moment` until it is [moved](Self::set).
    #[must_use]
    pub fn fixed(moment: Moment) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(moment.micros()))))
    }

    /// Moves a standing clock; the system's clock is left alone.
    pub fn set(&self, moment: Moment) {
        if let Source::Fixed(micros) = &self.0 {
            micros.store(moment.micros(), Ordering::SeqCst);
        }
    }

    /// The time.
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
