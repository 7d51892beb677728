//! Limits for failed logins: per account and IP address, and per IP address. They slow guessing down without letting
//! an attacker lock a user out from another address.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use coder_model::Moment;

/// Failures per account and IP address within [`WINDOW`].
pub(crate) const MAX_PER_ACCOUNT: u32 = 20;
/// Failures per IP address within [`WINDOW`]: many users can share one.
pub(crate) const MAX_PER_ADDRESS: u32 = 200;
const WINDOW: Duration = Duration::from_secs(60);
/// Bounds the memory: at this many counters the expired ones are dropped, and if that is not enough, all.
const MAX_COUNTERS: usize = 10_000;

/// Counts failed logins in fixed windows, by the name of a limit.
#[derive(Default)]
pub(crate) struct LoginThrottle(Mutex<HashMap<String, (Moment, u32)>>);

impl LoginThrottle {
    /// Whether another attempt is within all of these limits (name, maximum).
    pub(crate) fn allowed(&self, limits: &[(&str, u32)], now: Moment) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limits.iter().all(|(name, limit)| {
            counts.get(*name).is_none_or(|(since, failures)| now.since(*since) >= WINDOW || failures < limit)
        })
    }

    /// Counts a failure against each of these limits.
    pub(crate) fn failed(&self, limits: &[(&str, u32)], now: Moment) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAX_COUNTERS {
            counts.retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        if counts.len() >= MAX_COUNTERS {
            counts.clear();
        }
        for (name, _) in limits {
            let entry = counts.entry((*name).to_owned()).or_insert((now, 0));
            if now.since(entry.0) >= WINDOW {
                *entry = (now, 0);
            }
            entry.1 = entry.1.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_resets_after_the_window() {
        let throttle = LoginThrottle::default();
        let start = Moment::from_micros(0);
        let (ada, ada_elsewhere) = (("ada from 192.0.2.1", 3), ("ada from 192.0.2.2", 3));
        for _ in 0..3 {
            assert!(throttle.allowed(&[ada, ("192.0.2.1", 5)], start));
            throttle.failed(&[ada, ("192.0.2.1", 5)], start);
        }
        assert!(!throttle.allowed(&[ada, ("192.0.2.1", 5)], start));
        assert!(throttle.allowed(&[ada_elsewhere], start), "another address has its own limit");
        assert!(throttle.allowed(&[("bob from 192.0.2.1", 3), ("192.0.2.1", 5)], start));
        assert!(!throttle.allowed(&[("192.0.2.1", 3)], start));
        assert!(throttle.allowed(&[ada], start.after(WINDOW)));
    }
}
