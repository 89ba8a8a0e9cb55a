//! Strings, bitmaps and HyperLogLogs.

pub const RULES: &str = "
+24! SET text value <[(NX|XX)] [GET] [(EX seconds|PX millis|EXAT at|PXAT atmillis|KEEPTTL)]>
2= SET text value (EX|PX|EXAT|PXAT) badtime
GET text
+ SETNX text value
! SETEX text seconds value
! PSETEX text millis value
2= SETEX text badtime value
2= PSETEX text badtime value
GETSET text value
GETDEL text
! GETEX text [(EX seconds|PX millis|EXAT at|PXAT atmillis|PERSIST)]
1= GETEX text (EX|PX|EXAT|PXAT) badtime
+8 APPEND text value
STRLEN text
GETRANGE text index index
SUBSTR text index index
SETRANGE text offset value
INCR text
DECR text
INCRBY text int
DECRBY text int
INCRBYFLOAT text float
8 MGET text+
+16 MSET (text value)+
12 MSETNX (text value)+
12 LCS text text <[LEN] [IDX] [MINMATCHLEN small] [WITHMATCHLEN]>
+8 SETBIT text offset bit
GETBIT text offset
BITCOUNT text [index index [(BYTE|BIT)]]
BITPOS text bit [index [index [(BYTE|BIT)]]]
BITFIELD text (GET encoding place|SET encoding place int|INCRBY encoding place int|OVERFLOW (WRAP|SAT|FAIL))*
BITFIELD_RO text (GET encoding place)*
16 BITOP (AND|OR|XOR) text text+
4 BITOP NOT text text
+16 PFADD hll member*
16 PFCOUNT hll+
16 PFMERGE hll hll*
1 PFDEBUG (GETREG|DECODE|ENCODING|TODENSE) hll
";
