//! Faults, measured: `make faults`. The tests of the other files check the same without a look at the clock.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::replication::wait_until;
use crate::support::{Server, cluster, key_on, name_on, ports, words};
use rediscluster::{Cluster, Code};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const SHORT: &str = r#""timeout":0.5"#;

fn row(fault: &str, measured: &str, required: &str) {
    println!("| {fault} | {measured} | {required} |");
}

#[test]
#[ignore = "a measurement"]
fn table() {
    println!("| fault | measured | required |\n|---|---|---|");
    one_of_four_hangs();
    a_page();
    refused();
    half_open();
    drip();
}

/// What twelve workers do in a second on the servers that work: the number of calls and the 99th percentile of their times.
struct Load {
    calls: AtomicUsize,
    times: Mutex<Vec<Duration>>,
    timeouts: AtomicUsize,
    stop: AtomicBool,
}

impl Load {
    fn work(&self, cluster: &Cluster, worker: usize, keys: &[String], ill: &str) {
        for at in worker.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let (is_ill, began) = (at % 4 == 0, Instant::now());
            let key = if is_ill { ill } else { &keys[at % keys.len()] };
            match cluster.command(&words(&format!("{} {key}", if at % 3 == 0 { "INCR" } else { "GET" }))) {
                Ok(_) if !is_ill => {
                    self.calls.fetch_add(1, Ordering::Relaxed);
                    self.times.lock().unwrap().push(began.elapsed());
                }
                Err(error) if error.code() == Code::Timeout => drop(self.timeouts.fetch_add(1, Ordering::Relaxed)),
                _ => {}
            }
        }
    }

    fn in_a_second(&self) -> (usize, Duration) {
        self.times.lock().unwrap().clear();
        let before = self.calls.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_secs(1));
        let calls = self.calls.load(Ordering::Relaxed) - before;
        let mut times = std::mem::take(&mut *self.times.lock().unwrap());
        times.sort_unstable();
        (calls, times.get(times.len() * 99 / 100).copied().unwrap_or_default())
    }
}

fn one_of_four_hangs() {
    let servers = Server::start_many(4);
    let cluster = cluster(&ports(&servers), &[SHORT]);
    let keys: Vec<String> = [1, 2, 4].into_iter().flat_map(|master| (0..3).map(move |at| name_on(&format!("w{at}:"), master, 4))).collect();
    let ill = key_on(3, 4);
    let load = Load { calls: 0.into(), times: Mutex::default(), timeouts: 0.into(), stop: false.into() };
    std::thread::scope(|scope| {
        (0..12).for_each(|worker| {
            drop(scope.spawn({
                let (load, cluster, keys, ill) = (&load, &cluster, &keys, &ill);
                move || load.work(cluster, worker, keys, ill)
            }))
        });
        load.in_a_second();
        let (before, slowest_before) = load.in_a_second();
        servers[2].hang();
        wait_until(|| load.timeouts.load(Ordering::Relaxed) > 0);
        let (during, slowest_during) = load.in_a_second();
        let timeouts = load.timeouts.load(Ordering::Relaxed);
        servers[2].resume();
        let began = Instant::now();
        wait_until(|| cluster.command(&words(&format!("GET {ill}"))).is_ok());
        let healed = began.elapsed();
        load.stop.store(true, Ordering::Relaxed);
        let share = during as f64 / before as f64 * 100.0;
        row(
            "one of four masters hangs, 12 workers",
            &format!(
                "the other three: {before} calls/s before, {during} during ({share:.0} %), p99 {slowest_before:.0?} and {slowest_during:.0?}, {timeouts} timeouts, healed in {healed:.0?}"
            ),
            ">= 90 %, p99 within 2 x",
        );
    });
}

fn a_page() {
    let servers = Server::start_many(8);
    let cluster = cluster(&ports(&servers), &[SHORT]);
    let keys: Vec<String> = (0..60).map(|number| format!("page:{number}")).collect();
    let page = || {
        let began = Instant::now();
        keys[..40].iter().for_each(|key| drop(cluster.command(&words(&format!("GET {key}")))));
        (0..3).for_each(|at| drop(cluster.command(&words(&format!("MGET {}", keys[at * 20..at * 20 + 20].join(" "))))));
        began.elapsed()
    };
    page();
    let healthy = page();
    servers[5].hang();
    let (first, mut open) = (page(), Vec::new());
    for _ in 0..50 {
        open.push(page());
        std::thread::sleep(Duration::from_millis(20));
    }
    let slowest = open.into_iter().max().unwrap_or_default();
    row(
        "a page of 40 GET and 3 MGET(20), one of 8 masters hangs",
        &format!("{healthy:.0?} before, then {first:.0?}, then at most {slowest:.0?}"),
        "<= 1.0 s, <= 50 ms",
    );
}

fn refused() {
    // A server that closes every connection at once can count them.
    let fake = FakeServer::start(|_, _| {});
    let cluster = fake.cluster(&[SHORT]);
    let began = Instant::now();
    let mut calls = 0;
    while began.elapsed() < Duration::from_secs(3) {
        let _ = cluster.command(&words("INCR a"));
        calls += 1;
    }
    let per_second = fake.connections() as f64 / began.elapsed().as_secs_f64();
    row("connections are refused", &format!("{per_second:.1} connects/s for {:.0} calls/s", f64::from(calls) / 3.0), "<= 20 connects/s");
}

fn half_open() {
    let silent_below = Arc::new(AtomicUsize::new(0));
    let fake = FakeServer::start({
        let silent = silent_below.clone();
        move |mut stream, nth| {
            while read_request(&mut stream) {
                if nth >= silent.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_millis(20));
                    let _ = stream.write_all(b":1\r\n");
                }
            }
        }
    });
    let cluster = fake.cluster(&[SHORT]);
    std::thread::scope(|scope| (0..40).for_each(|_| drop(scope.spawn(|| cluster.command(&words("INCR a")).unwrap()))));
    silent_below.store(fake.connections(), Ordering::Release);
    let began = Instant::now();
    let errors = (0..10).filter(|_| cluster.command(&words("INCR a")).is_err()).count();
    row("40 idle connections are dropped silently", &format!("{errors} timeout, ten calls in {:.0?}", began.elapsed()), "one timeout");
}

fn drip() {
    let fake = FakeServer::start(move |mut stream, _| {
        if read_request(&mut stream) && stream.write_all(b"$1000\r\n").is_ok() {
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let cluster = fake.cluster(&[SHORT]);
    let began = Instant::now();
    let _ = cluster.command(&words("INCR a"));
    row("a reply arrives byte by byte", &format!("given up after {:.0?}", began.elapsed()), "0.5 s + 50 ms");
}
