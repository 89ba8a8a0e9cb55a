//! `reshard`: to new servers and in place, and runs that are killed.

use crate::data::{Rule, Snapshot, check, fill, fill_large, union};
use crate::program::{Run, command, run};
use crate::support::Server;
use crate::support::random::Random;
use std::path::Path;
use std::time::Duration;

fn names(servers: &[&Server]) -> String {
    servers.iter().enumerate().map(|(at, server)| format!("node_{}#127.0.0.1:{}", at + 1, server.port)).collect::<Vec<_>>().join(",")
}

fn arguments(folder: &Path, from: &[&Server], to: &[&Server], options: &[&str]) -> Vec<String> {
    let journal = folder.join("journal").to_string_lossy().into_owned();
    let (from, to) = (names(from), names(to));
    [&["reshard", "--sources", &from, "--targets", &to, "--journal", &journal], options].concat().iter().map(ToString::to_string).collect()
}

/// `KEYS` sets the number of keys of the larger tests.
fn keys() -> usize {
    std::env::var("KEYS").ok().and_then(|keys| keys.parse().ok()).unwrap_or(20_000)
}

fn reshard(folder: &Path, from: &[&Server], to: &[&Server], options: &[&str]) -> Run {
    run(&arguments(folder, from, to, options).iter().map(String::as_str).collect::<Vec<_>>())
}

fn assert_status(run: &Run, status: i32, text: &str) {
    let output = format!("{}{}", run.stdout, run.stderr);
    assert!(run.status == status && output.contains(text), "status {}, expected {status} and {text:?}:\n{output}", run.status);
}

/// From one server to three, from these to five, from these to two.
#[test]
fn to_new_servers_every_key_is_where_the_library_looks() {
    let servers = Server::start_many(11);
    let all: Vec<&Server> = servers.iter().collect();
    let steps = [(&all[..1], &all[1..4]), (&all[1..4], &all[4..9]), (&all[4..9], &all[9..])];
    fill(steps[0].0, Rule::Keep, keys());
    fill_large(steps[0].0, Rule::Keep);
    let expected = union(steps[0].0);
    for (from, to) in steps {
        let folder = tempfile::tempdir().expect("a folder");
        assert_status(&reshard(folder.path(), from, to, &["--hash-tag", "keep", "--verify"]), 0, "keys compared: all equal.");
        check(to, Rule::Keep, &expected);
    }
}

#[test]
fn in_place_only_keys_whose_node_changes_move() {
    let servers = Server::start_many(5);
    let all: Vec<&Server> = servers.iter().collect();
    fill(&all[..1], Rule::Off, keys() / 2);
    fill_large(&all[..1], Rule::Off);
    let expected = union(&all[..1]);
    for (from, to) in [(&all[..1], &all[..3]), (&all[..3], &all[..5]), (&all[..5], &all[..2])] {
        let folder = tempfile::tempdir().expect("a folder");
        let run = reshard(folder.path(), from, to, &["--no-tags", "--in-place", "--verify", "--json"]);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        let summary: serde_json::Value = serde_json::from_str(run.stdout.lines().nth_back(1).expect("a summary")).expect("JSON");
        assert_eq!(summary["copied"], summary["removed"], "{summary}");
        check(to, Rule::Off, &expected);
        assert!(union(&from[to.len().min(from.len())..]).is_empty());
    }
}

#[test]
fn stripped_tags_need_a_rule_or_a_map() {
    let servers = Server::start_many(5);
    let all: Vec<&Server> = servers.iter().collect();
    let (from, to) = (&all[..2], &all[2..]);
    let folder = tempfile::tempdir().expect("a folder");
    fill(from, Rule::Colon, 1000);
    let expected = union(from);
    let run = reshard(folder.path(), from, to, &[]);
    assert_status(&run, 3, "--tag-rule REGEX");
    assert_status(&reshard(folder.path(), from, to, &["--no-tags"]), 3, "it was stored with another tag");
    assert!(union(to).is_empty());
    let run = reshard(folder.path(), from, to, &["--tag-rule", "^tagged:([0-9]+):", "--verify"]);
    assert_status(&run, 0, "all equal");
    assert!(run.stderr.contains("--tag-rule ^tagged:([0-9]+):: matches ") && run.stderr.contains(": tag "), "{}", run.stderr);
    check(to, Rule::Colon, &expected);
    let map = folder.path().join("map");
    let lines: String = expected
        .keys()
        .filter(|key| key.starts_with(b"tagged:"))
        .map(|key| {
            let key = String::from_utf8_lossy(key);
            format!("{key}\t{}\n", key.split(':').nth(1).expect("a tag"))
        })
        .collect();
    std::fs::write(&map, lines).expect("a file");
    let run = reshard(folder.path(), from, to, &["--tag-map", map.to_str().expect("a path"), "--clean"]);
    assert_status(&run, 0, "0 keys copied (0 B), 1,000 equal already");
}

#[test]
fn what_could_lose_data_is_refused() {
    let servers = Server::start_many(3);
    let all: Vec<&Server> = servers.iter().collect();
    let folder = tempfile::tempdir().expect("a folder");
    assert_status(&reshard(folder.path(), &all[..2], &all, &["--no-tags"]), 3, "is both a source and a target; with --in-place");
    assert_status(&reshard(folder.path(), &all[..1], &all[1..], &["--no-tags", "--in-place"]), 2, "no source is also a target");
    assert_status(&reshard(folder.path(), &[all[0], all[0]], &all[1..], &["--no-tags"]), 2, "is named twice");
    assert_status(
        &reshard(folder.path(), &all[..2], &all, &["--no-tags", "--in-place", "--databases", "1:2"]),
        2,
        "keys stay in their database",
    );
    redis::cmd("HSET").arg(b"\0rediscluster\0staged").arg("id").arg("x").exec(&mut all[0].client()).expect("a reply");
    assert_status(&reshard(folder.path(), &all[..1], &all[1..], &["--no-tags"]), 3, "run `rediscluster recover`");
}

#[test]
fn in_place_a_key_with_other_content_on_its_node_stops_the_run_and_nothing_is_lost() {
    let servers = Server::start_many(3);
    let all: Vec<&Server> = servers.iter().collect();
    let folder = tempfile::tempdir().expect("a folder");
    fill(&all[..2], Rule::Off, 500);
    let key = crate::support::key_on(3, 3);
    let from = all[crate::data::node_of(key.as_bytes(), 2, Rule::Off)];
    for (server, value) in [(from, "old"), (all[2], "new")] {
        redis::cmd("SET").arg(&key).arg(value).exec(&mut server.client()).expect("a reply");
    }
    let options = ["--no-tags", "--in-place"];
    assert_status(&reshard(folder.path(), &all[..2], &all, &options), 3, "is on node_3 (127.0.0.1:");
    let value: String = redis::cmd("GET").arg(&key).query(&mut from.client()).expect("a reply");
    assert_eq!(value, "old");
    redis::cmd("DEL").arg(&key).exec(&mut all[2].client()).expect("a reply");
    let expected = union(&all);
    assert_status(&reshard(folder.path(), &all[..2], &all, &options), 0, "Complete.");
    check(&all, Rule::Off, &expected);
}

/// Runs the job again and again, and kills it at random moments, before it is allowed to finish.
fn kill_and_resume(kills: usize, from: &[&Server], to: &[&Server], options: &[&str], expected: &Snapshot, rule: Rule, random: &mut Random) {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = arguments(folder.path(), from, to, options);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for _ in 0..kills {
        let mut child = command(&arguments).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("a run");
        std::thread::sleep(Duration::from_millis(random.below(120) as u64));
        child.kill().expect("a signal");
        child.wait().expect("an end");
    }
    assert_status(&run(&arguments), 0, "Complete.");
    check(to, rule, expected);
}

/// `KILLS` sets the number of kills of each kind.
#[test]
fn a_run_that_is_killed_goes_on_without_loss_or_duplicates() {
    let kills: usize = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(10);
    let mut random = Random::seeded();
    let servers = Server::start_many(8);
    let all: Vec<&Server> = servers.iter().collect();
    fill(&all[..3], Rule::Off, keys() / 8);
    fill_large(&all[..3], Rule::Off);
    let expected = union(&all[..3]);
    let options = ["--no-tags", "--pieces-above", "500000"];
    kill_and_resume(kills, &all[..3], &all[5..], &options, &expected, Rule::Off, &mut random);
    let options = [&options[..], &["--in-place"]].concat();
    for (from, to) in [(&all[..3], &all[..5]), (&all[..5], &all[..2])] {
        kill_and_resume(kills / 2, from, to, &options, &expected, Rule::Off, &mut random);
    }
}
