//! Warnings before the workspace stops automatically.

use std::{convert::Infallible, time::Duration};

use coder_client::Client;
use coder_wire::workspaces::Workspace;
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use crate::output::{display_safe, now};

/// A warning is printed once less than so many minutes are left.
const WARNING_MINUTES: [i64; 3] = [1, 5, 10];
const MIN_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The last warning about the current deadline, in minutes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct WarningState(Option<i64>);

impl WarningState {
    /// Whether to warn when this much time is left. A deadline that was extended is warned of again, but not one that moved
    /// within the same minutes.
    fn is_due(&mut self, left: SignedDuration) -> bool {
        let minutes = WARNING_MINUTES.into_iter().find(|minutes| left < SignedDuration::from_mins(*minutes));
        let is_due = minutes.is_some_and(|minutes| self.0.is_none_or(|warned| minutes < warned));
        self.0 = minutes;
        is_due
    }
}

/// The delay until the next poll: shorter than the interval when a warning falls into it.
fn next_poll(left: Option<SignedDuration>, interval: Duration) -> Duration {
    let until = |minutes: &i64| left?.checked_sub(SignedDuration::from_mins(*minutes))?.try_into().ok();
    let next = WARNING_MINUTES.iter().filter_map(until).filter(|wait: &Duration| !wait.is_zero()).min();
    // Slightly later, so that less than that is left.
    next.map_or(interval, |wait| (wait + Duration::from_millis(50)).min(interval)).max(MIN_POLL_INTERVAL)
}

/// Polls the deadline and prints warnings, for ever.
pub async fn watch(client: &Client, workspace: &Workspace, interval: Duration) -> Infallible {
    let mut warned = WarningState::default();
    let mut end = deadline_of(workspace);
    loop {
        let left = end.map(|end| end.duration_since(now()));
        match left {
            Some(left) if left.is_positive() && warned.is_due(left) => print_warning(&workspace.name, left),
            Some(_) => {}
            None => warned = WarningState::default(),
        }
        sleep(next_poll(left, interval)).await;
        match client.workspace(&workspace.owner_name, &workspace.name).await {
            Ok(workspace) => {
                end = deadline_of(&workspace);
                tracing::debug!(end = end.map(tracing::field::display), "polled the deadline");
            }
            Err(error) => tracing::debug!(%error, "cannot poll the deadline"),
        }
    }
}

/// When the workspace stops automatically, if it does.
fn deadline_of(workspace: &Workspace) -> Option<Timestamp> {
    let build = &workspace.latest_build;
    build.deadline.filter(|_| build.transition == "start").map(|deadline| deadline.0)
}

fn print_warning(workspace: &str, left: SignedDuration) {
    let text = match left.as_secs() / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    // The terminal is in raw mode, where a line feed does not return the carriage.
    anstream::eprint!("\r\nWorkspace {} will stop automatically in {text}.\r\n", display_safe(workspace));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_is_printed_once() {
        let mut warned = WarningState::default();
        for (seconds, due) in [
            (3600, false),
            (600, false),
            (599, true),
            (300, false),
            (299, true),
            (120, false),
            (59, true),
            (10, false),
            // Extended a little, then by much.
            (400, false),
            (290, true),
            (7200, false),
            (30, true),
        ] {
            assert_eq!(warned.is_due(SignedDuration::from_secs(seconds)), due, "{seconds}");
        }
    }

    #[test]
    fn no_warning_is_late() {
        let interval = Duration::from_secs(60);
        let seconds = |seconds| Some(SignedDuration::from_secs(seconds));
        assert_eq!(next_poll(None, interval), interval);
        assert_eq!(next_poll(seconds(3600), interval), interval);
        assert_eq!(next_poll(seconds(630), interval), Duration::from_millis(30_050));
        assert_eq!(next_poll(seconds(310), interval), Duration::from_millis(10_050));
        assert_eq!(next_poll(seconds(600), interval), interval);
        assert_eq!(next_poll(seconds(30), interval), interval);
        assert_eq!(next_poll(seconds(-5), interval), interval);
        assert_eq!(next_poll(seconds(601), Duration::from_millis(10)), MIN_POLL_INTERVAL);
    }
}
