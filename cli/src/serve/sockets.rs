//! The sockets on which clients arrive.

use crate::failure::Failure;
use crate::serve::Serve;
use listenfd::ListenFd;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

const DEFAULT: &str = "127.0.0.1:7000";

/// The sockets, each with the name that is printed.
#[derive(Default)]
pub struct Sockets {
    pub bound: Vec<(String, OwnedFd)>,
    /// The addresses that other hosts reach.
    public: Vec<String>,
    /// Removed at the end.
    pub unix: Option<UnixSocket>,
}

/// The file of a Unix socket. Dropping it removes the file.
pub struct UnixSocket(PathBuf);

impl Drop for UnixSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Opens the sockets that systemd passes, or else those of the options.
pub fn open(args: &Serve) -> Result<Sockets, Failure> {
    let mut sockets = Sockets::default();
    sockets.take_passed()?;
    if sockets.bound.is_empty() {
        let default = [DEFAULT.to_owned()];
        let addresses = if args.listen.is_empty() && args.unix.is_none() { &default[..] } else { &args.listen };
        for address in addresses {
            let socket =
                TcpListener::bind(address).map_err(|error| Failure::failed(format!("--listen {address}: cannot listen there: {error}")))?;
            sockets.add_tcp(socket)?;
        }
        if let Some(path) = &args.unix {
            sockets.add_unix(path)?;
        }
    }
    Ok(sockets)
}

impl Sockets {
    /// Clients of other hosts could read and write everything.
    pub fn refuse_other_hosts(&self) -> Result<(), Failure> {
        let Some(address) = self.public.first() else { return Ok(()) };
        Err(Failure::refused(format!(
            "{address} can be reached from other hosts, and clients would need no password: \
             give --client-password-file, listen on 127.0.0.1, or give --unprotected"
        )))
    }

    fn take_passed(&mut self) -> Result<(), Failure> {
        let mut passed = ListenFd::from_env();
        let unusable = |error| Failure::failed(format!("a socket that systemd passes cannot be used: {error}"));
        for at in 0..passed.len() {
            if let Ok(Some(socket)) = passed.take_tcp_listener(at) {
                self.add_tcp(socket)?;
            } else if let Some(socket) = passed.take_unix_listener(at).map_err(unusable)? {
                self.bound.push((format!("socket {at} of systemd"), socket.into()));
            }
        }
        Ok(())
    }

    fn add_tcp(&mut self, socket: TcpListener) -> Result<(), Failure> {
        let address = socket.local_addr().map_err(|error| Failure::failed(error.to_string()))?;
        if !address.ip().is_loopback() {
            self.public.push(address.to_string());
        }
        self.bound.push((address.to_string(), socket.into()));
        Ok(())
    }

    fn add_unix(&mut self, path: &Path) -> Result<(), Failure> {
        remove_stale(path)?;
        let failed = |error| Failure::failed(format!("--unix {}: cannot listen there: {error}", path.display()));
        let socket = UnixListener::bind(path).map_err(failed)?;
        self.unix = Some(UnixSocket(path.to_owned()));
        self.bound.push((path.display().to_string(), socket.into()));
        Ok(())
    }
}

/// Removes the socket of a process that has ended. Everything else stays.
fn remove_stale(path: &Path) -> Result<(), Failure> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
        std::fs::remove_file(path).map_err(|error| Failure::failed(format!("--unix {}: {error}", path.display())))?;
    }
    Ok(())
}
