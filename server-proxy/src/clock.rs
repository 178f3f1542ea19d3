//! The wall clock, for what is shown and for what expires.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix milliseconds.
#[must_use]
pub(crate) fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The day of a time in Unix milliseconds, as in 2026-01-31 (UTC).
#[must_use]
pub(crate) fn day(unix_millis: u64) -> String {
    // Counted in eras of 400 years from the 1st of March of the year 0, after which leap days come
    // last (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let days = unix_millis / 86_400_000 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The minute of a time in Unix milliseconds, as in 2026-01-31 09:05 (UTC).
#[must_use]
pub(crate) fn minute(unix_millis: u64) -> String {
    let minutes = unix_millis / 60_000;
    format!("{} {:02}:{:02}", day(unix_millis), minutes / 60 % 24, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::{day, minute};

    #[test]
    fn minutes_are_those_of_the_day() {
        assert_eq!(minute(951_782_399_000), "2000-02-28 23:59");
        assert_eq!(minute(951_782_400_000), "2000-02-29 00:00");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let table = [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_735_689_599, "2024-12-31"),
            (1_735_689_600, "2025-01-01"),
            (4_107_542_400, "2100-03-01"),
        ];
        for (seconds, expected) in table {
            assert_eq!(day(seconds * 1000), expected);
        }
    }
}
