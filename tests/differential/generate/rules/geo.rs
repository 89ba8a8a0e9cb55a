//! Places, which are sorted sets.

pub const RULES: &str = "
+12 GEOADD zset <[(NX|XX)] [CH]> (longitude latitude member)+
2 GEODIST zset member member [unit]
2 GEOHASH zset member*
2 GEOPOS zset member*
4 GEOSEARCH zset <(FROMMEMBER member|FROMLONLAT longitude latitude) (BYRADIUS radius unit|BYBOX radius radius unit) [(ASC|DESC)] [COUNT small [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]>
12 GEOSEARCHSTORE zset zset <(FROMMEMBER member|FROMLONLAT longitude latitude) (BYRADIUS radius unit|BYBOX radius radius unit) [(ASC|DESC)] [COUNT small [ANY]] [STOREDIST]>
2 GEORADIUS zset longitude latitude radius unit <[(ASC|DESC)] [COUNT small [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]>
2 GEORADIUS_RO zset longitude latitude radius unit <[(ASC|DESC)] [COUNT small [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]>
6 GEORADIUS zset longitude latitude radius unit <[(ASC|DESC)] [COUNT small [ANY]] (STORE zset|STOREDIST zset)>
1 GEORADIUS zset longitude latitude radius unit <(STORE zset) (STOREDIST zset)>
1 GEORADIUSBYMEMBER zset 'store radius unit STORE zset
2 GEORADIUSBYMEMBER zset member radius unit <[(ASC|DESC)] [COUNT small [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]>
2 GEORADIUSBYMEMBER_RO zset member radius unit <[(ASC|DESC)] [COUNT small [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]>
6 GEORADIUSBYMEMBER zset member radius unit <[(ASC|DESC)] [COUNT small [ANY]] (STORE zset|STOREDIST zset)>
";
