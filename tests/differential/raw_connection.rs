//! A connection to one server that implements only the protocol, independent of the library.

use super::reply::{Client, OwnedReply};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

pub struct RawConnection {
    stream: RefCell<BufReader<TcpStream>>,
}

impl RawConnection {
    pub fn connect(port: u16) -> RawConnection {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server accepts a connection");
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(60)))).expect("a usable socket");
        RawConnection { stream: RefCell::new(BufReader::new(stream)) }
    }

    pub fn connect_with(port: u16, protocol: u8) -> RawConnection {
        let connection = RawConnection::connect(port);
        let hello = connection.ask(&["HELLO", &protocol.to_string()]);
        assert_eq!(matches!(hello, OwnedReply::Map(_)), protocol == 3, "{hello}");
        connection
    }

    /// Sends a command whose reply is received later.
    pub fn send(&self, args: &[&[u8]]) {
        self.write(&packed(args));
    }

    pub fn receive(&self) -> OwnedReply {
        read(&mut *self.stream.borrow_mut())
    }

    pub fn ask(&self, words: &[&str]) -> OwnedReply {
        self.run(&words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>())
    }

    /// Sends many commands at once, whose replies are received later.
    pub fn send_all<A: AsRef<[u8]>>(&self, commands: &[Vec<A>]) {
        let mut request = Vec::new();
        for command in commands {
            request.extend(packed(&command.iter().map(AsRef::as_ref).collect::<Vec<_>>()));
        }
        self.write(&request);
    }

    pub fn receive_many(&self, count: usize) -> Vec<OwnedReply> {
        (0..count).map(|_| self.receive()).collect()
    }

    pub fn write(&self, request: &[u8]) {
        self.stream.borrow_mut().get_mut().write_all(request).expect("the server reads the request");
    }
}

impl Client for RawConnection {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        self.send(args);
        self.receive()
    }
}

pub fn packed(args: &[&[u8]]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", args.len()).into_bytes();
    for argument in args {
        request.extend(format!("${}\r\n", argument.len()).into_bytes());
        request.extend_from_slice(argument);
        request.extend_from_slice(b"\r\n");
    }
    request
}

/// Reads one reply.
pub fn read(stream: &mut impl BufRead) -> OwnedReply {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).expect("the server replies in time");
    let (sign, rest) = line.split_first().expect("the server keeps the connection");
    let text = rest.strip_suffix(b"\r\n").expect("a whole line");
    let number = || std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok()).expect("a number");
    match (sign, text) {
        (b'+', _) => OwnedReply::Status(text.to_vec()),
        (b'-', _) => OwnedReply::Error(text.to_vec()),
        (b':', _) => OwnedReply::Number(number()),
        (b'$', b"-1") => OwnedReply::Nil,
        (b'*', b"-1") => OwnedReply::NilArray,
        (b'$' | b'=', _) => {
            let mut bytes = vec![0; number() as usize + 2];
            stream.read_exact(&mut bytes).expect("the server sends the complete value");
            bytes.truncate(bytes.len() - 2);
            if *sign == b'=' { OwnedReply::Verbatim(bytes) } else { OwnedReply::Text(bytes) }
        }
        (b'*', _) => OwnedReply::Array((0..number()).map(|_| read(stream)).collect()),
        (b'_', b"") => OwnedReply::Null,
        (b'#', _) => OwnedReply::Boolean(text == b"t"),
        (b',', _) => OwnedReply::Double(text.to_vec()),
        (b'(', _) => OwnedReply::BigNumber(text.to_vec()),
        (b'~', _) => OwnedReply::Set((0..number()).map(|_| read(stream)).collect()),
        (b'%', _) => OwnedReply::Map((0..2 * number()).map(|_| read(stream)).collect()),
        (b'>', _) => OwnedReply::Push((0..number()).map(|_| read(stream)).collect()),
        _ => panic!("a reply cannot begin with {:?}", line.escape_ascii().to_string()),
    }
}
