//! Lists.

pub const RULES: &str = "
+16 RPUSH list member+
+8 LPUSH list member+
LPUSHX list member+
RPUSHX list member+
LPOP list [small]
RPOP list [small]
LLEN list
LINDEX list index
LINSERT list (BEFORE|AFTER) member member
LSET list index member
LREM list index member
LRANGE list index index
LTRIM list index index
LPOS list member <[RANK rank] [COUNT small] [MAXLEN small]>
24 LMOVE list list (LEFT|RIGHT) (LEFT|RIGHT)
12 RPOPLPUSH list list
24 LMPOP #list+ (LEFT|RIGHT) [COUNT small]
2= BLPOP list+ wait
2= BRPOP list+ wait
2= BLMOVE list list (LEFT|RIGHT) (LEFT|RIGHT) wait
2= BRPOPLPUSH list list wait
2= BLMPOP wait #list+ (LEFT|RIGHT) [COUNT small]
";
