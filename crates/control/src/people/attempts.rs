//! A budget for failed sign-ins, per account and per source address: guessing is slowed down, nobody is locked out.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use coder_model::Moment;

/// Failures that an account or an address may have within [`WINDOW`].
const BUDGET: u32 = 20;
/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(60);
/// Accounts and addresses remembered at once; past that the oldest windows are forgotten first.
const REMEMBERED: usize = 10_000;

/// Counts failed sign-ins in fixed windows.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, (Moment, u32)>>);

impl Attempts {
    /// Whether another try is allowed for all of these names.
    pub(crate) fn allowed(&self, names: &[&str], now: Moment) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().all(|name| {
            counts.get(*name).is_none_or(|(since, failures)| now.since(*since) >= WINDOW || *failures < BUDGET)
        })
    }

    /// Notes a failure under each of these names.
    pub(crate) fn failed(&self, names: &[&str], now: Moment) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED {
            counts.retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        if counts.len() >= REMEMBERED {
            counts.clear();
        }
        for name in names {
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
    fn the_budget_is_spent_and_comes_back() {
        let attempts = Attempts::default();
        let start = Moment::from_micros(0);
        for _ in 0..BUDGET {
            assert!(attempts.allowed(&["ada", "127.0.0.1"], start));
            attempts.failed(&["ada"], start);
        }
        assert!(!attempts.allowed(&["ada", "127.0.0.1"], start));
        assert!(attempts.allowed(&["bob", "127.0.0.1"], start));
        assert!(attempts.allowed(&["ada"], start.after(WINDOW)));
    }
}
