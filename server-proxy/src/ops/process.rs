//! What this process uses of its machine, where the system tells it.

/// Numbers of the process, under the names that Prometheus's own clients give them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ProcessNumbers {
    pub(super) resident_memory_bytes: Option<u64>,
    pub(super) open_fds: Option<u64>,
}

impl ProcessNumbers {
    /// As the system tells them now; absent where it does not.
    pub(super) fn read() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let open_fds = std::fs::read_dir("/proc/self/fd").ok();
        Self {
            resident_memory_bytes: resident_memory_bytes(&status),
            open_fds: open_fds.and_then(|entries| u64::try_from(entries.count()).ok()),
        }
    }
}

fn resident_memory_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_in_bytes() {
        assert_eq!(resident_memory_bytes("Name:\tx\nVmRSS:\t    12 kB\n"), Some(12 << 10));
        assert_eq!(resident_memory_bytes("VmRSS:\t12 pages\n"), None);
        assert_eq!(resident_memory_bytes(""), None);
    }
}
