//! Budgets for failed sign-ins: for an account from one address, and for an address. Guessing is slowed down, and nobody is
//! locked out of their account from elsewhere.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use coder_model::Moment;

/// Failures that an account may have from one address within [`WINDOW`].
pub(crate) const FOR_ACCOUNT: u32 = 20;
/// Failures that an address may have within [`WINDOW`]: many people can share one.
pub(crate) const FOR_SOURCE: u32 = 200;
/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(60);
/// Accounts and addresses remembered at once; past that the oldest windows are forgotten first.
const REMEMBERED: usize = 10_000;

/// Counts failed sign-ins in fixed windows.
#[derive(Default)]
pub(crate) struct LoginThrottle(Mutex<HashMap<String, (Moment, u32)>>);

impl LoginThrottle {
    /// Whether another try is within all of these limits, each with its name.
    pub(crate) fn allowed(&self, limits: &[(&str, u32)], now: Moment) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limits.iter().all(|(name, limit)| {
            counts.get(*name).is_none_or(|(since, failures)| now.since(*since) >= WINDOW || failures < limit)
        })
    }

    /// Counts a failure against each of these limits.
    pub(crate) fn failed(&self, limits: &[(&str, u32)], now: Moment) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED {
            counts.retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        if counts.len() >= REMEMBERED {
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
    fn a_budget_is_spent_and_comes_back() {
        let login_throttle = LoginThrottle::default();
        let start = Moment::from_micros(0);
        let (here, elsewhere) = (("ada from 192.0.2.1", 3), ("ada from 192.0.2.2", 3));
        for _ in 0..3 {
            assert!(login_throttle.allowed(&[here, ("192.0.2.1", 5)], start));
            login_throttle.failed(&[here, ("192.0.2.1", 5)], start);
        }
        assert!(!login_throttle.allowed(&[here, ("192.0.2.1", 5)], start));
        assert!(login_throttle.allowed(&[elsewhere], start), "nobody is locked out from elsewhere");
        assert!(login_throttle.allowed(&[("bob from 192.0.2.1", 3), ("192.0.2.1", 5)], start));
        assert!(!login_throttle.allowed(&[("192.0.2.1", 3)], start));
        assert!(login_throttle.allowed(&[here], start.after(WINDOW)));
    }
}
