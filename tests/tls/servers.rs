//! Servers with TLS, and the certificates that they and their clients use.

use crate::support::{Server, free_port, skip};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// Authorities must have different names.
static NUMBER: AtomicUsize = AtomicUsize::new(1);

/// Signs certificates.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// The files of a certificate and of its private key.
pub struct Pair {
    pub cert: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        params.distinguished_name.push(DnType::CommonName, format!("authority {number}"));
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).expect("a file");
        Authority { issuer, folder }
    }

    /// The file with its certificate.
    pub fn ca(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    /// A certificate for these names, until the end of the year.
    pub fn issue(&self, file: &str, names: &[&str], last_year: i32) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(names.iter().map(|name| name.to_string()).collect::<Vec<_>>()).expect("names");
        params.distinguished_name.push(DnType::CommonName, file);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let pair = Pair { cert: self.path(&format!("{file}.pem")), key: self.path(&format!("{file}.key")) };
        std::fs::write(&pair.cert, certificate.pem()).expect("a file");
        std::fs::write(&pair.key, key.serialize_pem()).expect("a file");
        pair
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }
}

pub const LAST_YEAR: i32 = 2900;

/// A server that expects TLS on one port; the tests look at it through the other one.
pub struct TlsServer {
    pub server: Server,
    pub port: u16,
}

impl TlsServer {
    pub fn start(authority: &Authority, pair: &Pair, options: &[&str]) -> TlsServer {
        let port = free_port();
        let (number, ca) = (port.to_string(), authority.ca());
        let (cert, key) = (pair.cert.display().to_string(), pair.key.display().to_string());
        let own = ["--tls-port", &number, "--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
        TlsServer { server: Server::start_with(&[&own, options].concat()), port }
    }
}

/// Some builds of servers have no TLS.
pub fn servers_have_tls() -> bool {
    // Without a certificate a server with TLS ends, too. Some builds without TLS accept the option, and say later that they have none.
    let port = free_port().to_string();
    let output = Command::new("redis-server").args(["--port", "0", "--tls-port", &port, "--save", ""]).stdin(Stdio::null()).output();
    let output = output.expect("redis-server is installed");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let has = !text.contains("Bad directive") && !text.contains("Failed finding TLS support");
    if !has {
        skip("this server is built without TLS");
    }
    has
}

/// A configuration of nodes with TLS; `members` are additional ones.
pub fn config(servers: &[TlsServer], tls: &str, members: &[&str]) -> String {
    let node = |(at, server): (usize, &TlsServer)| format!(r#""node_{}":{{"host":"127.0.0.1","port":{}}}"#, at + 1, server.port);
    let nodes: Vec<String> = servers.iter().enumerate().map(node).collect();
    let mut all = vec![format!(r#""nodes":{{{}}}"#, nodes.join(",")), format!(r#""tls":{tls}"#), r#""hash_tag":"strip""#.into()];
    all.extend(members.iter().map(|member| member.to_string()));
    format!("{{{}}}", all.join(","))
}
