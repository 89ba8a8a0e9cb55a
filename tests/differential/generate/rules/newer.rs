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
        "hsetex",
        "
+8! HSETEX hash [(FNX|FXX)] [(EX seconds|PX millis|EXAT later|PXAT latermillis|KEEPTTL)] FIELDS #(field value)+
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
        "delifeq",
        "
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
    ("xcfgset", "8= XREADGROUP GROUP group consumer CLAIM 100000000 STREAMS groupstreams\n"),
    ("sunioncard", "10 SUNIONCARD #set+ [LIMIT small]\n"),
    ("sdiffcard", "10 SDIFFCARD #set+ [LIMIT small]\n"),
];
