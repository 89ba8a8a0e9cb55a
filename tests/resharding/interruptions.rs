//! Programs that stop, or are paused for long, while they move a key.

use crate::layouts::{copies, moving};
use crate::support::proxy::{Afterwards, Fault, Gate, Lost, Network};
use crate::support::{Server, ports, reply_text};

/// Each place at which moving a key can stop: more steps than there are.
fn places() -> impl Iterator<Item = (usize, usize, Lost)> {
    (0..2).flat_map(|node| (1..=10).flat_map(move |step| [Lost::Command, Lost::Reply].map(|lost| (node, step, lost))))
}

/// A program moves a key and is paused; meanwhile another one uses the key.
#[test]
fn a_program_that_was_paused_does_not_bring_back_what_another_one_has_changed() {
    let servers = Server::start_many(2);
    let direct = ports(&servers);
    let network = Network::start(&direct);
    let mut paused = 0;
    for (command, expected) in
        [("DEL k", "nil"), ("SET k other", "\"other\""), ("RENAME k l", "nil"), ("GETDEL k", "nil"), ("APPEND k +", "\"value+\"")]
    {
        for (node, step, lost) in places() {
            let key = crate::support::key_on(1, 2);
            let (command, other_key) = (command.replace(" k", &format!(" {key}")), "l");
            servers.iter().for_each(|server| redis::cmd("FLUSHALL").exec(&mut server.client()).expect("a reply"));
            redis::cmd("SET").arg(&key).arg("value").exec(&mut servers[1].client()).expect("a reply");
            // In the previous layout the servers have the other order, so every key moves.
            let slow = moving(network.ports(), &[network.ports()[1], network.ports()[0]]);
            let fast = moving(&direct, &[direct[1], direct[0]]);
            assert_eq!(reply_text(&slow, "EXISTS none"), "0");
            let (gate, callback) = Gate::new();
            network.arm_with(Some(Fault { node, step, lost, afterwards: Afterwards::Delayed }), Some(callback));
            std::thread::scope(|scope| {
                let mover = scope.spawn(|| reply_text(&slow, &format!("TOUCH {key}")));
                if gate.await_arrival(|| mover.is_finished()) {
                    paused += 1;
                    reply_text(&fast, &command);
                    gate.open();
                } else {
                    reply_text(&fast, &command);
                }
                mover.join().expect("the mover returns");
            });
            let place = format!("{command}, node {node}, step {step}, {lost:?}");
            assert_eq!(reply_text(&fast, &format!("GET {key}")), expected, "{place}");
            assert_eq!(copies(&servers, &key), usize::from(expected != "nil"), "{place}");
            assert!(copies(&servers, other_key) < 2, "{place}");
            network.arm(None);
            drop(slow);
            network.settle();
        }
    }
    assert!(paused > 50, "{paused} pauses");
}

#[test]
fn a_program_that_dies_while_it_moves_a_key_loses_nothing() {
    let servers = Server::start_many(2);
    let direct = ports(&servers);
    let network = Network::start(&direct);
    let mut interrupted = 0;
    for (node, step, lost) in places() {
        let key = crate::support::key_on(1, 2);
        servers.iter().for_each(|server| redis::cmd("FLUSHALL").exec(&mut server.client()).expect("a reply"));
        redis::cmd("SET").arg(&key).arg("value").exec(&mut servers[1].client()).expect("a reply");
        let dying = moving(network.ports(), &[network.ports()[1], network.ports()[0]]);
        assert_eq!(reply_text(&dying, "EXISTS none"), "0");
        network.arm(Some(Fault { node, step, lost, afterwards: Afterwards::AllUnreachable }));
        reply_text(&dying, &format!("TOUCH {key}"));
        interrupted += usize::from(network.happened());
        network.arm(None);
        drop(dying);
        network.settle();
        let place = format!("node {node}, step {step}, {lost:?}");
        let other = moving(&direct, &[direct[1], direct[0]]);
        assert_eq!(reply_text(&other, &format!("GET {key}")), "\"value\"", "{place}");
        assert_eq!(reply_text(&other, &format!("APPEND {key} +")), "6", "{place}");
        assert_eq!(reply_text(&other, &format!("GET {key}")), "\"value+\"", "{place}");
        assert_eq!(copies(&servers, &key), 1, "{place}");
    }
    assert!(interrupted > 10, "{interrupted} interruptions");
}
