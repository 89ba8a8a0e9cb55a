//! Sets.

pub const RULES: &str = "
+24 SADD set member+
SREM set member+
SMEMBERS set
SISMEMBER set member
SMISMEMBER set member+
SCARD set
SPOP set [small]
SRANDMEMBER set [index]
SSCAN set 0 <[MATCH matched] [COUNT small]>
24 SMOVE set set member
10 SUNION set+
10 SINTER set+
10 SDIFF set+
16 SUNIONSTORE set set+
16 SINTERSTORE set set+
16 SDIFFSTORE set set+
12 SINTERCARD #set+ [LIMIT small]
";
