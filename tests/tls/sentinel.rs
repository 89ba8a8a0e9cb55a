//! Sentinels with TLS, which watch a master with TLS.

use crate::servers::{Authority, LAST_YEAR, TlsServer, servers_have_tls};
use crate::support::sentinel::Sentinel;
use crate::support::{free_port, reply_text};
use rediscluster::{Cluster, Config};

#[test]
fn the_master_is_found_through_a_sentinel_with_tls() {
    if !servers_have_tls() {
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let pair = authority.issue("server", &["127.0.0.1"], LAST_YEAR);
    let server = TlsServer::start(&authority, &pair, &["--tls-auth-clients", "no"]);
    let port = free_port();
    let lines = [
        format!("tls-port {port}"),
        format!("tls-cert-file {}", pair.cert.display()),
        format!("tls-key-file {}", pair.key.display()),
        format!("tls-ca-cert-file {}", authority.ca()),
        "tls-auth-clients no".to_owned(),
        "tls-replication yes".to_owned(),
    ];
    let sentinel = Sentinel::start_at(&[("one", server.port)], 1, &lines.each_ref().map(String::as_str));
    let open = |port: u16, sentinel_tls: &str| {
        let tls = format!(r#""tls":{{"ca":"{}"}}{sentinel_tls}"#, authority.ca());
        let text = format!(r#"{{"nodes":{{"node_1":{{"service_name":"one"}}}},"sentinels":["127.0.0.1:{port}"],{tls},"timeout":5}}"#);
        Cluster::open(Config::from_json(text.as_bytes()).expect("a sound configuration"))
    };
    assert_eq!(reply_text(&open(port, ""), "SET a 1"), "OK", "tls is for Sentinels, too");
    assert_eq!(reply_text(&open(sentinel.port, r#","sentinel_tls":false"#), "GET a"), "\"1\"", "a Sentinel without TLS");
    let unknown = format!(r#","sentinel_tls":{{"ca":"{}"}}"#, other.ca());
    for (port, sentinel_tls, reason) in [
        (port, unknown.as_str(), "the certificate of the server has an unknown issuer"),
        (port, r#","sentinel_tls":false"#, &format!("127.0.0.1:{port}")),
        (sentinel.port, "", "TLS handshake"),
    ] {
        let error = reply_text(&open(port, sentinel_tls), "SET a 1");
        assert!(error.contains(reason) && error.contains("it was not executed"), "{sentinel_tls}: {error}");
    }
}
