//! Scripts and functions.

pub const RULES: &str = "
8= EVAL script 1 any value*
3= EVAL evaledscript 1 any value
3= EVALSHA evaledsha 1 any value
2= EVAL script #any+ value*
1= EVAL script 0 value*
1= EVAL script (-1|'x|9) any
1= EVAL script
2= EVAL_RO readingscript 1 any value*
1= EVAL_RO readingscript #any+ value*
3= EVALSHA sha 1 any value*
1= EVALSHA sha #any+ value*
2= EVALSHA_RO sha 1 any value*
3= FCALL function 1 any value*
1= FCALL function #any+ value*
2= FCALL_RO function 1 any value*
6 SCRIPT LOAD loadedscript
2 SCRIPT EXISTS sha+
1 SCRIPT FLUSH [(ASYNC|SYNC)]
1 SCRIPT KILL
1 SCRIPT HELP
8 FUNCTION LOAD [REPLACE] library
2 FUNCTION LIST <[LIBRARYNAME libraryname] [WITHCODE]>
1 FUNCTION DELETE libraryname
1 FUNCTION FLUSH [(ASYNC|SYNC)]
1 FUNCTION DUMP
2 FUNCTION RESTORE dumpedlibrary [(FLUSH|APPEND|REPLACE)]
1 FUNCTION STATS
1 FUNCTION KILL
1 FUNCTION HELP
";
