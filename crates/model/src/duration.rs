//! Durations as text: `90s`, `8h`, `30d`, `1d12h30m`, `1y`.

use std::time::Duration;

/// Units in seconds, longest first. A year is 365 days.
const UNITS: [(&str, u64); 6] =
    [("y", 365 * 86_400), ("w", 7 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Parses whole numbers with units, longest unit first, each unit at most once.
pub fn parse(text: &str) -> Result<Duration, String> {
    let invalid = || format!("must be a span of time such as 30s, 8h, 30d or 1d12h, not {text:?}");
    let mut rest = text;
    let mut seconds: u64 = 0;
    let mut units = UNITS.iter();
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(invalid)?;
        let (number, tail) = rest.split_at_checked(digits).ok_or_else(invalid)?;
        let number: u64 = number.parse().map_err(|_| invalid())?;
        let (unit, each) = units.find(|(unit, _)| tail.starts_with(unit)).ok_or_else(invalid)?;
        seconds = number.checked_mul(*each).and_then(|more| seconds.checked_add(more)).ok_or_else(invalid)?;
        rest = tail.strip_prefix(unit).ok_or_else(invalid)?;
    }
    Ok(Duration::from_secs(seconds))
}

/// Formats whole seconds as [`parse`] reads them; fractions are dropped.
#[must_use]
pub fn format(span: Duration) -> String {
    let mut seconds = span.as_secs();
    let mut text = String::new();
    for (unit, each) in UNITS {
        let number = seconds / each;
        if number > 0 {
            text.push_str(&format!("{number}{unit}"));
            seconds %= each;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed_and_formatted() {
        for (text, seconds) in [
            ("0s", 0),
            ("90s", 90),
            ("8h", 28_800),
            ("30d", 2_592_000),
            ("1y", 31_536_000),
            ("1d12h30m", 131_400),
            ("2w", 1_209_600),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(format(Duration::from_secs(131_400)), "1d12h30m");
        assert_eq!(format(Duration::from_secs(0)), "0s");
        for text in [
            "",
            "5",
            "h",
            "-1h",
            "1h1d",
            "1h2h",
            "1.5h",
            "1 h",
            "99999999999999999999s",
            "9999999999999y",
            "1µ",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
