//! `reshard --live`: keys of a configuration with a previous layout.

use crate::data::{Rule, check, fill, union};
use crate::program::{command, run};
use crate::support::Server;
use crate::support::random::Random;
use std::time::Duration;

fn nodes(servers: &[&Server]) -> String {
    let node = |(at, server): (usize, &&Server)| format!(r#""node_{}":"redis://127.0.0.1:{}""#, at + 1, server.port);
    servers.iter().enumerate().map(node).collect::<Vec<_>>().join(",")
}

fn configuration(from: &[&Server], to: &[&Server], hash_tag: &str) -> String {
    format!(r#"{{"hash_tag":"{hash_tag}","nodes":{{{}}},"previous":{{"nodes":{{{}}}}}}}"#, nodes(to), nodes(from))
}

#[test]
fn runs_that_are_killed_go_on_and_every_key_is_where_the_library_looks() {
    let servers = Server::start_many(4);
    let all: Vec<&Server> = servers.iter().collect();
    fill(&all[..2], Rule::Keep, 6000);
    let expected = union(&all[..2]);
    let mut random = Random::seeded();
    for (from, to) in [(&all[..2], &all[..]), (&all[..], &all[..3])] {
        let configuration = configuration(from, to, "keep");
        let counted = run(&["reshard", "--live", "--config", &configuration, "--dry-run"]);
        assert!(counted.status == 0 && counted.stdout.contains("Nothing was written."), "{}{}", counted.stdout, counted.stderr);
        for _ in 0..5 {
            let mut child = command(&["reshard", "--live", "--config", &configuration, "--rate", "4000", "--json"])
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("the program runs");
            std::thread::sleep(Duration::from_millis(20 + random.below(150) as u64));
            child.kill().expect("the program is killed");
            child.wait().expect("the program has ended");
        }
        let last = run(&["reshard", "--live", "--config", &configuration, "--max-latency", "1000"]);
        assert!(last.status == 0 && last.stdout.contains("`previous` can be removed"), "{}{}", last.stdout, last.stderr);
        check(to, Rule::Keep, &expected);
        for server in &all[to.len()..] {
            assert_eq!(redis::cmd("DBSIZE").query::<u64>(&mut server.client()).expect("a reply"), 0);
        }
        let again = run(&["reshard", "--live", "--config", &configuration, "--json"]);
        assert!(again.stdout.contains(r#""complete":true"#) && again.stdout.contains(r#""moved":0"#), "{}{}", again.stdout, again.stderr);
    }
}

#[test]
fn tags_that_cannot_be_known_missing_layouts_and_strays_are_refused() {
    let servers = Server::start_many(3);
    let all: Vec<&Server> = servers.iter().collect();
    let stripped = configuration(&all[..2], &all, "strip");
    for (arguments, status, text) in [
        (vec!["--config", &stripped], 3, "give --no-tags if there are none"),
        (vec!["--config", &stripped, "--no-tags"], 0, "`previous` can be removed"),
        (vec!["--config", r#"{"nodes":{"node_1":"redis://127.0.0.1:1"}}"#], 2, "the configuration has no `previous`"),
        (vec!["--config", &stripped, "--in-place"], 2, "cannot be used with"),
    ] {
        let run = run(&[&["reshard", "--live"], arguments.as_slice()].concat());
        assert!(
            run.status == status && format!("{}{}", run.stdout, run.stderr).contains(text),
            "{}: {}{}",
            run.status,
            run.stdout,
            run.stderr
        );
    }
    let stray = crate::support::key_on(1, 2);
    redis::cmd("SET").arg(&stray).arg("x").exec(&mut all[1].client()).expect("a reply");
    let on_second_of_three = crate::support::key_on(2, 3) == stray;
    let run = run(&["reshard", "--live", "--config", &configuration(&all[..2], &all, "off")]);
    assert!(on_second_of_three || (run.status == 3 && run.stderr.contains(&stray)), "{}: {}{}", run.status, run.stdout, run.stderr);
}
