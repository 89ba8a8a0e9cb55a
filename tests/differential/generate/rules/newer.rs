//! Forms that Redis 7.0 lacks. A server has those after the name of a command that it knows.

pub const RULES: &[(&str, &str)] = &[
    (
        "hexpire",
        "
8! HEXPIRE hash seconds [(NX|XX|GT|LT)] FIELDS #field+
8! HPEXPIRE hash millis [(NX|XX|GT|LT)] FIELDS #field+
8! HEXPIREAT hash at [(NX|XX|GT|LT)] FIELDS #field+
8! HPEXPIREAT hash atmillis [(NX|XX|GT|LT)] FIELDS #field+
HPERSIST hash FIELDS #field+
HTTL hash FIELDS #field+
HPTTL hash FIELDS #field+
HEXPIRETIME hash FIELDS #field+
HPEXPIRETIME hash FIELDS #field+
",
    ),
    (
        "hgetex",
        "
8! HGETEX hash [(EX seconds|PX millis|EXAT later|PXAT latermillis|PERSIST)] FIELDS #field+
HGETDEL hash FIELDS #field+
",
    ),
    (
        "msetex",
        "
+24! MSETEX #(text value)+ [(EX seconds|PX millis|EXAT later|PXAT latermillis|KEEPTTL)]
+8= MSETEX #(text value)+ <[(NX|XX)] [(EX seconds|PX millis|EXAT later|PXAT latermillis|KEEPTTL)]>
",
    ),
    (
        "delex",
        "
DELEX text [(IFEQ|IFNE) value]
DIGEST text
+ SET text value (IFEQ|IFNE) value [GET]
",
    ),
    (
        // Of Valkey. Redis 8.6.2 aborts in an HSETEX that turns a listpack with expiring fields into a hash table:
        // `t_hash.c: 'dictExpireMeta->expireMeta.trash == 0' is not true`.
        "delifeq",
        "
+8! HSETEX hash [(FNX|FXX)] [(EX seconds|PX millis|EXAT later|PXAT latermillis|KEEPTTL)] FIELDS #(field value)+
DELIFEQ text value
+ SET text value IFEQ value [GET]
",
    ),
    (
        "xdelex",
        "
XDELEX stream [(KEEPREF|DELREF|ACKED)] IDS #id+
XACKDEL stream group [(KEEPREF|DELREF|ACKED)] IDS #id+
+ XADD stream (KEEPREF|DELREF|ACKED) MAXLEN small newid (field value)+
XTRIM stream MAXLEN small (KEEPREF|DELREF|ACKED)
",
    ),
    // Redis 8.6 forgets CLAIM after a stream with another ID than >. Each node has its own streams, so it forgets it for fewer.
    ("xcfgset", "8= XREADGROUP GROUP group consumer CLAIM 100000000 STREAMS newstreams\n"),
    ("sunioncard", "10 SUNIONCARD #set+ [LIMIT small]\n"),
    ("sdiffcard", "10 SDIFFCARD #set+ [LIMIT small]\n"),
];
