//! Runs whose servers are killed, or whose network is cut.

use crate::data::{Rule, check, fill, fill_large, union};
use crate::program::{command, run};
use crate::support::Server;
use crate::support::link::{Link, LinkFault};
use crate::support::random::Random;
use std::process::Stdio;
use std::time::Duration;

fn names(links: &[Link]) -> String {
    links.iter().enumerate().map(|(at, link)| format!("node_{}#127.0.0.1:{}", at + 1, link.port)).collect::<Vec<_>>().join(",")
}

/// Something that happens to one of the servers for a moment.
fn disturb(servers: &mut [Server], links: &[Link], random: &mut Random) {
    let at = random.below(servers.len());
    match random.below(3) {
        0 => servers[at].restart(),
        1 => links[at].fail(LinkFault::Reset),
        _ => {
            links[at].fail(LinkFault::Cut);
            std::thread::sleep(Duration::from_millis(random.below(200) as u64));
        }
    }
    links[at].heal();
}

/// Keys move from two servers to three and back, in place. `FAULTS` sets the number of moves, each of which is disturbed once and then run again.
#[test]
fn a_run_whose_servers_or_network_fail_goes_on_without_loss_or_duplicates() {
    let faults: usize = std::env::var("FAULTS").ok().and_then(|faults| faults.parse().ok()).unwrap_or(4);
    let mut random = Random::seeded();
    // What a server has confirmed is there after it was killed.
    let mut servers: Vec<Server> = (0..3).map(|_| Server::start_with(&["--appendonly", "yes", "--appendfsync", "always"])).collect();
    let links: Vec<Link> = servers
        .iter()
        .map(|server| (Link::new(), server.port))
        .map(|(link, port)| {
            link.lead_to(port);
            link
        })
        .collect();
    let small: Vec<&Server> = servers.iter().take(2).collect();
    fill(&small, Rule::Off, 2000);
    fill_large(&small, Rule::Off);
    let expected = union(&small);
    for move_number in 0..faults {
        let (from, to) = if move_number % 2 == 0 { (2, 3) } else { (3, 2) };
        let folder = tempfile::tempdir().expect("a folder");
        let (journal, sources, targets) = (folder.path().join("journal").display().to_string(), names(&links[..from]), names(&links[..to]));
        let arguments = [
            "reshard",
            "--sources",
            &sources,
            "--targets",
            &targets,
            "--journal",
            &journal,
            "--no-tags",
            "--in-place",
            "--pieces-above",
            "500000",
        ];
        let mut child = command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a run");
        std::thread::sleep(Duration::from_millis(random.below(600) as u64));
        disturb(&mut servers, &links, &mut random);
        // It may have noticed nothing.
        child.wait().expect("an end");
        let last = run(&arguments);
        assert!(last.status == 0 && last.stdout.contains("Complete."), "{}{}", last.stdout, last.stderr);
        check(&servers.iter().take(to).collect::<Vec<_>>(), Rule::Off, &expected);
    }
}
