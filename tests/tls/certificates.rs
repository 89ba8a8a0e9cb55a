//! Which certificates are accepted, and what the errors say.

use crate::servers::{Authority, LAST_YEAR, Pair, TlsServer, config, servers_have_tls};
use crate::support::replication::wait_until;
use crate::support::{Server, reply_text};
use rediscluster::{Cluster, Code, Config, LogEvent, LogKind, set_log};
use std::net::TcpListener;
use std::sync::Mutex;

/// Short time limits: some servers do not reply at all.
const SHORT: [&str; 2] = [r#""connect_timeout":0.5"#, r#""read_timeout":0.5"#];

fn open(config: &str) -> Cluster {
    Cluster::open(Config::from_json(config.as_bytes()).expect("a sound configuration"))
}

fn error(cluster: &Cluster) -> String {
    let error = cluster.command(&[b"SET", b"a", b"1"]).unwrap_err();
    assert!(!error.executed() && error.code() == Code::Connect, "{error:?}");
    error.to_string()
}

/// The error of a handle for one server.
fn error_with(server: &TlsServer, tls: &str) -> String {
    let error = error(&open(&config(std::slice::from_ref(server), tls, &SHORT)));
    assert!(error.starts_with(&format!("node_1 (127.0.0.1:{}): SET: cannot connect: TLS handshake: ", server.port)), "{error}");
    error
}

fn pair_json(ca: &Authority, pair: &Pair) -> String {
    format!(r#"{{"ca":"{}","cert":"{}","key":"{}"}}"#, ca.ca(), pair.cert.display(), pair.key.display())
}

#[test]
fn a_certificate_must_be_current_of_a_known_authority_and_for_the_name() {
    if !servers_have_tls() {
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let good = authority.issue("good", &["127.0.0.1"], LAST_YEAR);
    let expired = authority.issue("expired", &["127.0.0.1"], 2020);
    let named = authority.issue("named", &["redis.example"], LAST_YEAR);
    let open_to_all = ["--tls-auth-clients", "no"];
    let [good, expired, named] = [good, expired, named].map(|pair| TlsServer::start(&authority, &pair, &open_to_all));
    let (ca, unknown) = (format!(r#"{{"ca":"{}"}}"#, authority.ca()), format!(r#"{{"ca":"{}"}}"#, other.ca()));
    for (server, tls, expected) in [
        (&good, unknown.as_str(), "the certificate of the server has an unknown issuer; set tls.ca"),
        // The authorities of the system do not know this one either.
        (&good, "true", "the certificate of the server has an unknown issuer; set tls.ca"),
        (&expired, &ca, "the certificate of the server expired "),
        (
            &named,
            &ca,
            "the certificate of the server is not valid for \"127.0.0.1\", but for DnsName(\"redis.example\"); set tls.server_name",
        ),
    ] {
        let error = error_with(server, tls);
        assert!(error.contains(expected) && error.ends_with("; it was not executed"), "{error}");
    }
    let insecure = r#"{"insecure":true}"#.to_owned();
    let with_name = format!(r#"{{"ca":"{}","server_name":"redis.example"}}"#, authority.ca());
    for (server, tls) in [(&good, &ca), (&good, &insecure), (&expired, &insecure), (&named, &insecure), (&named, &with_name)] {
        assert_eq!(reply_text(&open(&config(std::slice::from_ref(server), tls, &[])), "PING"), "PONG", "{tls}");
    }
    // A URL means TLS by itself and takes the settings of the document.
    let url = format!(r#"{{"nodes":{{"node_1":"rediss://127.0.0.1:{}"}},"tls":{ca}}}"#, good.port);
    assert_eq!(reply_text(&open(&url), "PING"), "PONG");
}

#[test]
fn a_client_certificate_is_sent_and_read_again_after_its_files_have_changed() {
    if !servers_have_tls() {
        return;
    }
    set_log(|event| EVENTS.lock().unwrap().push(event.clone()));
    let (authority, other) = (Authority::new(), Authority::new());
    let server = TlsServer::start(&authority, &authority.issue("server", &["127.0.0.1"], LAST_YEAR), &[]);
    for protocols in ["TLSv1.2", "TLSv1.3"] {
        let _: () = redis::cmd("CONFIG").arg("SET").arg("tls-protocols").arg(protocols).query(&mut server.server.client()).unwrap();
        let missing = error_with(&server, &format!(r#"{{"ca":"{}"}}"#, authority.ca()));
        assert!(missing.contains("tls.cert and tls.key"), "{missing}");
        let wrong = other.issue("client", &["client"], LAST_YEAR);
        let cluster = open(&config(std::slice::from_ref(&server), &pair_json(&authority, &wrong), &SHORT));
        let rejected = error(&cluster);
        assert!(rejected.contains("the server rejected the client certificate"), "{rejected}");
        EVENTS.lock().unwrap().clear();
        // The files are replaced one after the other. Until they fit, the former ones are used.
        let right = authority.issue("client", &["client"], LAST_YEAR);
        std::fs::rename(&right.cert, &wrong.cert).unwrap();
        let rejected = error(&cluster);
        assert!(rejected.contains("the server rejected the client certificate"), "{rejected}");
        assert_eq!(events_about(&wrong), [LogKind::TlsReloadFailed], "it is reported once per change");
        std::fs::rename(&right.key, &wrong.key).unwrap();
        // After several failures the library waits a moment before it tries again.
        wait_until(|| reply_text(&cluster, "PING") == "PONG");
        assert_eq!(events_about(&wrong), [LogKind::TlsReloadFailed, LogKind::TlsReloaded]);
    }
}

static EVENTS: Mutex<Vec<LogEvent>> = Mutex::new(Vec::new());

/// The events so far that name the file of a certificate.
fn events_about(pair: &Pair) -> Vec<LogKind> {
    let path = pair.cert.display().to_string();
    EVENTS.lock().unwrap().iter().filter(|event| event.message.contains(&path)).map(|event| event.kind).collect()
}

#[test]
fn a_server_without_tls_is_recognised() {
    if !servers_have_tls() {
        return;
    }
    let silent = Server::start();
    // A plain server waits for the end of the line.
    let of_port = |port: u16| format!(r#"{{"nodes":{{"node_1":"rediss://127.0.0.1:{port}"}},{}}}"#, SHORT.join(","));
    let text = error(&open(&of_port(silent.port)));
    assert!(text.contains("TLS handshake: the server ") && text.contains("check that its port expects TLS"), "{text}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let replies = std::thread::spawn(move || {
        use std::io::Write;
        for stream in listener.incoming().take(1) {
            let _ = stream.unwrap().write_all(b"-ERR Protocol error\r\n");
        }
    });
    let text = error(&open(&of_port(port)));
    assert!(text.contains("TLS handshake: the server does not use TLS on this port"), "{text}");
    replies.join().unwrap();
}

#[test]
fn a_server_with_tls_is_recognised_without() {
    if !servers_have_tls() {
        return;
    }
    let authority = Authority::new();
    let server = TlsServer::start(&authority, &authority.issue("server", &["127.0.0.1"], LAST_YEAR), &[]);
    let cluster = open(&format!(r#"{{"nodes":{{"node_1":"redis://127.0.0.1:{}"}},{}}}"#, server.port, SHORT.join(",")));
    let error = cluster.command(&[b"GET", b"a"]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("node_1 (127.0.0.1:{}): ", server.port)), "{error}");
    assert!(error.contains("expects TLS"), "{error}");
}
