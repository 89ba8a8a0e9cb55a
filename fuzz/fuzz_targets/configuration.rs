#![no_main]

use libfuzzer_sys::fuzz_target;
use rediscluster::fuzzing;

fuzz_target!(|bytes: &[u8]| fuzzing::configuration(bytes));
