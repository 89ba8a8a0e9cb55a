//! `rediscluster_partition`, as C calls it, compared with `crc32fast` called directly. It prints samples that `benches/table.awk` reads.

#![allow(unsafe_code, reason = "the C function is called as C programs call it")]

use std::ffi::c_char;
use std::hint::black_box;
use std::time::Instant;

use rediscluster as _; // links the library that the declaration below names

unsafe extern "C" {
    fn rediscluster_partition(key: *const c_char, len: usize, masters: u32) -> u32;
}

const KEYS: usize = 1000;
const CALLS: usize = 1000; // of all keys, a sample
const MASTERS: u32 = 4;

type Exported = unsafe extern "C" fn(*const c_char, usize, u32) -> u32;

/// Calls the C function through a pointer that the optimizer cannot see through, like a program that is linked to the library.
fn ours(keys: &[Vec<u8>]) -> u32 {
    let partition: Exported = black_box(rediscluster_partition);
    // SAFETY: pointer and length are one slice's.
    keys.iter().map(|key| unsafe { partition(key.as_ptr().cast(), key.len(), black_box(MASTERS)) }).fold(0, u32::wrapping_add)
}

/// Called through a pointer, too, so that the work is compared and not the call.
#[inline(never)]
fn direct_partition(key: &[u8], masters: u32) -> u32 {
    crc32fast::hash(key) % masters + 1
}

fn direct(keys: &[Vec<u8>]) -> u32 {
    let partition: fn(&[u8], u32) -> u32 = black_box(direct_partition);
    keys.iter().map(|key| partition(key, black_box(MASTERS))).fold(0, u32::wrapping_add)
}

/// Nanoseconds a key.
fn sample(side: fn(&[Vec<u8>]) -> u32, keys: &[Vec<u8>]) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(side(black_box(keys)));
    }
    start.elapsed().as_nanos() as f64 / (CALLS * KEYS) as f64
}

fn compare(name: &str, asked: &str, keys: &[Vec<u8>]) {
    assert_eq!(ours(keys), direct(keys), "the exported function and crc32fast disagree");
    let rounds = if std::env::var_os("BENCH_QUICK").is_some() { 5 } else { 31 };
    let (mut our_samples, mut direct_samples) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        our_samples.push(format!("{:.3}", sample(ours, keys)));
        direct_samples.push(format!("{:.3}", sample(direct, keys)));
    }
    println!("{name}\tns\t{asked}\t{}\t{}", our_samples.join(" "), direct_samples.join(" "));
}

fn keys_of(length: impl Fn(usize) -> usize) -> Vec<Vec<u8>> {
    (0..KEYS).map(|number| format!("{number:0width$}", width = length(number)).into_bytes()).collect()
}

fn main() {
    compare("partition of a key of 4 to 40 bytes", "ratio <= 1.20", &keys_of(|number| 4 + number % 37));
    compare("partition of a key of 16 bytes", "ratio <= 1.20", &keys_of(|_| 16));
    compare("partition of a key of 1,000 bytes", "ratio <= 1.20", &keys_of(|_| 1000));
}
