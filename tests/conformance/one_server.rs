//! The replies of one plain server, for releases whose replies differ from the recorded ones.

use crate::support::Server;
use crate::support::raw_client::RawClient;
use crate::{Case, slices};
use rediscluster::pack;

pub struct OneServer {
    pub server: Server,
    client: RawClient,
    /// The vectors have the replies of this release.
    pub is_redis_7_0: bool,
}

impl OneServer {
    pub fn start() -> OneServer {
        let server = Server::start();
        OneServer { client: RawClient::connect(server.port), is_redis_7_0: server.is_redis_7_0(), server }
    }

    /// Whether the server accepts and refuses the commands before a case as the case says. Older servers lack some of them.
    pub fn runs_setup(&mut self, case: &Case) -> bool {
        self.client.exchange(&pack(&[b"FLUSHALL"]), 1);
        case.setup.iter().all(|(command, is_refused)| self.client.exchange(&pack(&slices(command)), 1).starts_with(b"-") == *is_refused)
    }

    /// Runs a case on the empty server. Returns the reply in the notation of the vectors.
    pub fn reply(&mut self, case: &Case) -> Vec<Vec<u8>> {
        let setup = case.setup.iter().map(|(command, _)| command);
        let request: Vec<u8> = setup.chain([&case.command]).flat_map(|command| pack(&slices(command))).collect();
        self.client.exchange(&pack(&[b"FLUSHALL"]), 1);
        self.client.write(&request);
        self.client.read(case.setup.len());
        tokens(&self.client.read(1))
    }
}

/// The values of a reply in RESP2.
fn tokens(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut tokens = Vec::new();
    while let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") {
        let line = &bytes[..end];
        bytes = &bytes[end + 2..];
        tokens.push(match line {
            b"$-1" => b"_".to_vec(),
            b"*-1" => b"*_".to_vec(),
            [b'$', length @ ..] => {
                let length: usize = std::str::from_utf8(length).unwrap().parse().unwrap();
                let text = &bytes[..length];
                bytes = &bytes[length + 2..];
                [b"$", text].concat()
            }
            _ => line.to_vec(),
        });
    }
    tokens
}
