//! Exponential backoff with full jitter, so that agents do not reconnect in lockstep.

use std::time::Duration;

/// Upper bound of the first delay.
const INITIAL_DELAY: Duration = Duration::from_millis(250);
/// Upper bound of every delay.
const MAX_DELAY: Duration = Duration::from_secs(15);
/// A connection that lasted this long resets the backoff.
const RESET_AFTER: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    ceiling: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { ceiling: INITIAL_DELAY }
    }
}

impl Backoff {
    pub fn connection_lasted(&mut self, span: Duration) {
        if span >= RESET_AFTER {
            *self = Self::default();
        }
    }

    /// The delay before the next try. `random` is from 0 to 1. A server's `Retry-After` takes precedence over the backoff.
    pub fn next(&mut self, random: f64, retry_after: Option<Duration>) -> Duration {
        let ceiling = self.ceiling;
        self.ceiling = (ceiling * 2).min(MAX_DELAY);
        let jitter = ceiling.mul_f64(random.clamp(0.0, 1.0));
        match retry_after {
            // Spread out, but never too early.
            Some(delay) => delay + jitter.min(delay / 4),
            None => jitter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_bound_and_a_lasting_connection_resets_them() {
        let mut backoff = Backoff::default();
        let delays: Vec<Duration> = (0..9).map(|_| backoff.next(1.0, None)).collect();
        assert_eq!(delays[0], INITIAL_DELAY);
        assert_eq!(delays[1], INITIAL_DELAY * 2);
        assert_eq!(delays[8], MAX_DELAY);
        backoff.connection_lasted(Duration::from_secs(59));
        assert_eq!(backoff.next(1.0, None), MAX_DELAY, "a short connection changes nothing");
        backoff.connection_lasted(RESET_AFTER);
        assert_eq!(backoff.next(1.0, None), INITIAL_DELAY);
        assert_eq!(backoff.next(0.0, None), Duration::ZERO);
    }

    #[test]
    fn retry_after_overrides_backoff() {
        let retry_after = Duration::from_secs(5);
        let delay = Backoff::default().next(1.0, Some(retry_after));
        assert!(delay >= retry_after && delay <= retry_after * 2, "{delay:?}");
    }
}
