//! A session used through its byte stream, as an existing client of one server uses a socket. Requests are cut at random.

use super::raw_connection::{packed, read};
use super::reply::{Client, OwnedReply};
use crate::support::random::Random;
use rediscluster::{Cluster, Session};
use std::cell::RefCell;
use std::io::{BufReader, Error, Read};
use std::time::Duration;

pub struct SessionClient {
    stream: RefCell<BufReader<SessionStream>>,
    random: RefCell<Random>,
}

struct SessionStream(Session);

impl Read for SessionStream {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.0.read(buffer, Some(Duration::from_secs(60))).map_err(Error::other)
    }
}

impl SessionClient {
    /// A session with this protocol. `seed` decides where requests are cut.
    pub fn new(cluster: &Cluster, protocol: u8, seed: u64) -> SessionClient {
        let stream = RefCell::new(BufReader::new(SessionStream(cluster.session())));
        let client = SessionClient { stream, random: RefCell::new(Random::from_seed(seed)) };
        let hello = client.run(&[b"HELLO", protocol.to_string().as_bytes()]);
        assert_eq!(matches!(hello, OwnedReply::Map(_)), protocol == 3, "{hello}");
        client
    }

    /// Makes the places where the next requests are cut depend on this only.
    pub fn reseed(&self, seed: u64) {
        *self.random.borrow_mut() = Random::from_seed(seed);
    }

    /// Writes bytes in random pieces, some of them within a line or a command.
    pub fn write_in_pieces(&self, bytes: &[u8]) {
        let (mut stream, mut random) = (self.stream.borrow_mut(), self.random.borrow_mut());
        let mut rest = bytes;
        while !rest.is_empty() {
            let longest = *random.pick(&[1, 3, 10, 100, 1000, 30_000]);
            let (piece, following) = rest.split_at((1 + random.below(longest)).min(rest.len()));
            stream.get_mut().0.write(piece).expect("the session is open");
            rest = following;
        }
    }

    /// Sends a command whose reply is received later.
    pub fn send(&self, args: &[&[u8]]) {
        self.write_in_pieces(&packed(args));
    }

    pub fn receive(&self) -> OwnedReply {
        read(&mut *self.stream.borrow_mut())
    }
}

impl Client for SessionClient {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        self.send(args);
        self.receive()
    }
}
