//! Bytes as a Go program writes them: JSON escapes, dates, token counts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// Go's `encoding/json` escapes these characters inside strings; they occur nowhere else in JSON.
pub(crate) fn go_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    if !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return json;
    }
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Now, as `2026-11-22T16:19:59.440194217Z`.
pub(crate) fn go_now() -> String {
    go_time(since_epoch())
}

pub(crate) fn unix_seconds() -> u64 {
    since_epoch().as_secs()
}

/// A rough count, the same for the same text.
pub(crate) fn tokens(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let wide = text.chars().filter(|c| !c.is_ascii()).count();
    ascii.div_ceil(4) + wide
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn go_time(since_epoch: Duration) -> String {
    let days = since_epoch.as_secs() / 86_400;
    let (year, month, day) = civil(days);
    let second = since_epoch.as_secs() % 86_400;
    let fraction = format!("{:09}", since_epoch.subsec_nanos());
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{dot}{fraction}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Year, month and day of a count of days since 1970, after
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_like_gos() {
        let recorded = Duration::new(1_795_364_399, 440_194_217);
        assert_eq!(go_time(recorded), "2026-11-22T16:19:59.440194217Z");
        assert_eq!(go_time(Duration::new(951_782_400, 500_000_000)), "2000-02-29T00:00:00.5Z");
        assert_eq!(go_time(Duration::ZERO), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn json_is_escaped_as_go_escapes_it() {
        assert_eq!(go_json(&"a<b>&\u{2028} 가"), r#""a\u003cb\u003e\u0026\u2028 가""#);
    }
}
