//! What goes for keys of every kind.

pub const RULES: &str = "
10 DEL any+
6 UNLINK any+
6 EXISTS any+
4 TOUCH any+
TYPE any
6! EXPIRE any seconds [(NX|XX|GT|LT)]
! PEXPIRE any millis [(NX|XX|GT|LT)]
! EXPIREAT any at [(NX|XX|GT|LT)]
8! PEXPIREAT any atmillis [(NX|XX|GT|LT)]
1= EXPIRE any badtime
1= PEXPIRE any badtime
1= EXPIREAT any badtime
1= PEXPIREAT any badtime
PERSIST any
TTL any
PTTL any
EXPIRETIME any
PEXPIRETIME any
24 RENAME any any
16 RENAMENX any any
24 COPY any any <[DB db] [REPLACE]>
3 MOVE any db
OBJECT ENCODING any
1 OBJECT FREQ any
1 OBJECT IDLETIME any
1 OBJECT REFCOUNT any
1 OBJECT HELP
1 MEMORY USAGE any [SAMPLES small]
DUMP any
= RESTORE any 0 dumped <[REPLACE] [(IDLETIME small|FREQ small)]>
= RESTORE any millis dumped [REPLACE]
= RESTORE any atmillis dumped <ABSTTL [REPLACE]>
1= RESTORE any badtime dumped [REPLACE]
2! RESTORE-ASKING any 0 dumped [REPLACE]
1= MIGRATE 127.0.0.1 migration_port any 0 20000 <[COPY] REPLACE>
1= MIGRATE 127.0.0.1 migration_port empty 0 20000 <[COPY] REPLACE> KEYS any+
1= MIGRATE 127.0.0.1 migration_port empty 0 20000 REPLACE (AUTH 'keys|AUTH2 'keys 'copy) KEYS any+
12 SORT (list|set|zset) <[BY 'nosort] [LIMIT index small] [GET '#]* [(ASC|DESC)] [ALPHA]>
12 SORT (list|set|zset) <[LIMIT index small] [(ASC|DESC)] [ALPHA] STORE any>
16u SORT (list|set|zset) <[BY by] [LIMIT index small] (GET got)* [(ASC|DESC)] [ALPHA] [STORE any]>
1 SORT (list|set) BY 'store STORE any
1 SORT (list|set) LIMIT 'store 1 STORE any
1 SORT list STORE any STORE any
4 SORT_RO (list|set|zset) <[BY 'nosort] [LIMIT index small] [GET '#] [(ASC|DESC)] [ALPHA]>
8u SORT_RO (list|set|zset) <[BY by] [LIMIT index small] (GET got)* [(ASC|DESC)] [ALPHA]>
KEYS pattern
SCAN 0 <[MATCH pattern] [COUNT small] [TYPE type]>
2 RANDOMKEY
DBSIZE
1 FLUSHALL [(ASYNC|SYNC)]
1 FLUSHDB [(ASYNC|SYNC)]
2 SWAPDB (0|1) (0|1)
";
