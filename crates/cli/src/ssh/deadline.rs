//! Saying in time that the workspace will stop by itself.

use std::{convert::Infallible, time::Duration};

use coder_client::Client;
use coder_wire::workspaces::Workspace;
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use crate::output::{display_safe, now};

/// What is said once less than this many minutes are left.
const MARKS: [i64; 3] = [1, 5, 10];
/// The least that is waited between two looks.
const LEAST: Duration = Duration::from_secs(1);

/// What was said of the end that comes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Said(Option<i64>);

impl Said {
    /// Whether something is to be said when this much is left. An end that was moved away is told of again when it
    /// comes, one that was moved within the same minutes is not.
    fn is_due(&mut self, left: SignedDuration) -> bool {
        let mark = MARKS.into_iter().find(|mark| left < SignedDuration::from_mins(*mark));
        let is_due = mark.is_some_and(|mark| self.0.is_none_or(|said| mark < said));
        self.0 = mark;
        is_due
    }
}

/// How long until the next look: sooner than usual when there is something to say before that.
fn pause(left: Option<SignedDuration>, every: Duration) -> Duration {
    let until = |mark: &i64| left?.checked_sub(SignedDuration::from_mins(*mark))?.try_into().ok();
    let next = MARKS.iter().filter_map(until).filter(|wait: &Duration| !wait.is_zero()).min();
    // A moment after it, when less than that is left.
    next.map_or(every, |wait| (wait + Duration::from_millis(50)).min(every)).max(LEAST)
}

/// Looks every so often when the workspace stops, and says so when that is soon. Goes on for as long as it is let.
pub async fn watch(client: &Client, workspace: &Workspace, every: Duration) -> Infallible {
    let mut said = Said::default();
    let mut end = end_of(workspace);
    loop {
        let left = end.map(|end| end.duration_since(now()));
        match left {
            Some(left) if left.is_positive() && said.is_due(left) => say(&workspace.name, left),
            Some(_) => {}
            None => said = Said::default(),
        }
        sleep(pause(left, every)).await;
        match client.workspace(&workspace.owner_name, &workspace.name).await {
            Ok(workspace) => {
                end = end_of(&workspace);
                tracing::debug!(end = end.map(tracing::field::display), "looked when the workspace stops");
            }
            Err(error) => tracing::debug!(%error, "cannot see when the workspace stops"),
        }
    }
}

/// When the workspace stops by itself, if it does.
fn end_of(workspace: &Workspace) -> Option<Timestamp> {
    let build = &workspace.latest_build;
    build.deadline.filter(|_| build.transition == "start").map(|deadline| deadline.0)
}

fn say(workspace: &str, left: SignedDuration) {
    let text = match left.as_secs() / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    // The terminal may be one where a new line is nothing but that.
    anstream::eprint!("\r\nThe workspace {} stops by itself in {text}.\r\n", display_safe(workspace));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_once() {
        let mut said = Said::default();
        for (seconds, due) in [
            (3600, false),
            (600, false),
            (599, true),
            (300, false),
            (299, true),
            (120, false),
            (59, true),
            (10, false),
            // Moved a little, then by much.
            (400, false),
            (290, true),
            (7200, false),
            (30, true),
        ] {
            assert_eq!(said.is_due(SignedDuration::from_secs(seconds)), due, "{seconds}");
        }
    }

    #[test]
    fn nothing_is_said_late() {
        let every = Duration::from_secs(60);
        let seconds = |seconds| Some(SignedDuration::from_secs(seconds));
        assert_eq!(pause(None, every), every);
        assert_eq!(pause(seconds(3600), every), every);
        assert_eq!(pause(seconds(630), every), Duration::from_millis(30_050));
        assert_eq!(pause(seconds(310), every), Duration::from_millis(10_050));
        assert_eq!(pause(seconds(600), every), every);
        assert_eq!(pause(seconds(30), every), every);
        assert_eq!(pause(seconds(-5), every), every);
        assert_eq!(pause(seconds(601), Duration::from_millis(10)), LEAST);
    }
}
