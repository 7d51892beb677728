//! Weekly schedules of automatic starts, a subset of cron: minutes and hours of days of the week, in a time zone.

use std::fmt;

use jiff::{ToSpan, civil::Time, tz::TimeZone};

use crate::Moment;

/// A weekly schedule such as `CRON_TZ=Europe/Berlin 30 9 * * 1-5`: minute, hour, `*`, `*`, days of the week, 0 for Sunday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    zone: TimeZone,
    minutes: Vec<i8>,
    hours: Vec<i8>,
    days: Vec<i8>,
}

impl Schedule {
    /// Parses a schedule. Without `CRON_TZ=` its times are UTC.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let zone = match fields.first().and_then(|first| first.strip_prefix("CRON_TZ=")) {
            Some(name) => {
                fields.remove(0);
                TimeZone::get(name).map_err(|_| format!("unknown time zone {name:?}"))?
            }
            None => TimeZone::UTC,
        };
        let [minutes, hours, "*", "*", days] = fields.as_slice() else {
            return Err(
                "must be a weekly schedule such as \"CRON_TZ=Europe/Berlin 30 9 * * 1-5\": minute, hour, *, *, days \
                 of the week"
                    .to_owned(),
            );
        };
        Ok(Self {
            text: text.to_owned(),
            zone,
            minutes: numbers(minutes, 0..=59, "minute")?,
            hours: numbers(hours, 0..=23, "hour")?,
            days: numbers(days, 0..=6, "day of the week")?,
        })
    }

    /// As it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The schedule's first time after `moment`.
    #[must_use]
    pub fn next_after(&self, moment: Moment) -> Option<Moment> {
        let now = moment.timestamp().to_zoned(self.zone.clone());
        // Eight days: today's times may all have passed.
        (0..8_i64).find_map(|ahead| {
            let day = now.date().checked_add(ahead.days()).ok()?;
            if !self.days.contains(&day.weekday().to_sunday_zero_offset()) {
                return None;
            }
            let times =
                self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
            times
                .filter_map(|(hour, minute)| {
                    let at = day.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
                    // jiff moves a time that a clock change skips forward by the gap, and takes the first of one that
                    // occurs twice.
                    Some(Moment::from(at.to_zoned(self.zone.clone()).ok()?.timestamp()))
                })
                .find(|at| *at > moment)
        })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Parses `*`, `9`, `1-5` or `0,30`; sorted, without duplicates.
fn numbers(text: &str, all: std::ops::RangeInclusive<i8>, what: &str) -> Result<Vec<i8>, String> {
    let invalid =
        || format!("{what} must be *, or numbers from {} to {} such as 1-5 or 1,3", all.start(), all.end());
    let number = |text: &str| text.parse::<i8>().ok().filter(|number| all.contains(number)).ok_or_else(invalid);
    let mut found = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            _ if part == "*" => found.extend(all.clone()),
            Some((from, to)) => {
                let range = number(from)?..=number(to)?;
                if range.is_empty() {
                    return Err(invalid());
                }
                found.extend(range);
            }
            None => found.push(number(part)?),
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    #[test]
    fn the_next_time_follows_the_schedule_and_clock_changes() {
        for (schedule, now, next) in [
            // 2026-11-24 is a Tuesday.
            ("30 9 * * 1-5", "2026-11-24T09:29:59Z", "2026-11-24T09:30:00Z"),
            ("30 9 * * 1-5", "2026-11-24T09:30:00Z", "2026-11-25T09:30:00Z"),
            ("30 9 * * 1-5", "2026-11-27T10:00:00Z", "2026-11-30T09:30:00Z"),
            ("0,30 8-9 * * *", "2026-11-24T08:30:00Z", "2026-11-24T09:00:00Z"),
            ("0 0 * * 2", "2026-11-24T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("CRON_TZ=Europe/Berlin 30 9 * * 1-5", "2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z"),
            // Clocks go forward at 2:00: no start is skipped.
            ("CRON_TZ=Europe/Berlin 30 2 * * 0", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
            ("CRON_TZ=Europe/Berlin 0,30 2 * * 0", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("CRON_TZ=Europe/Berlin 0,30 2 * * 0", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"),
            // Clocks go back at 3:00: no start happens twice.
            ("CRON_TZ=Europe/Berlin 30 2 * * 0", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("CRON_TZ=Europe/Berlin 30 2 * * 0", "2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"),
        ] {
            let found = Schedule::parse(schedule).unwrap().next_after(at(now)).unwrap();
            assert_eq!(found, at(next), "{schedule} after {now}");
        }
    }

    #[test]
    fn invalid_schedules_are_rejected() {
        for (text, message) in [
            ("", "must be a weekly schedule"),
            ("30 9 1 * 1-5", "must be a weekly schedule"),
            ("60 9 * * 1", "minute must be"),
            ("0 24 * * 1", "hour must be"),
            ("0 9 * * 7", "day of the week must be"),
            ("0 9 * * 5-1", "day of the week must be"),
            ("0 x * * 1", "hour must be"),
            ("CRON_TZ=Mars/Base 0 9 * * 1", "unknown time zone \"Mars/Base\""),
        ] {
            let error = Schedule::parse(text).unwrap_err();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }
}
