//! Moving data: `copy` from one server to another, `reshard` to other nodes, and `verify`.
//!
//! `options` is the command line, `job` what it means: nodes, databases, the placement of keys. `runner` has the threads; each worker takes
//! batches of keys (`scan`) and hands them to `mover`, which copies them with `restore` or `pieces` and compares with `compare`. `journal`
//! remembers how far the scans are, `progress` reports. `live` moves keys while programs use them.

pub mod brake;
pub mod compare;
pub mod expiry;
pub mod flush;
pub mod functions;
pub mod job;
pub mod journal;
pub mod live;
pub mod mover;
pub mod node;
pub mod options;
pub mod pieces;
pub mod placement;
pub mod progress;
pub mod redis_cluster;
pub mod restore;
pub mod runner;
pub mod sample;
pub mod scan;
pub mod single;
pub mod tag_map;
pub mod verify;
