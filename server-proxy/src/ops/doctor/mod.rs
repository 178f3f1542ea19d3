//! `codesaga-proxy doctor`: looks at everything the server needs, and says what to mend.
//!
//! It changes nothing and prints no secret: of an address that may hold a password only the host is
//! named, of a keys file only how many keys it has.

use std::io::{self, Write};

use crate::config::{Config, Language};
use bus::BusFinding;

mod bus;
mod certificate;
mod local;
mod redis;
mod services;
mod upstreams;
mod words;

/// What was found out about one thing.
#[derive(Debug)]
enum Finding {
    /// Nobody listens at the address yet.
    AddressFree { address: String },
    /// A codesaga-proxy does.
    AddressOurs { address: String },
    /// Something else does, or it cannot be used.
    AddressTaken { address: String, why: String },
    /// Something does that is not asked, since it speaks TLS.
    AddressInUse { address: String },
    /// No keys are set up, so only this machine may ask.
    NoKeys,
    /// The keys can be used.
    Keys { file: String, count: usize },
    /// Others than its owner can read the file.
    KeysReadable { file: String, mode: u32 },
    /// The file cannot be used.
    KeysBroken { file: String, why: String },
    /// Others can listen on the way to the server.
    NoTls,
    /// The certificate can be used for long.
    Certificate { file: String, days: u64 },
    /// It ends soon.
    CertificateEnds { file: String, days: u64 },
    /// It has ended.
    CertificateEnded { file: String, day: String },
    /// It cannot be used; the settings that name it.
    CertificateBroken { settings: [&'static str; 2], why: String },
    /// Conversations are kept in the process.
    NoRedis,
    /// The Redis answers.
    Redis { place: String, version: String, millis: u128 },
    /// It answers, and loses what it holds when it ends.
    RedisForgets { place: String },
    /// It answers, and drops what it holds when it is full.
    RedisDrops { place: String, policy: String },
    /// It does not.
    RedisSilent { place: String, why: String },
    /// The bus between servers.
    Bus(BusFinding),
    /// The model service lets this process in; until which day its certificate is valid, if it has one.
    Service { address: String, models: usize, until: Option<String> },
    /// The certificate that it shows ends soon.
    ServiceEnds { address: String, days: u64 },
    /// It does not.
    ServiceSilent { address: String, why: String },
    /// The model server answers.
    Upstream { address: String, kind: &'static str, models: usize },
    /// It does not.
    UpstreamSilent { address: String, why: String },
    /// It has no model at all.
    UpstreamEmpty { address: String },
    /// It has models, but not the one that is asked for when a request names none.
    ModelMissing { address: String, model: String },
    /// One token came.
    Token { address: String, model: String, millis: u128 },
    /// None came.
    NoToken { address: String, model: String, why: String },
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gravity {
    Good,
    /// It works, and somebody should know.
    Notable,
    /// It has to be mended.
    Bad,
}

/// Looks at everything and writes a line for each thing, in the order in which a person would mend
/// them. Returns whether all is well.
///
/// # Errors
/// When the lines cannot be written.
pub async fn run(config: &Config, language: Language, out: &mut impl Write) -> io::Result<bool> {
    let mut is_well = true;
    let mut tell = |findings: Vec<Finding>| {
        for finding in findings {
            is_well &= finding.gravity() != Gravity::Bad;
            write_line(out, &finding, language)?;
        }
        io::Result::Ok(())
    };
    tell(local::address(config).await)?;
    tell(local::keys(config))?;
    tell(certificate::look(config))?;
    tell(redis::look(config).await)?;
    tell(bus::look(config).await.map(Finding::Bus).into_iter().collect())?;
    for service in &config.fleet.services {
        tell(services::look(config, service).await)?;
    }
    // Where model services are asked, the model servers are theirs.
    let own = config.upstreams.iter().filter(|_| config.fleet.services.is_empty());
    for upstream in own {
        tell(upstreams::look(config, upstream).await)?;
    }
    let all_well = language.choose("All is well.", "모두 괜찮아요.");
    let mend = language.choose("Something has to be mended.", "고쳐야 할 것이 있어요.");
    writeln!(out, "\n{}", if is_well { all_well } else { mend })?;
    Ok(is_well)
}

/// An error without its number, which says nothing to a person.
fn plain(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or(&words).to_owned()
}

fn write_line(out: &mut impl Write, finding: &Finding, language: Language) -> io::Result<()> {
    let mark = match finding.gravity() {
        Gravity::Good => "✓",
        Gravity::Notable => "!",
        Gravity::Bad => "✗",
    };
    writeln!(out, "{mark} {}", finding.words(language))?;
    match finding.mending(language) {
        Some(mending) => writeln!(out, "  → {mending}"),
        None => Ok(()),
    }
}

impl Finding {
    fn gravity(&self) -> Gravity {
        match self {
            Self::Bus(found) => found.gravity(),
            Self::AddressFree { .. }
            | Self::AddressOurs { .. }
            | Self::Keys { .. }
            | Self::Certificate { .. }
            | Self::Redis { .. }
            | Self::Service { .. }
            | Self::Upstream { .. }
            | Self::Token { .. } => Gravity::Good,
            Self::AddressInUse { .. }
            | Self::NoKeys
            | Self::NoTls
            | Self::CertificateEnds { .. }
            | Self::ServiceEnds { .. }
            | Self::NoRedis
            | Self::RedisForgets { .. }
            | Self::RedisDrops { .. } => Gravity::Notable,
            _ => Gravity::Bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls;

    /// Every finding, with words that show where they stand.
    fn all() -> Vec<Finding> {
        let (address, file, why) = ("ADDRESS".to_owned(), "FILE".to_owned(), "WHY".to_owned());
        let (place, model) = ("PLACE".to_owned(), "MODEL".to_owned());
        let a = || address.clone();
        let f = || file.clone();
        let w = || why.clone();
        vec![
            Finding::AddressFree { address: a() },
            Finding::AddressOurs { address: a() },
            Finding::AddressTaken { address: a(), why: w() },
            Finding::AddressInUse { address: a() },
            Finding::NoKeys,
            Finding::Keys { file: f(), count: 2 },
            Finding::KeysReadable { file: f(), mode: 0o644 },
            Finding::KeysBroken { file: f(), why: w() },
            Finding::NoTls,
            Finding::Certificate { file: f(), days: 80 },
            Finding::CertificateEnds { file: f(), days: 20 },
            Finding::CertificateEnded { file: f(), day: "2026-07-01".to_owned() },
            Finding::CertificateBroken { settings: tls::FLEETS, why: w() },
            Finding::NoRedis,
            Finding::Redis { place: place.clone(), version: "7.0.15".to_owned(), millis: 1 },
            Finding::RedisForgets { place: place.clone() },
            Finding::RedisDrops { place: place.clone(), policy: "allkeys-lru".to_owned() },
            Finding::RedisSilent { place, why: w() },
            Finding::Bus(BusFinding::None),
            Finding::Bus(BusFinding::Redis { waiting: 2, dead_letters: 1 }),
            Finding::Bus(BusFinding::Kafka {
                place: "PLACE".to_owned(),
                brokers: 3,
                topics: "codesaga.cmd.v1 (12)".to_owned(),
            }),
            Finding::Bus(BusFinding::Missing {
                place: "PLACE".to_owned(),
                topics: "codesaga.cmd.v1".to_owned(),
            }),
            Finding::Bus(BusFinding::Unfit { place: "PLACE".to_owned(), why: w() }),
            Finding::Bus(BusFinding::Silent { place: "PLACE".to_owned(), why: w() }),
            Finding::Service { address: a(), models: 3, until: None },
            Finding::Service { address: a(), models: 3, until: Some("2026-07-01".to_owned()) },
            Finding::ServiceEnds { address: a(), days: 20 },
            Finding::ServiceSilent { address: a(), why: w() },
            Finding::Upstream { address: a(), kind: "ollama", models: 3 },
            Finding::UpstreamSilent { address: a(), why: w() },
            Finding::UpstreamEmpty { address: a() },
            Finding::ModelMissing { address: a(), model: model.clone() },
            Finding::Token { address: a(), model: model.clone(), millis: 340 },
            Finding::NoToken { address: a(), model, why: w() },
        ]
    }

    #[test]
    fn every_finding_that_is_not_good_says_what_to_mend_in_both_languages() {
        for finding in all() {
            for language in [Language::English, Language::Korean] {
                let mending = finding.mending(language);
                let is_good = finding.gravity() == Gravity::Good;
                assert_eq!(mending.is_none(), is_good, "{finding:?}");
            }
        }
    }

    #[test]
    fn what_is_written() {
        let mut out = Vec::new();
        for finding in &all() {
            write_line(&mut out, finding, Language::English).expect("a line");
        }
        let text = String::from_utf8(out).expect("UTF-8");
        expect_test::expect_file!["words.en.txt"].assert_eq(&text);
        let mut out = Vec::new();
        for finding in &all() {
            write_line(&mut out, finding, Language::Korean).expect("a line");
        }
        let text = String::from_utf8(out).expect("UTF-8");
        expect_test::expect_file!["words.ko.txt"].assert_eq(&text);
    }
}
