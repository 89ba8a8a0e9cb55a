//! Many commands at a time, a subscription and a time limit in the runtime tokio.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --features tokio --example tokio

use rediscluster::{AsyncCluster, Cluster, Config, Error};
use std::time::Duration;
use tokio::time::timeout;

async fn run() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = AsyncCluster::open(Cluster::open(Config::from_json(json.as_bytes())?))?;

    // The commands of all tasks share one connection to each server, and are sent together.
    let visits: Vec<_> = (0..100)
        .map(|_| {
            let cluster = cluster.clone();
            tokio::spawn(async move { cluster.query::<()>(("INCR", "visits")).await })
        })
        .collect();
    for visit in visits {
        visit.await.expect("no task panics")?;
    }
    println!("{} visits", cluster.query::<i64>(("GET", "visits")).await?);

    // When `subscribe` returns, the servers have confirmed it.
    let mut news = cluster.subscribe(("SUBSCRIBE", "news")).await?;
    cluster.query::<()>(("PUBLISH", "news", "hello")).await?;
    if let Some(message) = news.next().await {
        let (_, channel, text): (String, String, String) = message?.convert()?;
        println!("{channel}: {text}");
    }

    // The time limit drops the future. That ends the command on the server, and no element is lost.
    match timeout(Duration::from_millis(100), cluster.query::<(String, String)>(("BLPOP", "jobs", 0))).await {
        Ok(job) => println!("{}", job?.1),
        Err(_) => println!("no job within the limit"),
    }
    Ok(())
}

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run())
}
