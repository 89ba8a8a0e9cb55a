//! Metrics in the text format of Prometheus.

use crate::failure::Failure;
use crate::wire::{children, field_text, text};
use rediscluster::{Cluster, ListenerCounters};
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use tiny_http::{Header, Response, Server};

const CONTENT_TYPE: &str = "Content-Type: text/plain; version=0.0.4";

/// Serves metrics on a thread of their own. Returns the address.
pub fn serve(address: &str, cluster: Cluster, counters: Arc<ListenerCounters>) -> Result<SocketAddr, Failure> {
    let failed = |error: String| Failure::failed(format!("--metrics {address}: cannot listen there: {error}"));
    let server = Server::http(address).map_err(|error| failed(error.to_string()))?;
    let at = server.server_addr().to_ip().ok_or_else(|| failed("not an IP address".into()))?;
    let answer = move || {
        for request in server.incoming_requests() {
            // A client that has left needs no answer.
            let _ = match request.url() {
                "/metrics" => {
                    let response = Response::from_string(report(&cluster, &counters));
                    request.respond(match CONTENT_TYPE.parse::<Header>() {
                        Ok(header) => response.with_header(header),
                        Err(()) => response,
                    })
                }
                _ => request.respond(Response::from_string("see /metrics\n").with_status_code(404)),
            };
        }
    };
    thread::Builder::new().spawn(answer).map_err(|error| failed(error.to_string()))?;
    Ok(at)
}

fn report(cluster: &Cluster, counters: &ListenerCounters) -> String {
    let mut out = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        let _ = writeln!(out, "# HELP rediscluster_{name} {help}\n# TYPE rediscluster_{name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(out, "rediscluster_{name}{labels} {value}");
        }
    };
    let mut single = |name, kind, help, value| metric(name, kind, help, &[(String::new(), value)]);
    single("clients", "gauge", "Clients that are connected.", counters.connected());
    single("clients_accepted_total", "counter", "Clients that have connected.", counters.accepted());
    single("clients_rejected_total", "counter", "Clients that were rejected because of --max-clients.", counters.rejected());
    let servers = available(cluster);
    metric("server_available", "gauge", "1 if commands are sent to the server, 0 while it does not reply.", &servers);
    out
}

/// The servers, by their labels.
fn available(cluster: &Cluster) -> Vec<(String, u64)> {
    let stats = cluster.stats();
    let mut entries = children(stats.root());
    let mut servers = Vec::new();
    while let (Some(alias), Some(server)) = (entries.next(), entries.next()) {
        let labels = [("node", text(&alias)), ("role", field_text(server, "role")), ("address", field_text(server, "address"))]
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(&value)))
            .join(",");
        servers.push((format!("{{{labels}}}"), u64::from(field_text(server, "breaker") != "open")));
    }
    servers
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
