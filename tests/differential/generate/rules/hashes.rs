//! Hashes.

pub const RULES: &str = "
+24 HSET hash (field value)+
+ HSETNX hash field value
+ HMSET hash (field value)+
HGET hash field
HMGET hash field+
HGETALL hash
HKEYS hash
HVALS hash
HLEN hash
HEXISTS hash field
HSTRLEN hash field
HDEL hash field+
HINCRBY hash field int
HINCRBYFLOAT hash field float
HRANDFIELD hash [index [WITHVALUES]]
HSCAN hash 0 <[MATCH matched] [COUNT small]>
";
