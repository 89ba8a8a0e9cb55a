//! `copy` and `verify`.

use crate::data::{Rule, check, fill, fill_large, snapshot, union};
use crate::program::{Run, command, run, succeed};
use crate::support::Server;
use std::path::Path;

/// Runs `copy` with a journal in a folder.
fn copy(folder: &Path, source: &Server, target: &Server, options: &[&str]) -> Run {
    let [source, target] = [source, target].map(|server| format!("127.0.0.1:{}", server.port));
    let journal = folder.join("journal").to_string_lossy().into_owned();
    run(&[&["copy", "--source", &source, "--target", &target, "--journal", &journal], options].concat())
}

fn verify(source: &Server, target: &Server, options: &[&str]) -> Run {
    let [source, target] = [source, target].map(|server| format!("127.0.0.1:{}", server.port));
    run(&[&["verify", "--source", &source, "--target", &target], options].concat())
}

fn set(server: &Server, db: u32, key: &str, value: &str) {
    let mut connection = server.client();
    redis::cmd("SELECT").arg(db).exec(&mut connection).expect("a database");
    redis::cmd("SET").arg(key).arg(value).exec(&mut connection).expect("a reply");
}

fn get(server: &Server, db: u32, key: &str) -> Option<String> {
    let mut connection = server.client();
    redis::cmd("SELECT").arg(db).exec(&mut connection).expect("a database");
    redis::cmd("GET").arg(key).query(&mut connection).expect("a reply")
}

fn assert_status(run: &Run, status: i32, text: &str) {
    let output = format!("{}{}", run.stdout, run.stderr);
    assert!(run.status == status && output.contains(text), "status {}, expected {status} and {text:?}:\n{output}", run.status);
}

#[test]
fn copy_moves_every_type_whole_or_in_pieces() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, whole, pieces) = (Server::start(), Server::start(), Server::start());
    fill(&[&source], Rule::Off, 2000);
    fill_large(&[&source], Rule::Off);
    let expected = union(&[&source]);
    let run = copy(folder.path(), &source, &whole, &["--verify", "--pieces-above", "100000000"]);
    assert_status(&run, 0, "2,005 keys compared: all equal.");
    check(&[&whole], Rule::Off, &expected);
    let run = copy(folder.path(), &source, &pieces, &["--verify", "--pieces-above", "2000", "--clean"]);
    assert_status(&run, 0, "2,005 keys compared: all equal.");
    check(&[&pieces], Rule::Off, &expected);
}

#[test]
fn databases_are_mapped_and_only_those_named_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    for db in [0, 2, 5] {
        set(&source, db, "key", &db.to_string());
    }
    assert_status(&copy(folder.path(), &source, &target, &["--databases", "2:2,5:1", "--verify"]), 0, "2 keys copied");
    assert_eq!([0, 1, 2, 5].map(|db| get(&target, db, "key")), [None, Some("5".into()), Some("2".into()), None]);
    assert_status(&copy(folder.path(), &source, &target, &["--databases", "2:2,5:x"]), 2, "\"5:x\" is not a number");
}

#[test]
fn a_prefix_or_a_pattern_selects_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    ["a*:1", "a*:2", "ab:1", "c:1"].iter().for_each(|key| set(&source, 0, key, "x"));
    assert_status(&copy(folder.path(), &source, &target, &["--prefix", "a*"]), 0, "2 keys copied");
    assert_status(&copy(folder.path(), &source, &target, &["--match", "?:1", "--clean"]), 0, "1 keys copied");
    assert_eq!(snapshot(&target, 0).into_keys().collect::<Vec<_>>(), [b"a*:1".to_vec(), b"a*:2".to_vec(), b"c:1".to_vec()]);
}

#[test]
fn a_limit_ends_a_run_and_the_next_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    fill(&[&source], Rule::Off, 1000);
    let expected = union(&[&source]);
    let mut runs = 0;
    loop {
        let run = copy(folder.path(), &source, &target, &["--limit", "200"]);
        runs += 1;
        if run.stdout.contains("Complete.") {
            break;
        }
        assert_status(&run, 0, "The limit is reached; run it again to go on.");
    }
    assert!((2..=6).contains(&runs), "{runs} runs");
    check(&[&target], Rule::Off, &expected);
    assert_status(&copy(folder.path(), &source, &target, &["--limit", "200"]), 0, "0 keys copied (0 B)");
}

#[test]
fn existing_keys_fail_or_are_kept_or_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    for (key, old, new) in [("equal", "x", "x"), ("other", "old", "new")] {
        set(&target, 0, key, old);
        set(&source, 0, key, new);
    }
    let run = copy(folder.path(), &source, &target, &[]);
    assert_status(&run, 3, "other is on 127.0.0.1:");
    assert!(run.stderr.contains("--existing skip, replace or newer"), "{}", run.stderr);
    assert_eq!(get(&target, 0, "other").as_deref(), Some("old"));
    assert_status(&copy(folder.path(), &source, &target, &["--existing", "skip", "--clean"]), 0, "1 equal already, 1 kept as they are");
    assert_eq!(get(&target, 0, "other").as_deref(), Some("old"));
    assert_status(&verify(&source, &target, &[]), 4, "other: other content on 127.0.0.1:");
    assert_status(&copy(folder.path(), &source, &target, &["--existing", "replace", "--clean"]), 0, "2 keys copied");
    assert_eq!(get(&target, 0, "other").as_deref(), Some("new"));
    assert_status(&verify(&source, &target, &[]), 0, "all equal");
}

/// The key with the smaller idle time is kept; RESTORE with IDLETIME makes one that was used long ago.
#[test]
fn the_newer_key_is_the_one_that_was_used_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    let age = |server: &Server, key: &str| {
        let mut connection = server.client();
        let payload: Vec<u8> = redis::cmd("DUMP").arg(key).query(&mut connection).expect("a payload");
        redis::cmd("RESTORE").arg(key).arg(0).arg(payload).arg("REPLACE").arg("IDLETIME").arg(1000).exec(&mut connection).expect("a reply");
    };
    for key in ["old", "young"] {
        set(&source, 0, key, "source");
        set(&target, 0, key, "target");
    }
    age(&source, "old");
    age(&target, "young");
    assert_status(&copy(folder.path(), &source, &target, &["--existing", "newer"]), 0, "1 keys copied");
    assert_eq!(["old", "young"].map(|key| get(&target, 0, key).expect("a value")), ["target", "source"]);
}

#[test]
fn flush_needs_a_confirmation_and_happens_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    set(&source, 0, "new", "x");
    set(&target, 0, "old", "x");
    assert_status(&copy(folder.path(), &source, &target, &["--flush"]), 3, "--flush deletes 1 keys of 127.0.0.1:");
    assert!(get(&target, 0, "old").is_some());
    assert_status(&copy(folder.path(), &source, &target, &["--flush", "--yes"]), 0, "Complete.");
    assert!(get(&target, 0, "old").is_none() && get(&target, 0, "new").is_some());
    set(&target, 0, "later", "x");
    assert_status(&copy(folder.path(), &source, &target, &["--flush", "--yes"]), 0, "Complete.");
    assert!(get(&target, 0, "later").is_some());
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    fill(&[&source], Rule::Off, 100);
    assert_status(&copy(folder.path(), &source, &target, &["--dry-run"]), 0, "Nothing was written.");
    let run = copy(folder.path(), &source, &target, &["--dry-run", "--json"]);
    let line: serde_json::Value = serde_json::from_str(run.stdout.trim()).expect("JSON");
    assert!(line["keys"] == 100 && line["bytes"].as_u64() > Some(1000), "{line}");
    assert!(snapshot(&target, 0).is_empty() && std::fs::read_dir(folder.path()).expect("a folder").next().is_none());
}

#[test]
fn passwords_are_read_from_variables_files_and_options_and_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start_with(&["--requirepass", "secret-s"]), Server::start_with(&["--requirepass", "secret-t"]));
    let [from, to] = [&source, &target].map(|server| format!("127.0.0.1:{}", server.port));
    let journal = folder.path().join("journal");
    let args = ["copy", "--source", &from, "--target", &to, "--journal", journal.to_str().expect("a path")];
    assert_eq!(run(&args).status, 1);
    let output = command(&args).env("REDISCLUSTER_SPASS", "secret-s").env("REDISCLUSTER_TPASS", "secret-t").output().expect("a run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = folder.path().join("password");
    std::fs::write(&file, "secret-t\n").expect("a file");
    succeed(&[&args[..], &["--spass", "secret-s", "--tpass-file", file.to_str().expect("a path")]].concat());
    let (from, to) = (format!("redis://:secret-s@{from}"), format!("redis://:secret-t@{to}"));
    let with_urls = ["copy", "--source", &from, "--target", &to, "--clean", "--journal", journal.to_str().expect("a path")];
    let run = succeed(&with_urls);
    let said = format!("{}{}{}", run.stdout, run.stderr, std::fs::read_to_string(&journal).expect("a journal"));
    assert!(!said.contains("secret"), "{said}");
    assert!(!succeed(&["copy", "--help"]).stdout.contains("secret"));
}

#[test]
fn verify_finds_every_kind_of_difference() {
    let (source, target) = (Server::start(), Server::start());
    for server in [&source, &target] {
        ["same", "content", "time"].iter().for_each(|key| set(server, 0, key, "x"));
    }
    set(&source, 0, "missing", "x");
    set(&target, 0, "extra", "x");
    set(&target, 0, "content", "y");
    redis::cmd("EXPIRE").arg("time").arg(1000).exec(&mut target.client()).expect("a reply");
    let run = verify(&source, &target, &[]);
    assert_eq!(run.status, 4);
    for line in ["missing: missing on", "extra: on no source, but on", "content: other content on", "time: another time to live on"] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    let lines = run.stdout.lines().count();
    assert_eq!(lines, 4, "{}", run.stdout);
}

#[test]
fn rate_and_progress_limit_and_report_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    fill(&[&source], Rule::Off, 300);
    let run = copy(folder.path(), &source, &target, &["--rate", "1000", "--json"]);
    let summary: serde_json::Value = serde_json::from_str(run.stdout.lines().last().expect("a summary")).expect("JSON");
    assert_eq!(
        (summary["event"].as_str(), summary["copied"].as_u64(), summary["complete"].as_bool()),
        (Some("summary"), Some(300), Some(true))
    );
    assert!(summary["keys_per_second"].as_f64() <= Some(1100.0) || summary["seconds"].as_f64() < Some(0.3), "{summary}");
}

#[test]
fn functions_are_copied_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start(), Server::start());
    let load = |server: &Server, name: &str, result: u32| {
        let code = format!("#!lua name={name}\nredis.register_function('{name}', function() return {result} end)");
        redis::cmd("FUNCTION").arg("LOAD").arg("REPLACE").arg(code).exec(&mut server.client()).expect("a library");
    };
    let call = |name: &str| redis::cmd("FCALL").arg(name).arg(0).query::<u32>(&mut target.client()).ok();
    load(&source, "one", 1);
    load(&source, "two", 2);
    load(&target, "two", 2);
    // Its code is not UTF-8.
    let raw = b"#!lua name=raw\nredis.register_function('raw', function() return '\xff' end)";
    redis::cmd("FUNCTION").arg("LOAD").arg(raw).exec(&mut source.client()).expect("a library");
    assert_status(&copy(folder.path(), &source, &target, &[]), 0, "0 keys copied (0 B); ");
    assert_eq!(call("one"), None);
    assert_status(&copy(folder.path(), &source, &target, &["--functions"]), 0, "2 libraries of functions loaded");
    assert_eq!((call("one"), call("two")), (Some(1), Some(2)));
    assert_eq!(redis::cmd("FCALL").arg("raw").arg(0).query::<Vec<u8>>(&mut target.client()).expect("a reply"), [0xff]);
    load(&target, "one", 3);
    assert_status(&copy(folder.path(), &source, &target, &["--functions", "--clean"]), 3, "the library one of 127.0.0.1:");
    assert_status(&copy(folder.path(), &source, &target, &["--functions", "--clean", "--existing", "skip"]), 0, "Complete.");
    assert_eq!(call("one"), Some(3));
    assert_status(
        &copy(folder.path(), &source, &target, &["--functions", "--clean", "--existing", "replace"]),
        0,
        "1 libraries of functions",
    );
    assert_eq!(call("one"), Some(1));
}

/// While a server is slow, the run pauses, and still ends with everything copied.
#[test]
fn a_slow_server_is_given_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (Server::start_with(&["--enable-debug-command", "yes"]), Server::start());
    fill(&[&source], Rule::Off, 5000);
    let expected = union(&[&source]);
    let paused = |run: &Run| {
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        let summary: serde_json::Value = serde_json::from_str(run.stdout.lines().last().expect("a summary")).expect("JSON");
        summary["paused_seconds"].as_f64().expect("a number")
    };
    let done = std::sync::atomic::AtomicBool::new(false);
    let slow = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut client = source.client();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                redis::cmd("DEBUG").arg("SLEEP").arg(0.05).exec(&mut client).expect("a reply");
            }
        });
        let run = copy(folder.path(), &source, &target, &["--max-latency", "10", "--json"]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        run
    });
    assert!(paused(&slow) > 0.0, "{}", slow.stdout);
    check(&[&target], Rule::Off, &expected);
    // No server is as slow as this.
    assert_eq!(paused(&copy(folder.path(), &source, &target, &["--max-latency", "60000", "--json", "--clean"])), 0.0);
}
