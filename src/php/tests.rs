use crate::error::{Code, Error};
use crate::php::{
    Format, Formats, ReplyFormat, Requests, Scalar, TextKind, append_exception, append_replies, append_value, command_to_resp,
    index_of_only_reply, read_command,
};
use crate::resp::{Args, Builder, Commands, Kind, Reply, pack};

fn read(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut args = Args::new();
    read_command(text, &mut args).map_err(|error| {
        assert_eq!(error.code(), Code::Request);
        error.message().to_owned()
    })?;
    Ok(args.iter().map(|argument| argument.to_vec()).collect())
}

#[test]
fn each_scalar_of_php_is_an_argument() {
    let text = b"a:8:{i:0;s:3:\"SET\";i:1;s:4:\"a\";\"\";i:2;i:42;i:3;i:-9223372036854775808;i:4;b:1;i:5;b:0;i:6;N;s:4:\"name\";s:0:\"\";}";
    let expected: [&[u8]; 8] = [b"SET", b"a\";\"", b"42", b"-9223372036854775808", b"1", b"", b"", b""];
    assert_eq!(read(text).unwrap(), expected);
}

#[test]
fn nested_arrays_are_flattened_and_pairs_are_keys_and_values_in_turn() {
    let text = br#"a:3:{i:0;s:4:"MSET";s:5:"pairs";a:2:{s:1:"k";s:1:"v";i:7;i:8;}i:1;a:2:{i:5;s:1:"x";s:1:"y";a:1:{i:0;b:1;}}}"#;
    let expected: [&[u8]; 7] = [b"MSET", b"k", b"v", b"7", b"8", b"x", b"1"];
    assert_eq!(read(text).unwrap(), expected);
    assert_eq!(command_to_resp(text).unwrap(), pack(&expected));
}

#[test]
fn an_invalid_request_is_refused_with_the_position_of_the_error() {
    for (text, why) in [
        (&b""[..], "byte 0: expected an argument"),
        (b"s:4:\"PING\";", "byte 11: expected an array"),
        (b"a:1:{i:0;d:0.5;}", "byte 9: an argument is a float"),
        (b"a:1:{i:0;O:8:\"stdClass\":0:{}}", "byte 9: an argument is an object"),
        (b"a:1:{i:0;E:3:\"A:B\";}", "byte 9: an argument is an object"),
        (b"a:2:{i:0;s:1:\"a\";i:1;R:2;}", "byte 21: an argument is a reference"),
        (b"a:1:{i:0;s:4:\"PIN", "a string is shorter than its length says"),
        (b"a:1:{i:0;s:3:\"PING\";}", "a string is longer than its length says"),
        (b"a:2:{i:0;s:4:\"PING\";}", "expected the key of an element"),
        (b"a:1:{i:0;s:4:\"PING\";}x", "byte 21: expected the end of the request"),
        (b"a:1:{i:0;s:4:\"PING\";i:1;N;}", "byte 20: expected the end of an array"),
        (b"a:1:{b:1;N;}", "expected the key of an element"),
        (b"a:1:{i:0;i:;}", "expected up to 19 digits"),
        (b"a:1:{i:0;i:99999999999999999999;}", "expected up to 19 digits"),
        (b"a:1:{i:0;s:99999999999999999999:\"\";}", "expected a length"),
        (b"a:999999999999999:{", "expected the key of an element"),
        (b"a:-1:{}", "expected a length"),
        (b"a:1:(i:0;N;)", "expected :{"),
        (&[b"a:1:{i:0;".repeat(100), b"N;".to_vec(), b"}".repeat(100)].concat(), "nested deeper than 64"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(why), "{error:?} does not say {why:?}");
    }
}

#[test]
fn a_command_may_be_a_list_from_implode() {
    for (text, expected) in [
        (&b"PING\xff1\xff"[..], &[&b"PING"[..]][..]),
        (b"a\xff\xffMGET\xff3\xff", &[b"MGET", b"a", b""]),
        (b"\xff\xffb\xffMGET\xff4\xff", &[b"MGET", b"", b"", b"b"]),
        (b"a\xffb\xff1\xff2\xffMSET\xff5\xffpairs\xff", &[b"MSET", b"a", b"1", b"b", b"2"]),
        (b"\xff\xffMSET\xff3\xffpairs\xff", &[b"MSET", b"", b""]),
    ] {
        assert_eq!(read(text).unwrap(), expected);
        assert_eq!(command_to_resp(text).unwrap(), pack(expected));
    }
}

#[test]
fn a_list_from_implode_with_another_count_is_refused() {
    for (text, why) in [
        (&b"a\xffb\xffMGET\xff2\xff"[..], "the number of arguments does not match"),
        (b"a\xffMGET\xff3\xff", "or one is missing"),
        (b"a\xffb\xff1\xff2\xffMSET\xff3\xffpairs\xff", "the number of arguments does not match"),
        (b"a\xffb\xff1\xffMSET\xff4\xffpairs\xff", "or one is missing"),
        (b"MSET\xffpairs\xff", "it must end with a number"),
        (b"pairs\xff", "it must end with a number"),
        (b"MGET\xff0\xff", "the number of arguments does not match"),
        (b"2\xff", "or one is missing"),
        (b"MGET\xff-1\xff", "it must end with a number"),
        (b"\xff", "it must end with a number"),
        (b"PING\xff18446744073709551616\xff", "it must end with a number"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(why), "{error:?} does not say {why:?}");
    }
}

fn parse_all(text: &[u8]) -> Result<(Vec<u8>, Formats), Error> {
    let (requests, formats) = Requests::parse(text)?;
    Ok((requests.into_resp()?, formats))
}

#[test]
fn many_commands_carry_the_formats_of_their_replies() {
    let (all, formats) = parse_all(br#"a:2:{i:0;i:3;i:1;a:2:{i:0;a:1:{i:0;s:4:"PING";}i:1;a:2:{i:0;s:3:"GET";i:1;i:7;}}}"#).unwrap();
    assert_eq!(all, [pack(&[b"PING"]), pack(&[b"GET", b"7"])].concat());
    assert_eq!(formats, Formats::All(Format(3)));
    let (_, formats) = parse_all(br#"a:2:{i:0;a:2:{i:0;i:1;i:1;a:3:{i:0;i:1;i:1;i:2;i:2;i:4;}}i:1;a:0:{}}"#).unwrap();
    let each = [ReplyFormat::Whole(Format(1)), ReplyFormat::Elements(Format(1), vec![Format(2), Format(4)])];
    assert_eq!(formats, Formats::Each(each.into()));
    for (text, why) in [
        (&br#"a:1:{i:0;i:3;}"#[..], "formats and commands"),
        (br#"a:2:{i:0;s:1:"x";i:1;a:0:{}}"#, "a format must be a number"),
        (br#"a:2:{i:0;a:1:{i:0;a:0:{}}i:1;a:0:{}}"#, "expected the format of an array"),
        (br#"a:2:{i:0;a:1:{i:0;a:2:{i:0;i:1;i:1;a:0:{}}}i:1;a:0:{}}"#, "a format must be a number"),
        (br#"a:2:{i:0;i:0;i:1;a:1:{i:0;a:0:{}}}"#, "the command has no name"),
        (br#"a:2:{i:0;i:0;i:1;a:1:{i:0;s:4:"PING";}}"#, "expected an array"),
    ] {
        let error = parse_all(text).map(|_| ()).unwrap_err();
        assert!(error.message().contains(why), "{error} does not say {why:?}");
    }
}

#[test]
fn many_commands_may_be_one_string_with_lengths() {
    let (all, formats) = parse_all(b"16:3:GET1:a19:3:TTL0::2:3\xfe").unwrap();
    assert_eq!(all, [pack(&[b"GET", b"a"]), pack(&[b"TTL", b""])].concat());
    assert_eq!(formats, Formats::All(Format(3)));
    let (all, formats) = parse_all(b"25:3:SET3:1:a3:\xff\xfe:12:4:PING:2:\xfe").unwrap();
    assert_eq!(all, [pack(&[b"SET", b"1:a", b"\xff\xfe:"]), pack(&[b"PING"])].concat());
    assert_eq!(formats, Formats::Each(vec![ReplyFormat::Whole(Format(1)), ReplyFormat::Whole(Format(4))]));
    assert_eq!(parse_all(b":0:0\xfe").unwrap().0, b"");
    for (text, why) in [
        (&b"16:3:GET1:a:2:3\xfe"[..], "expected a number and a colon"),
        (b"16:3:GET1:a16:3:GET1:a:1:3\xfe", "more commands"),
        (b"16:3:GET1:a16:3:GET1:a:1:\xfe", "more commands"),
        (b"16:3:GET2:a:1:3\xfe", "shorter than its length"),
        (b"24:3:GET1:a:1:3\xfe", "expected a number and a colon"),
        (b"7::1:3\xfe", "no name"),
        (b"16:3:GET99999999999999999:a:1:3\xfe", "expected a number and a colon"),
        (b"16:3:GET1:a:-1:3\xfe", "it must end with"),
        (b"16:3:GET1:a:1:x\xfe", "it must end with"),
        (b"1\xfe", "it must end with"),
        (b"\xfe", "it must end with"),
    ] {
        let error = parse_all(text).unwrap_err();
        assert!(error.code() == Code::Request && error.message().contains(why), "{error} does not say {why:?}");
    }
}

fn written(resp: &[u8], format: i64) -> String {
    let reply = Reply::from_resp(resp);
    Scalar::from_value(&reply, 0, Format(format))
        .map_or_else(|| text(|text| append_value(&reply, 0, Format(format), text)), |scalar| format!("{scalar:?}"))
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> Result<TextKind, Error>) -> String {
    let mut text = b"kept".to_vec();
    let kind = write(&mut text).unwrap();
    let text = text.strip_prefix(b"kept").unwrap();
    assert_eq!(kind == TextKind::Objects, kind != TextKind::List && text.windows(2).any(|pair| pair == b"O:"));
    match kind {
        TextKind::List => format!("list {:?}", text.split(|byte| *byte == 0xff).map(String::from_utf8_lossy).collect::<Vec<_>>()),
        _ => String::from_utf8(text.to_vec()).unwrap(),
    }
}

#[test]
fn scalars_have_the_requested_format() {
    assert_eq!(written(b"$3\r\nabc\r\n", 3), "String([97, 98, 99])");
    assert_eq!(written(b":-5\r\n", 0), "Integer(-5)");
    assert_eq!([written(b"+OK\r\n", 0), written(b"+OK\r\n", 2)], ["String([79, 75])", "True"]);
    assert_eq!([written(b"$-1\r\n", 0), written(b"*-1\r\n", 1)], ["Null", "False"]);
}

#[test]
fn arrays_are_text_for_unserialize() {
    let nested = b"*5\r\n:-12\r\n$1\r\na\r\n*2\r\n+OK\r\n$-1\r\n*0\r\n*-1\r\n";
    assert_eq!(written(nested, 0), r#"a:5:{i:0;i:-12;i:1;s:1:"a";i:2;a:2:{i:0;s:2:"OK";i:1;N;}i:3;a:0:{}i:4;N;}"#);
    assert_eq!(written(nested, 3), r#"a:5:{i:0;i:-12;i:1;s:1:"a";i:2;a:2:{i:0;b:1;i:1;b:0;}i:3;a:0:{}i:4;b:0;}"#);
    let many = [&b"*1234\r\n:-1\r\n"[..], &b"$1\r\nx\r\n".repeat(1233)].concat();
    let numbered: String = (1..1234).map(|at| format!("i:{at};s:1:\"x\";")).collect();
    assert_eq!(written(&many, 0), format!("a:1234:{{i:0;i:-1;{numbered}}}"));
    let long = [&b"*2\r\n$1000\r\n"[..], &[b'x'; 1000], b"\r\n:1\r\n"].concat();
    assert_eq!(written(&long, 0), format!("a:2:{{i:0;s:1000:\"{}\";i:1;i:1;}}", "x".repeat(1000)));
    let limits = b"*2\r\n:-9223372036854775808\r\n:9223372036854775807\r\n";
    assert_eq!(written(limits, 0), "a:2:{i:0;i:-9223372036854775808;i:1;i:9223372036854775807;}");
}

#[test]
fn a_list_of_strings_is_text_for_explode_unless_a_string_contains_the_separator() {
    assert_eq!(written(b"*3\r\n$1\r\na\r\n$0\r\n\r\n$2\r\nbc\r\n", 3), r#"list ["a", "", "bc"]"#);
    assert_eq!(written(b"*1\r\n$0\r\n\r\n", 0), r#"list [""]"#);
    assert_eq!(written(b"*0\r\n", 0), "a:0:{}");
    assert_eq!(written(b"*2\r\n$1\r\na\r\n$-1\r\n", 1), r#"a:2:{i:0;s:1:"a";i:1;b:0;}"#);
    assert_eq!(written(b"*2\r\n$1\r\na\r\n+OK\r\n", 2), r#"a:2:{i:0;s:1:"a";i:1;b:1;}"#);
    assert_eq!(written(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", 4), r#"a:1:{s:1:"a";s:1:"b";}"#);
    let mut binary = Vec::new();
    assert_eq!(append_value(&Reply::from_resp(b"*1\r\n$1\r\n\xff\r\n"), 0, Format(0), &mut binary), Ok(TextKind::Plain));
    assert_eq!(binary, b"a:1:{i:0;s:1:\"\xff\";}");
    let replies = Reply::from_resp(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    assert_eq!(text(|text| append_replies(&replies, &Formats::All(Format(7)), text)), r#"list ["a", "b"]"#);
}

#[test]
fn only_the_outermost_array_becomes_pairs() {
    let flat = b"*5\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n:7\r\n$-1\r\n+odd\r\n";
    assert_eq!(written(flat, 4), r#"a:2:{s:1:"a";a:2:{i:0;i:1;i:1;i:2;}i:7;N;}"#);
    assert_eq!(written(b"*2\r\n*1\r\n:1\r\n:2\r\n", 4), "a:2:{i:0;a:1:{i:0;i:1;}i:1;i:2;}", "an array cannot be a key");
    assert_eq!(written(b"*4\r\n+OK\r\n+OK\r\n$-1\r\n:1\r\n", 7), r#"a:2:{s:2:"OK";b:1;s:0:"";i:1;}"#, "the format does not apply to keys");
}

#[test]
fn maps_become_key_and_value_at_any_depth() {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 1);
    let map = builder.begin(Kind::Map, 4);
    builder.string(b"a");
    builder.nil();
    builder.string(b"b");
    let inner = builder.begin(Kind::Array, 0);
    builder.end(inner);
    builder.end(map);
    builder.end(root);
    let reply = builder.finish();
    assert_eq!(text(|text| append_value(&reply, 0, Format(0), text)), r#"a:1:{i:0;a:2:{s:1:"a";N;s:1:"b";a:0:{}}}"#);
}

#[test]
fn types_of_resp3_become_types_of_php() {
    let many = b"*7\r\n_\r\n#t\r\n,-1.5\r\n,inf\r\n(12345678901234567890\r\n=5\r\ntxt:a\r\n~1\r\n:1\r\n";
    let expected = r#"a:7:{i:0;N;i:1;b:1;i:2;d:-1.5;i:3;d:INF;i:4;s:20:"12345678901234567890";i:5;s:1:"a";i:6;a:1:{i:0;i:1;}}"#;
    assert_eq!(written(many, 0), expected);
    assert_eq!(written(b"%1\r\n+a\r\n~1\r\n+b\r\n", 0), r#"a:1:{s:1:"a";a:1:{i:0;s:1:"b";}}"#);
    assert_eq!(written(b"*2\r\n|1\r\n+ttl\r\n:5\r\n$1\r\nv\r\n>1\r\n:1\r\n", 0), r#"a:2:{i:0;s:1:"v";i:1;a:1:{i:0;i:1;}}"#);
    assert_eq!(written(b"*2\r\n*2\r\n+a\r\n,1.5\r\n*2\r\n+b\r\n,2\r\n", 4), r#"a:2:{s:1:"a";d:1.5;s:1:"b";d:2;}"#, "pairs");
}

#[test]
fn many_pairs_of_strings_are_two_lists_for_array_combine() {
    let resp = |pairs: usize, last: &[u8]| {
        let pair = |nth| format!("$2\r\n{nth:02}\r\n$0\r\n\r\n").into_bytes();
        [format!("*{}\r\n", pairs * 2).into_bytes(), (1..pairs).flat_map(pair).collect(), last.to_vec()].concat()
    };
    let written = |resp: &[u8]| {
        let mut text = b"before".to_vec();
        let kind = append_value(&Reply::from_resp(resp), 0, Format(4), &mut text).unwrap();
        (kind, text.split_off(6))
    };
    let (kind, text) = written(&resp(40, b"$1\r\na\r\n$1\r\nb\r\n"));
    let keys: Vec<String> = (1..40).map(|nth| format!("{nth:02}")).chain(["a".to_owned()]).collect();
    assert_eq!(kind, TextKind::Pairs { keys_length: keys.len() * 3 - 2 });
    let expected: Vec<&[u8]> = keys.iter().map(String::as_bytes).chain([&b""[..]; 39]).chain([&b"b"[..]]).collect();
    assert_eq!(text, expected.join(&0xff));
    for last in [&b"$1\r\na\r\n:1\r\n"[..], b"$1\r\na\r\n$1\r\n\xff\r\n", b"$1\r\n\xff\r\n$1\r\nb\r\n", b"$1\r\na\r\n$-1\r\n"] {
        let (kind, text) = written(&resp(40, last));
        assert_eq!((kind, text.starts_with(b"a:40:{"), text.ends_with(b"}")), (TextKind::Plain, true, true), "{}", last.escape_ascii());
    }
    assert_eq!(written(&resp(31, b"$1\r\na\r\n$1\r\nb\r\n")).0, TextKind::Plain);
}

#[test]
fn the_elements_of_an_array_may_have_formats_of_their_own() {
    let replies = Reply::from_resp(b"*3\r\n+OK\r\n*4\r\n+OK\r\n+OK\r\n*2\r\n$1\r\na\r\n:1\r\n$-1\r\n*-1\r\n");
    let elements = || ReplyFormat::Elements(Format(1), [2, 0, 4].map(Format).to_vec());
    let formats = Formats::Each([ReplyFormat::Whole(Format(2)), elements(), elements()].into_iter().collect());
    let expected = r#"a:3:{i:0;b:1;i:1;a:4:{i:0;b:1;i:1;s:2:"OK";i:2;a:1:{s:1:"a";i:1;}i:3;b:0;}i:2;b:0;}"#;
    assert_eq!(text(|text| append_replies(&replies, &formats, text)), expected);
}

#[test]
fn errors_and_failures_are_exceptions() {
    let server = r#"O:28:"RedisCluster\ServerException":6:{i:0;s:6:"ERR no";i:1;i:0;i:2;N;i:3;b:1;i:4;N;i:5;N;}"#;
    assert_eq!(written(b"-ERR no\r\n", 0), server);
    assert_eq!(written(b"*2\r\n:1\r\n-ERR no\r\n", 7), format!("a:1:{{i:1;{server}}}"));
    let error = Error::new(Code::Timeout, "late").on_node("node_2").maybe_executed();
    let timeout = r#"O:29:"RedisCluster\TimeoutException":6:{i:0;s:4:"late";i:1;i:7;i:2;s:6:"node_2";i:3;b:1;i:4;N;i:5;N;}"#;
    assert_eq!(text(|text| append_exception(&error, text)), timeout);
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 2);
    builder.failure(&error);
    builder.nil();
    builder.end(root);
    let formats = Formats::Each([0, 1].map(|flags| ReplyFormat::Whole(Format(flags))).into_iter().collect());
    let replies = builder.finish();
    assert_eq!(text(|text| append_replies(&replies, &formats, text)), format!("a:2:{{i:0;{timeout}i:1;b:0;}}"));
}

#[test]
fn the_only_reply_is_found_under_the_root() {
    assert_eq!(index_of_only_reply(Reply::from_resp(b"*1\r\n*0\r\n").entries()), 1);
    assert_eq!(index_of_only_reply(Reply::from_resp(b"*2\r\n:1\r\n:2\r\n").entries()), 0);
    assert_eq!(index_of_only_reply(Reply::from_resp(b"*0\r\n").entries()), 0);
}

/// xorshift64*: the same cases in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }
}

#[test]
fn a_million_damaged_requests_are_read_or_refused() {
    const PIECES: &[&str] = &[
        r#"s:3:"GET";"#,
        r#"s:0:"";"#,
        r#"s:9:"a";s:1:"b";"#,
        "i:0;",
        "i:-7;",
        "b:1;",
        "b:0;",
        "N;",
        "a:2:{",
        "a:1:{",
        "a:0:{}",
        "}",
        "i:0;",
        r#"s:5:"pairs";"#,
        "d:1.5;",
        "R:1;",
        r#"O:1:"A":0:{}"#,
    ];
    const ODD: &[u8] = b"\"{}:;aibsN0123456789-\0\xff";
    let mut random = Random(0x5EED);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..1_000_000 {
        let mut text = match random.below(5) {
            0 => br#"a:3:{i:0;s:4:"MGET";i:1;s:3:"key";i:2;a:2:{i:0;i:5;i:1;b:1;}}"#.to_vec(),
            1 => br#"a:2:{i:0;i:3;i:1;a:1:{i:0;a:1:{i:0;N;}}}"#.to_vec(),
            2 => b"a\xff\xffkey\xffMGET\xff4\xff".to_vec(),
            3 => b"MGET\xffa\xff\xffkey\xff4\xff2\xff2\xff".to_vec(),
            _ => (0..random.below(9)).flat_map(|_| PIECES[random.below(PIECES.len())].bytes()).collect(),
        };
        for _ in 0..random.below(3) {
            let at = random.below(text.len().max(1));
            match random.below(4) {
                _ if text.is_empty() => text.push(ODD[random.below(ODD.len())]),
                0 => text[at] = random.below(256) as u8,
                1 => text[at] = ODD[random.below(ODD.len())],
                2 => text.truncate(at),
                _ => text.insert(at, ODD[random.below(ODD.len())]),
            }
        }
        let mut args = Args::new();
        match read_command(&text, &mut args) {
            Ok(()) => {
                read += 1;
                assert_eq!(command_to_resp(&text).unwrap(), pack(&args));
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error.code(), Code::Request);
            }
        }
        if let Ok((all, _)) = parse_all(&text) {
            let (mut request, mut args) = (Commands::new(&all), Args::new());
            while request.next(&mut args).unwrap().is_some() {}
        }
    }
    assert!(read > 10_000 && refused > 100_000, "too few cases of a kind: {read} read, {refused} refused");
}
