//! The certificates that this process shows clients and others of the fleet: whether they can be used,
//! and for how long.

use super::Finding;
use crate::clock;
use crate::config::{Config, Role};
use crate::tls::{self, FLEETS, SERVERS, TlsFiles, Validity};

const DAY_MS: u64 = 86_400_000;
/// Days before its end from which on somebody should know.
pub(super) const SOON_DAYS: u64 = 21;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let now = clock::unix_millis();
    let own = match &config.tls {
        Some(files) => Some(found(files, SERVERS, now)),
        // What stays on this machine needs none.
        None if config.listen.ip().is_loopback() => None,
        None => Some(Finding::NoTls),
    };
    let speaks = config.role == Role::Model || !config.fleet.services.is_empty();
    let shown = config.fleet.tls.as_ref().filter(|_| speaks);
    let fleets = shown.map(|tls| found(&tls.own, FLEETS, now));
    own.into_iter().chain(fleets).collect()
}

fn found(files: &TlsFiles, settings: [&'static str; 2], now_ms: u64) -> Finding {
    let file = files.certificate.display().to_string();
    let Validity { from_ms, until_ms } = match tls::validity(files, settings) {
        Ok(validity) => validity,
        Err(error) => return Finding::CertificateBroken { settings, why: super::plain(&error) },
    };
    if now_ms < from_ms {
        let why = format!("{file} is not valid before {}", clock::day(from_ms));
        return Finding::CertificateBroken { settings, why };
    }
    match days_left(until_ms, now_ms) {
        _ if until_ms <= now_ms => Finding::CertificateEnded { file, day: clock::day(until_ms) },
        days @ ..SOON_DAYS => Finding::CertificateEnds { file, days },
        days => Finding::Certificate { file, days },
    }
}

/// Whole days until then.
pub(super) fn days_left(until_ms: u64, now_ms: u64) -> u64 {
    until_ms.saturating_sub(now_ms) / DAY_MS
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    /// What is found on that day of a certificate for the first half of 2026.
    fn check(day: &str, expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 7, 1);
        let certificate = params.self_signed(&key).expect("a certificate");
        let files = TlsFiles {
            certificate: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        };
        std::fs::write(&files.certificate, certificate.pem()).expect("written");
        std::fs::write(&files.key, key.serialize_pem()).expect("written");
        let now = (0..).map(|days| days * DAY_MS).find(|at| clock::day(*at) == day);
        let finding = format!("{:?}", found(&files, SERVERS, now.expect("a day")));
        let folder = folder.path().display().to_string();
        assert_eq!(finding.replace(&folder, "DIR"), expected);
    }

    #[test]
    fn how_long_a_certificate_lasts_is_told() {
        check(
            "2025-12-31",
            r#"CertificateBroken { settings: ["CODESAGA_TLS_CERT", "CODESAGA_TLS_KEY"], why: "DIR/cert.pem is not valid before 2026-01-01" }"#,
        );
        check("2026-01-01", r#"Certificate { file: "DIR/cert.pem", days: 181 }"#);
        check("2026-06-10", r#"Certificate { file: "DIR/cert.pem", days: 21 }"#);
        check("2026-06-11", r#"CertificateEnds { file: "DIR/cert.pem", days: 20 }"#);
        check("2026-07-01", r#"CertificateEnded { file: "DIR/cert.pem", day: "2026-07-01" }"#);
    }
}
