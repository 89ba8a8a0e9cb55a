//! `serve`: lets Redis clients of any language use the servers of a configuration as one server.

mod event_log;
mod metrics;
mod sockets;
mod stop;

use crate::config::password;
use crate::failure::Failure;
use clap::Args;
use rediscluster::{Cluster, Config, Credentials, JobThreads, Listener, ListenerTls};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// Descriptors for the servers, files and libraries, besides one per client.
const OTHER_DESCRIPTORS: u64 = 256;

/// The environment variable with the password of the clients.
const CLIENT_PASSWORD: &str = "REDISCLUSTER_CLIENT_PASSWORD";

/// Serve Redis clients: N servers look like one
///
/// Clients authenticate with the password of the configuration, or with one of
/// their own. With systemd's socket activation its sockets are used instead of
/// --listen and --unix. Events, such as servers that become unavailable, are
/// written to stderr.
#[derive(Args)]
pub struct Serve {
    /// The address of the socket; may be given several times
    ///
    /// Default: 127.0.0.1:7000, unless --unix is given.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Vec<String>,
    /// The path of a Unix socket
    #[arg(long, value_name = "PATH")]
    unix: Option<PathBuf>,
    /// Accept clients of other hosts although they need no password
    #[arg(long)]
    unprotected: bool,
    /// The clients' password, in its first line; else it is in
    /// REDISCLUSTER_CLIENT_PASSWORD
    ///
    /// Without one, clients need the password of the configuration.
    #[arg(long, value_name = "FILE")]
    client_password_file: Option<PathBuf>,
    /// The user that the password is for; without it AUTH needs no user
    #[arg(long, value_name = "NAME")]
    client_user: Option<String>,
    /// PEM file with a certificate: clients use TLS, except on Unix sockets
    ///
    /// This and the other two files are read again after they have changed.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<String>,
    /// PEM file with the key of --tls-cert
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<String>,
    /// PEM file of authorities: clients need a certificate of one of them
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_ca: Option<String>,
    /// How many clients may be connected; others get an error
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_clients: u32,
    /// How long clients may take for their last replies after SIGTERM or Ctrl-C
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    stop_timeout: u32,
    /// Serve metrics for Prometheus at this address, under /metrics
    #[arg(long, value_name = "HOST:PORT")]
    metrics: Option<String>,
}

pub fn run(config: Config, args: &Serve) -> Result<(), Failure> {
    let credentials = credentials(args)?;
    let tls = tls(args)?;
    let is_open = config.servers.iter().all(|server| server.password.as_deref().unwrap_or_default().is_empty());
    let sockets = sockets::open(args)?;
    if is_open && credentials.is_none() && args.tls_ca.is_none() && !args.unprotected {
        sockets.refuse_other_hosts()?;
    }
    raise_descriptor_limit(u64::from(args.max_clients))?;
    event_log::write_to_stderr();
    let cluster = Cluster::open(config);
    let (names, fds): (Vec<String>, Vec<OwnedFd>) = sockets.bound.into_iter().unzip();
    let mut listener = make_listener(&cluster, fds, args.max_clients)?;
    tls.into_iter().for_each(|tls| listener.set_tls(tls));
    credentials.into_iter().for_each(|credentials| listener.set_credentials(credentials));
    stop::on_signal(listener.stopper(), listener.counters(), args.stop_timeout)?;
    if let Some(address) = &args.metrics {
        let at = metrics::serve(address, cluster, listener.counters())?;
        println!("metrics at http://{at}/metrics");
    }
    for name in names {
        println!("listening on {name}");
    }
    let threads = JobThreads::default();
    listener.serve(|job| threads.start(job))?;
    drop(sockets.unix);
    Ok(())
}

/// The user and the password of the clients, if they are not those of the configuration.
fn credentials(args: &Serve) -> Result<Option<Credentials>, Failure> {
    let password = password(args.client_password_file.as_deref(), CLIENT_PASSWORD)?;
    match (&args.client_user, password) {
        (_, Some(password)) if password.is_empty() => Err(Failure::usage("--client-password-file: the first line is empty")),
        (user, Some(password)) => Ok(Some(Credentials::new(user.as_deref(), &password))),
        (Some(_), None) => Err(Failure::usage(format!(
            "--client-user needs a password: give --client-password-file FILE or the variable {CLIENT_PASSWORD}"
        ))),
        (None, None) => Ok(None),
    }
}

fn tls(args: &Serve) -> Result<Option<ListenerTls>, Failure> {
    let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    let tls = ListenerTls::from_files(cert, key, args.tls_ca.as_deref());
    tls.map(Some).map_err(|error| Failure::usage(format!("--tls-cert, --tls-key, --tls-ca: {}", error.message())))
}

fn make_listener(cluster: &Cluster, sockets: Vec<OwnedFd>, max_clients: u32) -> Result<Listener, Failure> {
    let mut sockets = sockets.into_iter();
    let first = sockets.next().ok_or_else(|| Failure::usage("no socket to listen on: give --listen or --unix"))?;
    let mut listener = Listener::new(cluster.clone(), first)?;
    for socket in sockets {
        listener.add_socket(socket)?;
    }
    listener.set_max_clients(max_clients as usize);
    Ok(listener)
}

/// Each client needs a descriptor. The limit is raised as far as the system allows; if that is not enough, fewer clients are a clear error now
/// rather than a failure later.
fn raise_descriptor_limit(clients: u64) -> Result<(), Failure> {
    let needed = clients + OTHER_DESCRIPTORS;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(most) = limit.maximum.filter(|most| *most < needed) {
        let room = most.saturating_sub(OTHER_DESCRIPTORS);
        return Err(Failure::usage(format!(
            "--max-clients {clients}: the system allows {most} open files (ulimit -Hn), which is enough for {room} clients"
        )));
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum: limit.maximum })
        .map_err(|error| Failure::failed(format!("cannot raise the limit of open files to {needed}: {error}")))
}
