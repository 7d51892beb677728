//! Times for people to read.

use coder_wire::Time;

/// The only clock of the command line.
#[allow(clippy::disallowed_methods)]
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// `2 minutes ago`
pub fn relative(time: Time) -> String {
    ago(now().duration_since(time.0).as_secs())
}

fn ago(seconds: i64) -> String {
    let (seconds, past) = (seconds.unsigned_abs(), seconds >= 0);
    let (number, unit) = match seconds {
        0..=4 => return "now".to_owned(),
        5..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        86_400..604_800 => (seconds / 86_400, "day"),
        604_800..2_592_000 => (seconds / 604_800, "week"),
        2_592_000..31_536_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    let plural = if number == 1 { "" } else { "s" };
    if past { format!("{number} {unit}{plural} ago") } else { format!("{number} {unit}{plural} from now") }
}

/// `Nov 24 13:05:01`, in the local time zone.
pub fn stamp(time: jiff::Timestamp) -> String {
    time.to_zoned(jiff::tz::TimeZone::system()).strftime("%b %e %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn spans_have_one_unit() {
        for (seconds, text) in [
            (0, "now"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (7200, "2 hours ago"),
            (86_400 * 8, "1 week ago"),
            (86_400 * 400, "1 year ago"),
            (-86_400 * 29, "4 weeks from now"),
        ] {
            assert_eq!(ago(seconds), text);
        }
    }
}
