//! The service of `main.rs` with redis-rs, on one server.
//!
//!     REDIS_URL=redis://127.0.0.1:6379 cargo run --example service_redis_rs

use redis::{Client, Commands, Connection, PubSub, RedisResult, pipe, transaction};
use std::time::Duration;

fn main() -> RedisResult<()> {
    let url = std::env::var("REDIS_URL").expect("REDIS_URL has the URL of a server");
    let client = Client::open(url)?;
    let (mut connection, mut subscriber) = (client.get_connection()?, client.get_connection()?);
    let mut log = subscriber.as_pubsub();
    log.subscribe("log")?;

    let mut allowed = 0;
    for _ in 0..5 {
        allowed += i32::from(is_allowed(&mut connection, "ann", 3)?);
    }
    println!("allowed {allowed} of 5 calls");

    () = connection.rpush("jobs", &["resize", "send", "stop"])?;
    work(&mut connection)?;
    print_log(&mut log, 2)?;
    println!("{:?}", connection.hgetall::<_, Vec<(String, i32)>>("done")?);

    for _ in 0..2 {
        println!("{}", cached(&mut connection, "page:1", || "<html>".to_owned())?);
    }

    () = connection.mset(&[("{bank}ann", 100), ("{bank}bob", 0)])?;
    let moved = [transfer(&mut connection, "{bank}ann", "{bank}bob", 70)?, transfer(&mut connection, "{bank}ann", "{bank}bob", 70)?];
    println!("transfers {moved:?}, balances {:?}", connection.mget::<_, (i64, i64)>(&["{bank}ann", "{bank}bob"])?);

    println!("{} pages", connection.scan_match::<_, String>("page:*")?.count());
    let info: String = redis::cmd("INFO").arg("server").query(&mut connection)?;
    println!("{}", info.lines().find(|line| line.starts_with("redis_mode:")).unwrap_or("unknown mode"));
    Ok(())
}

/// Counts a call of a user in a window of a minute.
fn is_allowed(connection: &mut Connection, user: &str, limit: i64) -> RedisResult<bool> {
    let key = format!("rate:{user}");
    let ((), calls): ((), i64) = pipe().cmd("SET").arg(&key).arg(0).arg("EX").arg(60).arg("NX").cmd("INCR").arg(&key).query(connection)?;
    Ok(calls <= limit)
}

/// Takes jobs until one says stop.
fn work(connection: &mut Connection) -> RedisResult<()> {
    while let Some((_, job)) = connection.blpop::<_, Option<(String, String)>>("jobs", 1.0)? {
        if job == "stop" {
            break;
        }
        () = connection.hincr("done", &job, 1)?;
        () = connection.publish("log", format!("done: {job}"))?;
    }
    Ok(())
}

fn print_log(log: &mut PubSub, count: usize) -> RedisResult<()> {
    log.set_read_timeout(Some(Duration::from_secs(30)))?;
    for _ in 0..count {
        println!("log: {}", log.get_message()?.get_payload::<String>()?);
    }
    Ok(())
}

fn cached(connection: &mut Connection, key: &str, make: impl Fn() -> String) -> RedisResult<String> {
    if let Some(value) = connection.get::<_, Option<String>>(key)? {
        return Ok(format!("hit {value}"));
    }
    let value = make();
    () = connection.set_ex(key, &value, 60)?;
    Ok(format!("miss {value}"))
}

/// Moves an amount, unless the balance is too small. Another change of it meanwhile makes it try again.
fn transfer(connection: &mut Connection, from: &str, to: &str, amount: i64) -> RedisResult<bool> {
    transaction(connection, &[from], |connection, pipe| {
        if connection.get::<_, i64>(from)? < amount {
            return Ok(Some(false));
        }
        let done: Option<(i64, i64)> = pipe.decr(from, amount).incr(to, amount).query(connection)?;
        Ok(done.map(|_| true))
    })
}
