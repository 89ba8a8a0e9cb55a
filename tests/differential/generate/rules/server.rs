//! What has no keys, and what is no command.

pub const RULES: &str = "
2 PING [value]
2 ECHO value
1 TIME
1 LASTSAVE
1 LOLWUT
1 WAIT 0 small
1 COMMAND COUNT
1 COMMAND INFO (GET|'nothing)
1 CONFIG GET ('maxmemory|'hz)
1 ACL WHOAMI
1 CLIENT GETNAME
1 MEMORY PURGE
2 PUBLISH channel value
2 SPUBLISH channel value
1 PUBSUB CHANNELS [pattern]
1 PUBSUB NUMSUB channel*
1 PUBSUB NUMPAT
1 PUBSUB SHARDCHANNELS [pattern]
1 PUBSUB SHARDNUMSUB channel*
1 NOSUCH any value
1 OBJECT NOSUCH any
1 XINFO NOSUCH any
1 SCRIPT NOSUCH
1 NOSUCH
";
