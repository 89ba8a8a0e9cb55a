//! The servers: four nodes, each a master with a replica, behind proxies that can fail. Two nodes use TLS, and two are monitored by Sentinels.

use crate::support::link::Link;
use crate::support::replication::wait_until;
use crate::support::sentinel::Sentinel;
use crate::support::{Server, free_port};
use crate::tls::{Authority, LAST_YEAR, Pair};

pub const NODES: usize = 4;

/// Node 1 and node 2 have a service name, node 2 and node 4 use TLS.
const SERVICES: [Option<&str>; NODES] = [Some("one"), Some("two"), None, None];
const WITH_TLS: [bool; NODES] = [false, true, false, true];

/// A server persists every command before it replies.
const OPTIONS: [&str; 12] = [
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--repl-diskless-sync-delay",
    "0",
    "--repl-backlog-size",
    "64mb",
    "--repl-ping-replica-period",
    "1",
    "--repl-timeout",
    "3",
];

/// A server and the way to it.
pub struct Member {
    pub server: Server,
    pub link: Link,
}

pub struct Servers {
    /// By node: two servers, the first of which begins as the master.
    pub nodes: Vec<[Member; 2]>,
    /// Those of the plain node, and at last the one of the node with TLS.
    pub sentinels: Vec<Sentinel>,
    tls_sentinel_port: u16,
    authority: Authority,
}

impl Servers {
    pub fn start() -> Servers {
        let authority = Authority::new();
        let pair = authority.issue("server", &["127.0.0.1"], LAST_YEAR);
        let nodes: Vec<[Member; 2]> = WITH_TLS.iter().map(|&tls| start_node(tls.then_some((&authority, &pair)))).collect();
        let tls_sentinel_port = free_port();
        let mut lines = tls_options(&authority, &pair, tls_sentinel_port);
        lines.push(["tls-replication".into(), "yes".into()]);
        let lines: Vec<String> = lines.iter().map(|pair| pair.join(" ")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut sentinels: Vec<Sentinel> = (0..3).map(|_| Sentinel::start_at(&[("one", nodes[0][0].link.port)], 2, &[])).collect();
        sentinels.push(Sentinel::start_at(&[("two", nodes[1][0].link.port)], 1, &lines));
        let servers = Servers { nodes, sentinels, tls_sentinel_port, authority };
        servers.sentinels.iter().enumerate().for_each(|(at, sentinel)| make_patient(sentinel, if at < 3 { "one" } else { "two" }));
        servers.await_settled();
        servers
    }

    pub fn await_settled(&self) {
        wait_until(|| (0..NODES).all(|node| self.is_settled(node)));
    }

    /// What the servers and the Sentinels say about a node.
    pub fn describe(&self, node: usize) -> String {
        let roles = self.nodes[node].iter().map(|member| {
            replication(member).map_or("no reply".to_owned(), |text| text.lines().skip(1).take(6).collect::<Vec<_>>().join(" "))
        });
        let ports: Vec<u16> = self.nodes[node].iter().map(|member| member.link.port).collect();
        format!("links {ports:?}, {:?}", roles.collect::<Vec<_>>())
    }

    /// The configuration of the clients.
    pub fn config(&self) -> String {
        let tls = format!(r#""tls":{{"ca":"{}"}}"#, self.authority.ca());
        let node = |at: usize| {
            let place = match SERVICES[at] {
                Some(name) => format!(r#""service_name":"{name}""#),
                None => format!(r#""host":"127.0.0.1","port":{}"#, self.nodes[at][0].link.port),
            };
            let tls = if WITH_TLS[at] { format!(",{tls}") } else { String::new() };
            format!(r#""node_{}":{{{place}{tls}}}"#, at + 1)
        };
        let nodes: Vec<String> = (0..NODES).map(node).collect();
        let mut sentinels: Vec<String> = self.sentinels[..3].iter().map(|sentinel| format!(r#""127.0.0.1:{}""#, sentinel.port)).collect();
        sentinels.push(format!(r#"{{"host":"127.0.0.1","port":{},{tls}}}"#, self.tls_sentinel_port));
        format!(
            r#"{{"nodes":{{{}}},"sentinels":[{}],"hash_tag":"keep","timeout":0.5,"refresh_interval":1}}"#,
            nodes.join(","),
            sentinels.join(",")
        )
    }

    /// Whether the node has one master that has its replica, and Sentinel says so too.
    pub fn is_settled(&self, node: usize) -> bool {
        let Some(master) = self.master(node) else { return false };
        let named = match node {
            0 => self.sentinels[..3].iter().map(|sentinel| sentinel.master_of("one")).all(|port| port == master.link.port),
            1 => self.sentinels[3].master_of("two") == master.link.port,
            _ => true,
        };
        named && self.is_watched(node)
    }

    /// Whether the Sentinels know the replica of the node.
    fn is_watched(&self, node: usize) -> bool {
        match node {
            0 => self.sentinels[..3].iter().all(|sentinel| sentinel.replicas_of("one") == 1),
            1 => self.sentinels[3].replicas_of("two") == 1,
            _ => true,
        }
    }

    /// The master of the node, if there is one that has a replica and the other server says that it is the replica.
    pub fn master(&self, node: usize) -> Option<&Member> {
        let [first, second] = &self.nodes[node];
        [(first, second), (second, first)]
            .into_iter()
            .find(|(master, replica)| is_master_of_one(master) && !is_master(replica))
            .map(|pair| pair.0)
    }

    /// Tells Sentinel to make the replica the master. It refuses while another failover is in progress.
    pub fn fail_over(&self, node: usize) {
        let sentinel = [0, 3][node];
        let _ = redis::cmd("SENTINEL").arg("FAILOVER").arg(SERVICES[node]).exec(&mut self.sentinels[sentinel].client());
    }

    pub fn has_sentinels(&self, node: usize) -> bool {
        SERVICES[node].is_some()
    }
}

/// Most faults end before a Sentinel looks for another master.
fn make_patient(sentinel: &Sentinel, service: &str) {
    let set = ["SET", service, "down-after-milliseconds", "1500"];
    redis::cmd("SENTINEL").arg(&set).exec(&mut sentinel.client()).expect("a Sentinel");
}

fn start_node(tls: Option<(&Authority, &Pair)>) -> [Member; 2] {
    let members = [(); 2].map(|()| start_member(tls));
    let [master, replica] = &members;
    let mut client = replica.server.client();
    redis::cmd("REPLICAOF").arg("127.0.0.1").arg(master.link.port).exec(&mut client).expect("a server");
    redis::cmd("CONFIG").arg("REWRITE").exec(&mut client).expect("a configuration file");
    members
}

/// Other servers and clients know only the port of its link.
fn start_member(tls: Option<(&Authority, &Pair)>) -> Member {
    let link = Link::new();
    let mut options: Vec<String> = OPTIONS.map(str::to_owned).into();
    options.extend(["--replica-announce-ip", "127.0.0.1", "--replica-announce-port"].map(str::to_owned));
    options.push(link.port.to_string());
    let tls_port = free_port();
    for [name, value] in tls.map(|(authority, pair)| tls_options(authority, pair, tls_port)).unwrap_or_default() {
        options.extend([format!("--{name}"), value]);
    }
    if tls.is_some() {
        options.extend(["--tls-replication", "yes"].map(str::to_owned));
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let server = Server::start_with_file(&options);
    link.lead_to(if tls.is_some() { tls_port } else { server.port });
    Member { server, link }
}

fn tls_options(authority: &Authority, pair: &Pair, port: u16) -> Vec<[String; 2]> {
    let own = |name: &str, value: String| [name.to_owned(), value];
    vec![
        own("tls-port", port.to_string()),
        own("tls-cert-file", pair.cert.display().to_string()),
        own("tls-key-file", pair.key.display().to_string()),
        own("tls-ca-cert-file", authority.ca()),
        own("tls-auth-clients", "no".into()),
    ]
}

fn replication(member: &Member) -> Option<String> {
    let url = format!("redis://127.0.0.1:{}", member.server.port);
    let mut client = redis::Client::open(url).ok()?.get_connection_with_timeout(std::time::Duration::from_secs(2)).ok()?;
    redis::cmd("INFO").arg("replication").query(&mut client).ok()
}

fn is_master(member: &Member) -> bool {
    replication(member).is_some_and(|text| text.contains("role:master"))
}

fn is_master_of_one(member: &Member) -> bool {
    replication(member).is_some_and(|text| text.contains("role:master") && text.contains("state=online"))
}
