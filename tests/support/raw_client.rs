//! A client on a bare socket, to compare replies byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub struct RawClient {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl RawClient {
    pub fn connect(port: u16) -> RawClient {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a plain connection");
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(60)))).expect("a socket of TCP");
        RawClient { stream, unread: Vec::new() }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server reads the request");
    }

    /// The bytes of the next `replies` replies.
    pub fn read(&mut self, replies: usize) -> Vec<u8> {
        let mut all = Vec::new();
        for _ in 0..replies {
            let length = loop {
                if let Some(length) = length(&self.unread) {
                    break length;
                }
                let mut buffer = [0; 4096];
                let count = self.stream.read(&mut buffer).expect("the server replies");
                assert!(count > 0, "the server closed the connection");
                self.unread.extend_from_slice(&buffer[..count]);
            };
            all.extend(self.unread.drain(..length));
        }
        all
    }

    /// Waits until the server closes the connection, and returns what it sends before.
    pub fn read_to_end(mut self) -> Vec<u8> {
        self.stream.read_to_end(&mut self.unread).expect("the server closes the connection");
        self.unread
    }

    pub fn exchange(&mut self, request: &[u8], replies: usize) -> Vec<u8> {
        self.write(request);
        self.read(replies)
    }
}

/// The length of the first complete reply.
pub fn length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let number = || std::str::from_utf8(&bytes[1..line - 2]).expect("digits").parse::<i64>().expect("a number");
    match bytes[0] {
        b'$' | b'=' => {
            let end = if number() < 0 { line } else { line + number() as usize + 2 };
            (bytes.len() >= end).then_some(end)
        }
        b'*' | b'~' | b'>' => (0..number()).try_fold(line, |at, _| length(&bytes[at..]).map(|length| at + length)),
        b'%' => (0..2 * number()).try_fold(line, |at, _| length(&bytes[at..]).map(|length| at + length)),
        _ => Some(line),
    }
}
