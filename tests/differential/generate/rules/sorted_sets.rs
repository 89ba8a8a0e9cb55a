//! Sorted sets.

pub const RULES: &str = "
+24 ZADD zset <[(NX|XX)] [(GT|LT)] [CH]> (score member)+
+12 ZADD lex (0 member)+
ZADD zset <[(NX|XX|GT|LT)] [CH] INCR> score member
ZINCRBY zset score member
ZCARD zset
ZCOUNT zset least most
ZLEXCOUNT lex lexleast lexmost
ZSCORE zset member
ZMSCORE zset member+
ZRANK zset member
ZREVRANK zset member
ZREM zset member+
2 ZREMRANGEBYRANK zset index index
2 ZREMRANGEBYSCORE zset least most
2 ZREMRANGEBYLEX lex lexleast lexmost
ZPOPMIN zset [small]
ZPOPMAX zset [small]
ZRANDMEMBER zset [index [WITHSCORES]]
ZRANGE zset index index <[REV] [WITHSCORES]>
ZRANGE zset least most <BYSCORE [LIMIT small index] [WITHSCORES]>
ZRANGE zset most least <BYSCORE REV [LIMIT small index] [WITHSCORES]>
ZRANGE lex lexleast lexmost <BYLEX [LIMIT small index]>
ZREVRANGE zset index index [WITHSCORES]
ZRANGEBYSCORE zset least most <[LIMIT small index] [WITHSCORES]>
ZREVRANGEBYSCORE zset most least <[LIMIT small index] [WITHSCORES]>
ZRANGEBYLEX lex lexleast lexmost [LIMIT small index]
ZREVRANGEBYLEX lex lexmost lexleast [LIMIT small index]
ZSCAN zset 0 <[MATCH matched] [COUNT small]>
4 ZUNIONSTORE lex #lex+
4 ZINTERSTORE lex #lex+
8 ZRANGESTORE zset zset index index [REV]
6 ZRANGESTORE zset zset least most <BYSCORE [LIMIT small index]>
6 ZRANGESTORE lex lex lexmost lexleast <BYLEX REV [LIMIT small index]>
12 ZUNION #(zset|set)+ <[WEIGHTS weights] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]>
12 ZINTER #(zset|set)+ <[WEIGHTS weights] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]>
12 ZDIFF #(zset|set)+ [WITHSCORES]
12 ZINTERCARD #(zset|set)+ [LIMIT small]
16 ZUNIONSTORE zset #(zset|set)+ <[WEIGHTS weights] [AGGREGATE (SUM|MIN|MAX)]>
16 ZINTERSTORE zset #(zset|set)+ <[WEIGHTS weights] [AGGREGATE (SUM|MIN|MAX)]>
16 ZDIFFSTORE zset #(zset|set)+
16 ZMPOP #zset+ (MIN|MAX) [COUNT small]
2= BZMPOP wait #zset+ (MIN|MAX) [COUNT small]
2= BZPOPMIN zset+ wait
2= BZPOPMAX zset+ wait
";
