//! How long to wait before the next try: longer each time, by chance within that, so that a fleet of agents does not come
//! back all at once.

use std::time::Duration;

/// The first wait, at most.
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15);
/// A connection that held for this long was useful: the next trouble begins from the start.
const USEFUL: Duration = Duration::from_secs(60);

/// Waits between tries.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    ceiling: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { ceiling: FIRST }
    }
}

impl Backoff {
    /// Notes how long a connection held.
    pub fn held(&mut self, span: Duration) {
        if span >= USEFUL {
            *self = Self::default();
        }
    }

    /// How long to wait now. `chance` is from 0 to 1; what the server asked for comes before what chance gives.
    pub fn next(&mut self, chance: f64, asked: Option<Duration>) -> Duration {
        let ceiling = self.ceiling;
        self.ceiling = (ceiling * 2).min(LONGEST);
        let by_chance = ceiling.mul_f64(chance.clamp(0.0, 1.0));
        match asked {
            // Spread out, and never before the time asked for.
            Some(asked) => asked + by_chance.min(asked / 4),
            None => by_chance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_start_over_after_a_useful_connection() {
        let mut backoff = Backoff::default();
        let waits: Vec<Duration> = (0..9).map(|_| backoff.next(1.0, None)).collect();
        assert_eq!(waits[0], FIRST);
        assert_eq!(waits[1], FIRST * 2);
        assert_eq!(waits[8], LONGEST);
        backoff.held(Duration::from_secs(59));
        assert_eq!(backoff.next(1.0, None), LONGEST, "a short connection changes nothing");
        backoff.held(USEFUL);
        assert_eq!(backoff.next(1.0, None), FIRST);
        assert_eq!(backoff.next(0.0, None), Duration::ZERO);
    }

    #[test]
    fn the_servers_wish_is_kept() {
        let asked = Duration::from_secs(5);
        let wait = Backoff::default().next(1.0, Some(asked));
        assert!(wait >= asked && wait <= asked * 2, "{wait:?}");
    }
}
