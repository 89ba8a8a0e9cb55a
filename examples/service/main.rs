//! A small service over all nodes, with a hash_tag of "keep". `redis_rs.rs` is the same for one server, with redis-rs.
//!
//!     REDISCLUSTER_CONFIG=… cargo run --example service

use rediscluster::{Cluster, Config, Error, Session, pipeline};
use std::time::Duration;

fn main() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes())?);
    let mut log = cluster.session();
    log.query::<()>(("SUBSCRIBE", "log"))?;

    let mut allowed = 0;
    for _ in 0..5 {
        allowed += i32::from(is_allowed(&cluster, "ann", 3)?);
    }
    println!("allowed {allowed} of 5 calls");

    cluster.query::<()>(("RPUSH", "jobs", ["resize", "send", "stop"]))?;
    work(&cluster)?;
    print_log(&mut log, 2)?;
    println!("{:?}", cluster.query::<Vec<(String, i32)>>(("HGETALL", "done"))?);

    for _ in 0..2 {
        println!("{}", cached(&cluster, "page:1", || "<html>".to_owned())?);
    }

    cluster.query::<()>(("MSET", [("{bank}ann", 100), ("{bank}bob", 0)]))?;
    let moved = [transfer(&cluster, "{bank}ann", "{bank}bob", 70)?, transfer(&cluster, "{bank}ann", "{bank}bob", 70)?];
    println!("transfers {moved:?}, balances {:?}", cluster.query::<(i64, i64)>(("MGET", "{bank}ann", "{bank}bob"))?);

    println!("{} pages", cluster.scan::<String>(("MATCH", "page:*")).count());
    let info: String = cluster.query(("INFO", "server"))?;
    println!("{}", info.lines().find(|line| line.starts_with("redis_mode:")).unwrap_or("unknown mode"));
    Ok(())
}

/// Counts a call of a user in a window of a minute.
fn is_allowed(cluster: &Cluster, user: &str, limit: i64) -> Result<bool, Error> {
    let key = format!("rate:{user}");
    let ((), calls): ((), i64) = pipeline().add(("SET", &key, 0, "EX", 60, "NX")).add(("INCR", &key)).run(cluster)?;
    Ok(calls <= limit)
}

/// Takes jobs until one says stop.
fn work(cluster: &Cluster) -> Result<(), Error> {
    while let Some((_, job)) = cluster.query::<Option<(String, String)>>(("BLPOP", "jobs", 1))? {
        if job == "stop" {
            break;
        }
        cluster.query::<()>(("HINCRBY", "done", &job, 1))?;
        cluster.query::<()>(("PUBLISH", "log", format!("done: {job}")))?;
    }
    Ok(())
}

fn print_log(log: &mut Session, count: usize) -> Result<(), Error> {
    for _ in 0..count {
        if let Some(message) = log.receive(Some(Duration::from_secs(30)))? {
            println!("log: {}", message.convert::<(String, String, String)>()?.2);
        }
    }
    Ok(())
}

fn cached(cluster: &Cluster, key: &str, make: impl Fn() -> String) -> Result<String, Error> {
    if let Some(value) = cluster.query::<Option<String>>(("GET", key))? {
        return Ok(format!("hit {value}"));
    }
    let value = make();
    cluster.query::<()>(("SET", key, &value, "EX", 60))?;
    Ok(format!("miss {value}"))
}

/// Moves an amount, unless the balance is too small. Another change of it meanwhile makes it try again.
fn transfer(cluster: &Cluster, from: &str, to: &str, amount: i64) -> Result<bool, Error> {
    cluster.transaction(from, |session, pipeline| {
        if session.query::<i64>(("GET", from))? < amount {
            return Ok(Some(false));
        }
        let done: Option<(i64, i64)> = pipeline.add(("DECRBY", from, amount)).add(("INCRBY", to, amount)).run(session)?;
        Ok(done.map(|_| true))
    })
}
