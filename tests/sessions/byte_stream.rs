//! The byte stream of a session is that of one server: what is a command, what is ignored, and what ends the connection.

use crate::helpers::read_all;
use crate::support::random::Random;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{Server, cluster, request};
use rediscluster::{Code, Session};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// The bytes that a session returns, and whether it has closed the stream.
fn session_output(session: &mut Session, pieces: &[&[u8]]) -> (Vec<u8>, bool) {
    let mut all = Vec::new();
    for piece in pieces {
        session.write(piece).unwrap();
        if session.write(b"").is_err() {
            break;
        }
    }
    let mut buffer = [0; 100];
    loop {
        match session.read(&mut buffer, Some(Duration::ZERO)) {
            Ok(0) => return (all, false),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) => {
                assert_eq!(error.code(), Code::Request, "{error}");
                return (all, true);
            }
        }
    }
}

/// The same of one server. A server that waits for more bytes finds the end of the stream.
fn server_output(server: &Server, pieces: &[&[u8]]) -> (Vec<u8>, bool) {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    for piece in pieces {
        stream.write_all(piece).unwrap();
    }
    // It fails if the server has closed the connection.
    let _ = stream.shutdown(Shutdown::Write);
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    while !all.ends_with(b"$3\r\nend\r\n") {
        match stream.read(&mut buffer).unwrap() {
            0 => return (all, true),
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
    (all, false)
}

/// What a client may send, complete or ignored.
const SOUND: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"  \t\r\n",
    b"*0\r\n",
    b"*-1\r\n",
    b"*-12\r\n",
    b"PING\r\n",
    b"ping\n",
    b"SET key \"a b\\x00\\n\\\"\"\r\n",
    b"SET other 'a\\'\"b'\r\n",
    b"GET key\r\n",
    b"GET other\r\n",
    b"INCR number\r\n",
    b"MGET key other number nothing\r\n",
    b"ECHO ''\r\n",
    b"NOSUCH a b\r\n",
    b"''\r\n",
    b"GET\r\n",
    b"MULTI\r\nINCR number\r\nEXEC\r\n",
    b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n",
    b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$6\r\na\r\n\r\nb\r\n",
    b"*1\r\n$4\r\nPINGxx",
    b"*1\rx$4\rxPINGxx",
    b"*1\r\n$0\r\n\r\n",
];

/// What ends the connection, up to the byte at which a server sees it.
const ENDS: &[&[u8]] = &[
    b"*01\r\n",
    b"*x\r\n",
    b"*\r\n",
    b"*2147483648\r\n",
    b"*1\r\n$01\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n$536870913\r\n",
    b"*2\r\n$3\r\nGET\r\n:1\r\n",
    b"*1\r\n\r\n",
    b"PING \"a\r\n",
    b"PING 'a'b\r\n",
    b"QUIT\r\n",
    b"*1\r\n$4\r\nquit\r\n",
];

/// Those that releases read in different ways. A session reads them as Redis 7.0 does, whatever its servers: Valkey 9.1 requires CR LF after
/// an argument and accepts text after a quote; Valkey 8.1 takes what follows a line of blanks for an inline command.
const READ_DIFFERENTLY: &[&[u8]] = &[b"*1\r\n$4\r\nPINGxx", b"*1\rx$4\rxPINGxx", b"PING 'a'b\r\n", b"  \t\r\n"];

/// The pieces that this release reads as a session does. The others are printed.
fn pieces_for(nodes: &ThreeNodes, pieces: &[&'static [u8]]) -> Vec<&'static [u8]> {
    let cluster = nodes.cluster();
    let is_read_alike = |piece: &[u8]| {
        [&b"ECHO end\r\n"[..], b"*2\r\n$4\r\nECHO\r\n$3\r\nend\r\n"].iter().all(|end| {
            let stream = [piece, end].concat();
            session_output(&mut cluster.session(), &[&stream]) == server_output(&nodes.oracle, &[&stream])
        })
    };
    let is_compared = |piece: &&'static [u8]| {
        let is_compared = !READ_DIFFERENTLY.contains(piece) || nodes.is_redis_7_0() || is_read_alike(piece);
        if !is_compared {
            crate::support::skip(&format!("this server reads {} in another way than Redis 7.0", piece.escape_ascii()));
        }
        is_compared
    };
    pieces.iter().copied().filter(is_compared).collect()
}

/// Redis 8.4 and later sometimes wait for more bytes before they report an error that earlier releases report at once.
fn assert_same_output(nodes: &ThreeNodes, stream: &[u8], pieces: &[&[u8]]) {
    let (expected, is_closed) = server_output(&nodes.oracle, pieces);
    let output = session_output(&mut nodes.cluster().session(), pieces);
    let more = output.0.strip_prefix(expected.as_slice()).unwrap_or_default();
    if more.starts_with(b"-ERR Protocol error: ") && output.1 && !nodes.is_redis_7_0() {
        return;
    }
    let text = |output: &[u8]| output.escape_ascii().to_string();
    let shown = &stream[..stream.len().min(2000)];
    assert_eq!((text(&output.0), output.1), (text(&expected), is_closed), "{}", shown.escape_ascii());
}

#[test]
fn a_stream_that_is_cut_anywhere_has_the_output_of_one_server() {
    let nodes = ThreeNodes::new();
    let (sound, ends) = (pieces_for(&nodes, SOUND), pieces_for(&nodes, ENDS));
    let mut random = Random::seeded();
    for _ in 0..400 {
        let mut stream: Vec<u8> = Vec::new();
        for _ in 0..random.below(12) {
            stream.extend_from_slice(random.pick::<&[u8]>(&sound));
        }
        if random.below(2) == 0 {
            stream.extend_from_slice(random.pick::<&[u8]>(&ends));
        } else {
            stream.extend_from_slice(b"ECHO end\r\n");
        }
        let mut pieces = Vec::new();
        let mut rest = stream.as_slice();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(1 + random.below(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        assert_same_output(&nodes, &stream, &pieces);
    }
}

#[test]
fn lines_of_more_than_64_kib_end_the_stream() {
    let nodes = ThreeNodes::new();
    for begin in ["", "*", "*1\r\n$"] {
        let mut stream = [b"PING\r\n", begin.as_bytes()].concat();
        stream.extend(std::iter::repeat_n(b'1', 64 << 10));
        if begin.is_empty() {
            stream.push(b'1');
        }
        assert_same_output(&nodes, &stream, &[&stream]);
    }
}

#[test]
fn an_http_request_closes_the_stream() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for stream in [&b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 1\r\n"[..], b"Host: localhost\r\n"] {
        assert_eq!(session_output(&mut cluster.session(), &[stream]), (Vec::new(), true));
        assert_eq!(server_output(&nodes.oracle, &[stream]), (Vec::new(), true));
    }
}

#[test]
fn what_follows_the_end_of_the_stream_is_refused() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    session.write(b"SET a 1\r\n*x\r\nSET a 2\r\n").unwrap();
    for _ in 0..2 {
        assert_eq!(session.write(b"SET a 3\r\n").unwrap_err().code(), Code::Request);
        assert_eq!(session.execute(&request(&["SET a 3"])).unwrap_err().code(), Code::Request);
    }
    let mut output = [0; 100];
    let count = session.read(&mut output, None).unwrap();
    assert_eq!(output[..count].escape_ascii().to_string(), r"+OK\r\n-ERR Protocol error: invalid multibulk length\r\n");
    assert_eq!(session.read(&mut output, None).unwrap_err().code(), Code::Request);
    assert_eq!(redis::cmd("GET").arg("a").query::<String>(&mut server.client()).unwrap(), "1");
}

#[test]
fn a_request_to_execute_is_not_a_stream() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    for bytes in ["PING\r\n", "*0\r\n", "*1\r\n$4\r\nPINGxx", "\r\n"] {
        assert_eq!(session.execute(bytes.as_bytes()).unwrap_err().code(), Code::Request, "{bytes:?}");
    }
    session.write(&request(&["PING"])).unwrap();
    assert_eq!(read_all(&mut session), b"+PONG\r\n");
}

#[test]
fn unread_replies_are_consumed_in_pieces() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    session.write(b"ECHO one\r\nECHO two\r\n").unwrap();
    assert_eq!(session.unread(), b"$3\r\none\r\n$3\r\ntwo\r\n");
    session.consume(9);
    assert_eq!(session.unread(), b"$3\r\ntwo\r\n");
    let mut buffer = [0; 4];
    assert_eq!(session.read(&mut buffer, None), Ok(4));
    assert_eq!(session.unread(), b"two\r\n");
    session.consume(100);
    assert_eq!(session.unread(), b"");
    session.write(b"PING\r\n").unwrap();
    assert_eq!(session.unread(), b"+PONG\r\n");
}

#[test]
fn a_reader_is_required_while_more_may_come() {
    let server = Server::start();
    let session = || cluster(&[server.port], &[]).session();
    for (stream, requires_reader) in [
        (&b"GET a\r\n"[..], false),
        (b"HELLO 3\r\nMULTI\r\nGET a\r\n", false),
        (b"BLPOP a 0.01\r\n", true),
        (b"SUBSCRIBE a\r\n", true),
        (b"SUBSCRIBE a\r\nUNSUBSCRIBE a\r\n", false),
        (b"QUIT\r\n", true),
        (b"*x\r\n", true),
    ] {
        let mut session = session();
        session.write(stream).unwrap();
        assert_eq!(session.requires_reader(), requires_reader, "{}", stream.escape_ascii());
    }
}
