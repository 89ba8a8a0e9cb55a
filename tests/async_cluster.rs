//! The handle for tokio, on three servers. The feature `tokio` has it: `cargo test --features tokio --test async_cluster`.

mod support;

use rediscluster::{AsyncCluster, Cluster, Code, Error, Reply, pipeline};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::process::Command;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use support::three_nodes::await_blocked_clients;
use support::{LONG_TIMEOUTS, Server, cluster, key_on, ports};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Runs a test on three servers in a runtime.
fn run<F: Future<Output = ()>>(test: impl FnOnce(Vec<Server>, AsyncCluster) -> F) {
    let servers = Server::start_many(3);
    let blocking = cluster(&ports(&servers), &LONG_TIMEOUTS);
    runtime().block_on(async { test(servers, AsyncCluster::open(blocking).unwrap()).await });
}

/// Polls a future once; it must not be complete.
async fn begin<T>(mut future: Pin<&mut impl Future<Output = T>>) {
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

/// Waits without blocking the runtime.
async fn blocking(wait: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(wait).await.unwrap();
}

#[test]
fn values_go_to_the_servers_and_come_back_in_their_types() {
    run(async |_servers, cluster| {
        cluster.query::<()>(("MSET", [("a", 1), ("b", 2), ("c", 3)])).await.unwrap();
        assert_eq!(cluster.query::<Vec<i64>>(("MGET", ["a", "b", "c"])).await.unwrap(), [1, 2, 3]);
        assert_eq!(cluster.query::<Option<String>>(("GET", "none")).await.unwrap(), None);
        cluster.query::<()>(("RENAME", "a", "d")).await.unwrap();
        assert_eq!(cluster.query::<i64>(("GET", "d")).await.unwrap(), 1);
        let error = cluster.query::<i64>(("LLEN", "d")).await.unwrap_err();
        assert_eq!((error.code(), error.prefix()), (Code::Server, Some("WRONGTYPE")));
        let error = cluster.query::<i64>(("get", "none")).await.unwrap_err();
        assert!(error.code() == Code::Argument && error.message().starts_with("GET: "), "{error}");
        assert!(cluster.command(&[b"LLEN", b"d"]).await.unwrap().error(0).is_some());
    });
}

#[test]
fn commands_of_many_tasks_are_all_executed() {
    run(async |_servers, cluster| {
        let tasks = (0..2000).map(|number| {
            let cluster = cluster.clone();
            tokio::spawn(async move { cluster.query::<i64>(("INCRBY", format!("key:{}", number % 100), number)).await })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        let keys: Vec<String> = (0..100).map(|number| format!("key:{number}")).collect();
        let sums: Vec<i64> = cluster.query(("MGET", &keys)).await.unwrap();
        assert_eq!(sums.iter().sum::<i64>(), 1999 * 1000);
    });
}

#[test]
fn another_thread_uses_the_handle() {
    run(async |_servers, cluster| {
        let runtime = tokio::runtime::Handle::current();
        let other = cluster.clone();
        blocking(move || runtime.block_on(other.query::<()>(("SET", "a", 1))).unwrap()).await;
        assert_eq!(cluster.query::<i64>(("GET", "a")).await.unwrap(), 1);
    });
}

#[test]
fn a_blocking_command_whose_future_is_dropped_takes_no_element() {
    run(async |servers, cluster| {
        let list = key_on(3, 3);
        let servers = Arc::new(servers);
        let mut pop = Some(Box::pin(cluster.query::<Option<(String, String)>>(("BLPOP", &list, 0))));
        begin(pop.as_mut().expect("it was made above").as_mut()).await;
        for count in [1, 0] {
            let servers = servers.clone();
            blocking(move || await_blocked_clients(&servers[2], count)).await;
            drop(pop.take());
        }
        assert_eq!(cluster.query::<i64>(("RPUSH", &list, "a")).await.unwrap(), 1);
        assert_eq!(cluster.query::<i64>(("LLEN", &list)).await.unwrap(), 1);
    });
}

#[test]
fn a_request_whose_future_was_never_polled_is_not_sent() {
    run(async |_servers, cluster| {
        drop(cluster.query::<()>(("SET", "a", 1)));
        assert!(!cluster.query::<bool>(("EXISTS", "a")).await.unwrap());
    });
}

#[test]
fn a_pipeline_keeps_its_order_and_may_be_a_transaction() {
    run(async |_servers, cluster| {
        let mut commands = pipeline();
        commands.add(("SET", "a", 1)).add(("RENAME", "a", "b")).add(("INCR", "b")).add(("GET", "a"));
        let replies: ((), (), i64, Option<i64>) = commands.run_async(&cluster).await.unwrap();
        assert_eq!(replies, ((), (), 2, None));
        let sums: (i64, i64) = pipeline().atomic().add(("INCR", "b")).add(("INCRBY", "b", 10)).run_async(&cluster).await.unwrap();
        assert_eq!(sums, (3, 13));
        let failed: Vec<Result<i64, Error>> = pipeline().add(("INCR", "b")).add(("LPUSH", "b", 1)).run_async(&cluster).await.unwrap();
        assert!(failed[0] == Ok(14) && failed[1].is_err(), "{failed:?}");
    });
}

fn message(reply: Option<Result<Reply, Error>>) -> (String, String, String) {
    reply.expect("the subscription goes on").unwrap().convert().unwrap()
}

#[test]
fn messages_arrive_after_the_confirmation_until_the_subscription_is_dropped() {
    run(async |_servers, cluster| {
        let subscribers = async |channel| cluster.query::<(String, i64)>(("PUBSUB", "NUMSUB", channel)).await.unwrap().1;
        let mut news = cluster.subscribe(("SUBSCRIBE", "a", "b")).await.unwrap();
        for number in 0..100 {
            cluster.query::<()>(("PUBLISH", "a", number)).await.unwrap();
        }
        for number in 0..100 {
            assert_eq!(message(news.next().await), ("message".to_owned(), "a".to_owned(), number.to_string()));
        }
        news.change(("UNSUBSCRIBE", "a")).await.unwrap();
        assert_eq!((subscribers("a").await, subscribers("b").await), (0, 1));
        cluster.query::<()>(("PUBLISH", "b", "last")).await.unwrap();
        assert_eq!(message(news.next().await).2, "last");
        drop(news);
        while subscribers("b").await > 0 {
            tokio::task::yield_now().await;
        }
        assert!(cluster.subscribe(("GET", "a")).await.is_err_and(|error| error.code() == Code::Request));
    });
}

#[test]
fn a_server_that_hangs_delays_no_command_for_others() {
    let servers = Server::start_many(3);
    let blocking = cluster(&ports(&servers), &[r#""read_timeout":1"#]);
    runtime().block_on(async {
        let cluster = AsyncCluster::open(blocking).unwrap();
        let (hanging, healthy) = (key_on(1, 3), key_on(2, 3));
        cluster.query::<()>(("MSET", [(&hanging, 1), (&healthy, 1)])).await.unwrap();
        servers[0].hang();
        let mut late = pin!(cluster.query::<i64>(("GET", &hanging)));
        begin(late.as_mut()).await;
        for _ in 0..100 {
            assert_eq!(cluster.query::<i64>(("GET", &healthy)).await.unwrap(), 1);
        }
        let error = late.await.unwrap_err();
        servers[0].resume();
        assert_eq!((error.code(), error.node()), (Code::Timeout, Some("node_1")));
    });
}

#[test]
fn a_handle_fails_without_its_runtime() {
    let servers = Server::start_many(1);
    let blocking = cluster(&ports(&servers), &LONG_TIMEOUTS);
    assert!(AsyncCluster::open(blocking.clone()).is_err_and(|error| error.code() == Code::Argument));
    let first = runtime();
    let opened = first.block_on(async { AsyncCluster::open(blocking).unwrap() });
    let mut waiting = Box::pin(opened.query::<()>(("BLPOP", "none", 0)));
    first.block_on(begin(waiting.as_mut()));
    drop(first);
    runtime().block_on(async {
        assert_eq!(waiting.await.unwrap_err().code(), Code::Io);
        assert_eq!(opened.query::<()>("PING").await.unwrap_err().code(), Code::Io);
    });
}

#[test]
fn the_last_handle_closes_the_connections() {
    let server = Server::start();
    let blocking = cluster(&[server.port], &LONG_TIMEOUTS);
    runtime().block_on(async {
        let clients = |cluster: &Cluster| {
            let list: String = cluster.query(("CLIENT", "LIST")).unwrap();
            list.lines().count()
        };
        let before = clients(&blocking);
        let opened = AsyncCluster::open(blocking.clone()).unwrap();
        let copy = opened.clone();
        drop(opened);
        copy.query::<()>("PING").await.unwrap();
        assert!(clients(&blocking) > before);
        drop(copy);
        let end = Instant::now() + Duration::from_secs(60);
        while clients(&blocking) > before {
            assert!(Instant::now() < end, "the connection is open");
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn the_example_prints_what_it_says() {
    let servers = Server::start_many(2);
    let nodes: Vec<String> =
        (1..).zip(&servers).map(|(number, server)| format!(r#""node_{number}":"redis://127.0.0.1:{}""#, server.port)).collect();
    let mut example = Command::new(env!("CARGO"));
    // These are variables of this test. A crate whose build reads them would be compiled again.
    let own = std::env::vars_os()
        .filter(|(name, _)| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)));
    own.for_each(|(name, _)| _ = example.env_remove(name));
    let done = example
        .args(["run", "--quiet", "--offline", "--profile", "test", "--features", "tokio", "--example", "tokio"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("REDISCLUSTER_CONFIG", format!(r#"{{"nodes":{{{}}},"hash_tag":"keep"}}"#, nodes.join(",")))
        .output()
        .expect("cargo runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "100 visits\nnews: hello\nno job within the limit\n");
}
