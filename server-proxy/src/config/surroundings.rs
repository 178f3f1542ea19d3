//! What the process is told by its surroundings rather than by its own settings.

use std::env;
use std::time::Duration;

/// What a service manager such as systemd wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceManager {
    /// The socket to tell it on.
    pub notify_socket: Option<String>,
    /// It takes the process for hung when nothing was told for so long.
    pub watchdog: Option<Duration>,
}

impl ServiceManager {
    /// Of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let number = |name: &str| env::var(name).ok()?.parse::<u64>().ok();
        // The variables are inherited; a watchdog may be meant for a parent.
        let is_meant = number("WATCHDOG_PID").is_none_or(|id| id == u64::from(std::process::id()));
        let micros = number("WATCHDOG_USEC").filter(|micros| is_meant && *micros > 0);
        Self {
            notify_socket: env::var("NOTIFY_SOCKET").ok().filter(|name| !name.is_empty()),
            watchdog: micros.map(Duration::from_micros),
        }
    }
}

/// The language of what is printed for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// As the environment's locale says.
    #[must_use]
    pub fn of_this_process() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        Self::of_locale(&locale.unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@']).next() {
            Some("ko") => Self::Korean,
            _ => Self::English,
        }
    }

    /// The words of this language.
    #[must_use]
    pub fn choose<T>(self, english: T, korean: T) -> T {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_which_language() {
        for locale in ["ko_KR.UTF-8", "ko", "ko_KR@x"] {
            assert_eq!(Language::of_locale(locale), Language::Korean, "{locale}");
        }
        for locale in ["C", "", "en_US.UTF-8", "kok_IN"] {
            assert_eq!(Language::of_locale(locale), Language::English, "{locale}");
        }
    }
}
