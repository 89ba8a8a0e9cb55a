//! Which commands publish, and which subscribe.

use crate::cluster::Cluster;
use crate::command::{Access, Block, Strategy, lookup};
use crate::listener::order::{Servers, Topic};
use crate::resp::RequestStream;
use memchr::memchr2_iter;
use smallvec::SmallVec;

/// What the complete commands of a client will publish and subscribe to, up to the first that may wait for other clients.
#[derive(Default)]
pub(super) struct Effects {
    pub publishes: Option<Topic>,
    pub subscribes: Option<Topic>,
}

impl Effects {
    pub(super) fn of(requests: &RequestStream, cluster: &Cluster) -> Effects {
        let (mut requests, mut effects) = (requests.clone(), Effects::default());
        while let Ok(true) = requests.next_command() {
            let args = requests.args();
            add(&mut effects.subscribes, subscription(&args, cluster));
            add(&mut effects.publishes, publication(&args, cluster));
            if lookup(&args).is_some_and(|command| command.block != Block::Never) {
                break;
            }
        }
        effects
    }
}

fn add(all: &mut Option<Topic>, topic: Option<Topic>) {
    if let Some(topic) = topic {
        *all = Some(all.take().map_or(topic.clone(), |others| others.and(topic)));
    }
}

/// What a command makes servers send to subscribers.
pub(super) fn publication(args: &[&[u8]], cluster: &Cluster) -> Option<Topic> {
    let Some(command) = lookup(args) else { return Some(Topic::any()) };
    match command.name {
        "publish" | "spublish" => Some(Topic::messages(servers_of(&args[1..args.len().min(2)], cluster))),
        "exec" => Some(Topic::any()),
        _ if command.strategy == Strategy::Script => Some(Topic::any()),
        _ if command.access != Access::Read => Some(Topic::key_events()),
        _ => None,
    }
}

fn subscription(args: &[&[u8]], cluster: &Cluster) -> Option<Topic> {
    let has_key_events = |names: &[&[u8]]| names.iter().any(|name| name.starts_with(b"__key"));
    match lookup(args)?.name {
        "subscribe" if has_key_events(&args[1..]) => Some(Topic::any()),
        "subscribe" | "ssubscribe" => Some(Topic::messages(servers_of(&args[1..], cluster))),
        // A pattern may match any name.
        "psubscribe" => Some(Topic::any()),
        _ => None,
    }
}

fn servers_of(channels: &[&[u8]], cluster: &Cluster) -> Servers {
    let config = cluster.config();
    let server = |channel: &&[u8]| config.place(channel).map(|place| config.masters[place.master].server);
    let servers: Option<SmallVec<[usize; 2]>> = channels.iter().map(server).collect();
    servers.map_or(Servers::All, Servers::Some)
}

/// Whether a client may have sent SUBSCRIBE or a relative in these bytes.
pub(super) fn may_subscribe(bytes: &[u8]) -> bool {
    const REST: &[u8] = b"ubscribe";
    // The third letter is rarer than the first.
    memchr2_iter(b'b', b'B', bytes)
        .any(|at| at >= 1 && bytes.get(at - 1..at - 1 + REST.len()).is_some_and(|word| word.eq_ignore_ascii_case(REST)))
}
