//! What systemd is told, and asks for: ready, stopping, still alive (`sd_notify(3)`).
//!
//! Started by anything else this does nothing: the socket's name comes from systemd's environment.

use std::io;
use std::time::Duration;

use crate::config::ServiceManager;

/// Tells the service manager how the process stands.
#[derive(Debug, Default)]
pub struct Notifier {
    #[cfg(unix)]
    socket: Option<std::os::unix::net::UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// Connected to whoever started the process, when they want to know.
    ///
    /// # Errors
    /// When they named a socket that cannot be reached.
    pub fn new(manager: &ServiceManager) -> io::Result<Self> {
        let Some(name) = &manager.notify_socket else { return Ok(Self::default()) };
        let connected = connected(name)
            .map_err(|error| io::Error::new(error.kind(), format!("NOTIFY_SOCKET: {error}")))?;
        // Half of what is allowed, as its manual advises.
        Ok(Self { watchdog: manager.watchdog.map(|time| time / 2), ..connected })
    }

    /// Requests are taken from now on.
    pub fn ready(&self) {
        self.tell("READY=1");
    }

    /// No new ones are.
    pub fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// A line for `systemctl status`.
    pub fn status(&self, words: &str) {
        self.tell(&format!("STATUS={}", words.replace('\n', " ")));
    }

    /// Says that the process is alive as often as is asked for; runs until dropped. A process
    /// whose tasks do not come to run says nothing, and is started anew.
    pub async fn keep_alive(&self) {
        let Some(every) = self.watchdog else { return std::future::pending().await };
        let mut ticks = tokio::time::interval(every);
        loop {
            ticks.tick().await;
            self.tell("WATCHDOG=1");
        }
    }

    #[cfg(unix)]
    fn tell(&self, message: &str) {
        if let Some(socket) = &self.socket
            && let Err(error) = socket.send(message.as_bytes())
        {
            tracing::debug!(%error, "the service manager was not told");
        }
    }

    #[cfg(not(unix))]
    fn tell(&self, _message: &str) {}
}

#[cfg(unix)]
fn connected(name: &str) -> io::Result<Notifier> {
    use std::os::unix::net::UnixDatagram;

    let socket = UnixDatagram::unbound()?;
    match name.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(abstract_name) => {
            use std::os::linux::net::SocketAddrExt as _;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(abstract_name)?;
            socket.connect_addr(&address)?;
        }
        _ => socket.connect(name)?,
    }
    // A manager that does not read must not hold up answers.
    socket.set_nonblocking(true)?;
    Ok(Notifier { socket: Some(socket), watchdog: None })
}

#[cfg(not(unix))]
fn connected(_name: &str) -> io::Result<Notifier> {
    Ok(Notifier::default())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    fn heard(socket: &UnixDatagram) -> String {
        let mut bytes = [0; 256];
        let count = socket.recv(&mut bytes).expect("a message");
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    async fn check(socket: UnixDatagram, name: String) {
        let watchdog = Some(Duration::from_millis(20));
        let manager = ServiceManager { notify_socket: Some(name), watchdog };
        let notifier = Notifier::new(&manager).expect("the socket is there");
        notifier.ready();
        notifier.status("two\nlines");
        notifier.stopping();
        assert_eq!([heard(&socket), heard(&socket)], ["READY=1", "STATUS=two lines"]);
        assert_eq!(heard(&socket), "STOPPING=1");
        let listening = tokio::task::spawn_blocking(move || [heard(&socket), heard(&socket)]);
        tokio::select! {
            () = notifier.keep_alive() => {}
            alive = listening => assert_eq!(alive.expect("no panic"), ["WATCHDOG=1"; 2]),
        }
    }

    #[tokio::test]
    async fn the_service_manager_is_told_by_a_path_or_an_abstract_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        check(socket, path.to_string_lossy().into_owned()).await;

        let name = format!("codesaga-test-{}", uuid::Uuid::new_v4().simple());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let socket = UnixDatagram::bind_addr(&address).expect("a socket");
        check(socket, format!("@{name}")).await;
    }

    #[tokio::test]
    async fn started_by_anything_else_nobody_is_told() {
        let notifier = Notifier::new(&ServiceManager::default()).expect("nothing to reach");
        notifier.ready();
        let gone = ServiceManager { notify_socket: Some("/no/such".to_owned()), watchdog: None };
        let error = Notifier::new(&gone).expect_err("it is named");
        assert!(error.to_string().starts_with("NOTIFY_SOCKET: "), "{error}");
    }
}
