//! What a call makes of its replies: one merged reply, or something else that needs no copy of them.

use crate::cluster::slot::{ExpectedReply, Slot, Split};
use crate::command::SplitKind;
use crate::resp::{Entry, Kind, Reply};
use crate::transport::NodePipeline;

/// Turns the replies of a call into its output.
pub(crate) trait ReplySink {
    type Output;

    /// Takes replies that may be nothing but strings from the servers' bytes. `None` requests the merged reply instead.
    fn strings(&mut self, strings: &Strings) -> Option<Self::Output>;

    fn reply(&mut self, reply: Reply) -> Self::Output;
}

/// The output is the reply.
pub(crate) struct AsReply;

impl ReplySink for AsReply {
    type Output = Reply;

    #[inline]
    fn strings(&mut self, _: &Strings) -> Option<Reply> {
        None
    }

    #[inline]
    fn reply(&mut self, reply: Reply) -> Reply {
        reply
    }
}

/// The replies of a call, if they are nothing but strings: the values of one split command, or one string per command.
pub(crate) struct Strings<'l, 'p, 'a> {
    pipelines: &'l [Option<NodePipeline<'p, 'a>>],
    slots: &'l [Slot<'a>],
    is_single: bool,
}

impl<'l, 'p, 'a> Strings<'l, 'p, 'a> {
    pub(crate) fn new(pipelines: &'l [Option<NodePipeline<'p, 'a>>], slots: &'l [Slot<'a>], is_single: bool) -> Strings<'l, 'p, 'a> {
        Strings { pipelines, slots, is_single }
    }

    /// About the number of bytes of the strings.
    pub(crate) fn bytes(&self) -> usize {
        self.pipelines.iter().flatten().map(|pipeline| pipeline.bytes().len()).sum()
    }

    /// Calls `take` for each string in the caller's order, with the bytes that contain it, its offset in them and its length. Returns false as
    /// soon as there is something else: no list, another value, a failed command.
    pub(crate) fn each(&self, take: impl FnMut(&[u8], usize, usize)) -> bool {
        match self.slots {
            [Slot { name, reply: ExpectedReply::Split(split) }] if self.is_single && split.kind == SplitKind::Values => {
                self.each_value(split, name, take)
            }
            _ if self.is_single => false,
            slots => self.each_reply(slots, take),
        }
    }

    /// One string per key, each from the part of the key.
    fn each_value(&self, split: &Split, name: &[u8], mut take: impl FnMut(&[u8], usize, usize)) -> bool {
        let mut parts = Vec::with_capacity(split.parts.len());
        for part in &split.parts {
            let Some(pipeline) = self.pipelines[part.server].as_ref().filter(|pipeline| pipeline.outcome(part.index, name).is_ok()) else {
                return false;
            };
            match replies(pipeline).split_first() {
                Some((list, strings)) if list.kind() == Kind::Array && list.length() == part.keys => {
                    parts.push(Next { bytes: pipeline.bytes(), entries: strings })
                }
                _ => return false,
            }
        }
        split.part_of_key.iter().all(|&part| parts[part as usize].take(&mut take))
    }

    fn each_reply(&self, slots: &[Slot], mut take: impl FnMut(&[u8], usize, usize)) -> bool {
        // A pipeline that failed yields no strings: the merged reply has its failures.
        let next = |pipeline: &'l NodePipeline| {
            if pipeline.has_failed() { Next::default() } else { Next { bytes: pipeline.bytes(), entries: replies(pipeline) } }
        };
        let mut nexts: Vec<Next> = self.pipelines.iter().map(|pipeline| pipeline.as_ref().map_or(Next::default(), next)).collect();
        slots.iter().all(|slot| match slot.reply {
            ExpectedReply::OneServer { server, .. } => nexts[server as usize].take(&mut take),
            _ => false,
        })
    }
}

/// Entry 0 is reserved for an array around all replies.
fn replies<'l>(pipeline: &'l NodePipeline) -> &'l [Entry] {
    pipeline.entries().get(1..).unwrap_or_default()
}

/// The remaining replies of a server.
#[derive(Default)]
struct Next<'l> {
    bytes: &'l [u8],
    entries: &'l [Entry],
}

impl Next<'_> {
    #[inline(always)]
    fn take(&mut self, take: &mut impl FnMut(&[u8], usize, usize)) -> bool {
        match self.entries.split_first() {
            Some((string, rest)) if string.kind() == Kind::String => {
                take(self.bytes, string.data as usize, string.length());
                self.entries = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Cluster;
    use crate::config::Config;
    use crate::partition::partition;
    use crate::resp::{Commands, Value, pack};
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// The strings, or the reply if there is something else.
    struct StringsOrReply;

    impl ReplySink for StringsOrReply {
        type Output = Result<Vec<Vec<u8>>, Reply>;

        fn strings(&mut self, strings: &Strings) -> Option<Self::Output> {
            let mut output = Vec::new();
            strings.each(|bytes, start, length| output.push(bytes[start..start + length].to_vec())).then_some(Ok(output))
        }

        fn reply(&mut self, reply: Reply) -> Self::Output {
            Err(reply)
        }
    }

    /// The output of GETs of keys on the first, the second and the first of two servers, which reply to ROLE and then with these bytes.
    fn output(first: &'static [u8], second: &'static [u8]) -> Result<Vec<Vec<u8>>, Reply> {
        let ports = [first, second].map(|replies| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            std::thread::spawn(move || {
                let (mut client, _) = listener.accept().unwrap();
                for reply in [b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", replies] {
                    assert!(client.read(&mut [0; 4096]).unwrap() > 0);
                    client.write_all(reply).unwrap();
                }
                client.read_to_end(&mut Vec::new()).ok();
            });
            port
        });
        let [one, two] = ports.map(|port| format!(r#"{{"host":"127.0.0.1","port":{port}}}"#));
        let config = Config::from_json(format!(r#"{{"nodes":{{"node_1":{one},"node_2":{two}}},"read":"master"}}"#).as_bytes()).unwrap();
        let key = |node| (0..).map(|number: u32| number.to_string()).find(|key| partition(key.as_bytes(), 2) == node).unwrap();
        let request = [1, 2, 1].map(|node| pack(&[b"GET", key(node).as_bytes()])).concat();
        Cluster::open(config).execute_for(Commands::new(&request), &mut StringsOrReply).unwrap()
    }

    #[test]
    fn strings_are_taken_in_the_order_of_the_commands() {
        assert_eq!(output(b"$1\r\na\r\n$0\r\n\r\n", b"$1\r\nb\r\n").unwrap(), [&b"a"[..], b"b", b""]);
    }

    #[test]
    fn other_values_and_surplus_replies_yield_the_merged_reply() {
        for (first, second) in [
            (&b"$1\r\na\r\n$-1\r\n"[..], &b"$1\r\nb\r\n"[..]),
            (b"$1\r\na\r\n:1\r\n", b"$1\r\nb\r\n"),
            (b"$1\r\na\r\n+OK\r\n", b"-ERR\r\n"),
        ] {
            let Err(reply) = output(first, second) else { panic!("{}", first.escape_ascii()) };
            assert!(
                matches!(reply.root(), Value::Array(replies) if replies.len() == 3 && !replies.into_iter().any(|one| matches!(one, Value::Failure(_))))
            );
        }
        let Err(reply) = output(b"$1\r\na\r\n$1\r\nc\r\n", b"$1\r\nb\r\n$1\r\nd\r\n") else { panic!("one reply too many") };
        let Value::Array(replies) = reply.root() else { panic!("no array") };
        let failed: Vec<bool> = replies.map(|reply| matches!(reply, Value::Failure(_))).collect();
        assert_eq!(failed, [false, true, false]);
    }
}
