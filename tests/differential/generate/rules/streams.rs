//! Streams, with their groups.

pub const RULES: &str = "
+24 XADD stream [NOMKSTREAM] [(MAXLEN [(=|~)] small|MINID [=] id|MAXLEN ~ small LIMIT small)] newid (field value)+
XLEN stream
XRANGE stream from to [COUNT small]
XREVRANGE stream to from [COUNT small]
XDEL stream id+
2 XTRIM stream (MAXLEN [(=|~)] small|MINID [=] id|MAXLEN ~ small LIMIT small)
2 XSETID stream id [ENTRIESADDED small MAXDELETEDID id]
24 XREAD [COUNT small] STREAMS streams
4= XREAD <[COUNT small] (BLOCK waitmillis)> STREAMS streams
8 XREADGROUP GROUP 'g1 consumer STREAMS groupstreams
24 XREADGROUP <(GROUP group consumer) [COUNT small] [NOACK]> STREAMS groupstreams
1 XREADGROUP COUNT small GROUP group 'streams STREAMS groupstreams
1 XREADGROUP GROUP 'streams consumer STREAMS groupstreams
4= XREADGROUP GROUP group consumer <[COUNT small] (BLOCK waitmillis)> STREAMS groupstreams
+24 XGROUP CREATE stream 'g1 0 MKSTREAM
+8 XGROUP CREATE stream group (0|0|$|id) <[MKSTREAM] [ENTRIESREAD small]>
2 XGROUP CREATECONSUMER stream group consumer
2 XGROUP DELCONSUMER stream group consumer
1 XGROUP DESTROY stream group
2 XGROUP SETID stream group (0|$|id) [ENTRIESREAD small]
1 XGROUP HELP
6 XACK stream group id+
6! XPENDING stream group [[IDLE idle] from to small [consumer]]
6! XCLAIM stream group consumer idle fullid+ <[IDLE small] [RETRYCOUNT small] [FORCE] [JUSTID] [LASTID fullid]>
6! XAUTOCLAIM stream group consumer idle fullid <[COUNT small] [JUSTID]>
XINFO STREAM stream [FULL [COUNT small]]
XINFO GROUPS stream
XINFO CONSUMERS stream group
1 XINFO HELP
";
