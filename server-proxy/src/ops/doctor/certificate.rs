//! The certificate of the server's own TLS: whether it can be used, and for how long.

use super::Finding;
use crate::clock;
use crate::config::Config;
use crate::tls::{self, TlsFiles, Validity};

const DAY_MS: u64 = 86_400_000;
/// Days before its end from which on somebody should know.
const SOON_DAYS: u64 = 21;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    match &config.tls {
        Some(files) => vec![found(files, clock::unix_millis())],
        // What stays on this machine needs none.
        None if config.listen.ip().is_loopback() => Vec::new(),
        None => vec![Finding::NoTls],
    }
}

fn found(files: &TlsFiles, now_ms: u64) -> Finding {
    let file = files.certificate.display().to_string();
    let Validity { from_ms, until_ms } = match tls::validity(files) {
        Ok(validity) => validity,
        Err(error) => return Finding::CertificateBroken { why: super::plain(&error) },
    };
    if now_ms < from_ms {
        let why = format!("{file} is not valid before {}", clock::day(from_ms));
        return Finding::CertificateBroken { why };
    }
    match until_ms.saturating_sub(now_ms) / DAY_MS {
        _ if until_ms <= now_ms => Finding::CertificateEnded { file, day: clock::day(until_ms) },
        days @ ..SOON_DAYS => Finding::CertificateEnds { file, days },
        days => Finding::Certificate { file, days },
    }
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
        let finding = format!("{:?}", found(&files, now.expect("a day")));
        let folder = folder.path().display().to_string();
        assert_eq!(finding.replace(&folder, "DIR"), expected);
    }

    #[test]
    fn how_long_a_certificate_lasts_is_told() {
        check(
            "2025-12-31",
            r#"CertificateBroken { why: "DIR/cert.pem is not valid before 2026-01-01" }"#,
        );
        check("2026-01-01", r#"Certificate { file: "DIR/cert.pem", days: 181 }"#);
        check("2026-06-10", r#"Certificate { file: "DIR/cert.pem", days: 21 }"#);
        check("2026-06-11", r#"CertificateEnds { file: "DIR/cert.pem", days: 20 }"#);
        check("2026-07-01", r#"CertificateEnded { file: "DIR/cert.pem", day: "2026-07-01" }"#);
    }
}
