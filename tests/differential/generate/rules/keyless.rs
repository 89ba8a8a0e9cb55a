//! Scripts and functions without keys, for a configuration with `"keyless_scripts": "run"`.

pub const RULES: &str = "
40= EVAL keylessscript 0 value*
8= EVAL_RO keylessreading 0 value*
8= EVALSHA sha 0 value*
4= EVALSHA_RO sha 0 value*
8 FUNCTION LOAD [REPLACE] keylesslibrary
16= FCALL keylessfunction 0 value*
8= FCALL_RO keylessfunction 0 value*
";
