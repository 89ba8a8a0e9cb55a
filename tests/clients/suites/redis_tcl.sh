# shellcheck shell=bash disable=SC2154  # run sets the variables here, to and mode
# Redis' own tests, version 7.0.15, in its mode for a server that it has not started. UNITS='multi quit' runs some of them.

readonly ALL_UNITS='
    dump auth protocol keyspace scan info info-command type/string type/incr type/list type/list-2 type/list-3 type/set type/zset type/hash
    type/stream type/stream-cgroups sort expire other multi quit acl acl-v2 latency-monitor pubsub pubsubshard slowlog scripting functions
    introspection introspection-2 limits obuf-limits bitops bitfield geo hyperloglog lazyfree wait pause querybuf tracking networking violations
    replybufsize
'
readonly UNIT_SECONDS=${UNIT_SECONDS:-240}
# Not run on three masters, because all later tests would fail or never run. A script without keys blocks one node only, or is refused; the
# tests that expect more leave the script or a limit of memory behind. The tests of XREAD do not wait until it waits: if it comes after the
# entry of the other connection, it waits for ever. Three masters keep three keys where the limit of the table of tracked keys is one.
readonly DISRUPTIVE=(
    'MULTI and script timeout' 'EXEC and script timeout' 'MULTI-EXEC body and script timeout' 'just EXEC and script timeout'
    'Script - disallow write on OOM' 'Blocking XREAD: key deleted' 'Blocking XREAD: key type changed with SET'
    'Server is able to evacuate enough keys when num of keys surpasses limit by more than defined initial effort'
)

fetch() { once redis_tcl 7.0.15 fetch_redis_tcl; }

fetch_redis_tcl() {
    command -v tclsh
    from_debian redis=5:7.0.15-1~deb12u10 4b1dc4ee6d622a09fff9c6777191209750fb5e5a725ef78ea012d6eef4c22982
    # The tests run these programs by a path.
    local program
    for program in redis-cli redis-server redis-benchmark; do ln -sf "$(command -v "$program")" source/src/; done
}

suite() { # PORT RESULTS
    cd "$to/redis_tcl/source" || return
    : >"$2"
    local unit name skipped=()
    [[ $mode == one ]] || for name in "${DISRUPTIVE[@]}"; do skipped+=(--skiptest "$name"); done
    for unit in ${UNITS:-$ALL_UNITS}; do
        redis-cli -p "$1" SCRIPT KILL
        redis-cli -p "$1" FUNCTION KILL
        redis-cli -p "$1" FLUSHALL
        # The base is the first of the ports that the tests use themselves; another run has others.
        timeout "$UNIT_SECONDS" tclsh tests/test_helper.tcl --host 127.0.0.1 --port "$1" --baseport "$((12000 + $1 % 20000))" --durable \
            --tags '-slow -needs:debug -needs:repl' "${skipped[@]}" --single "unit/$unit" | sed -u 's/\x1b\[[0-9;]*m//g' | tee "$2.unit"
        sed -nE "s|^\[ok\]: (.*) \([0-9]+ ms\)$|pass $unit: \1|p; s|^\[err\]: (.*) in tests/.*|fail $unit: \1|p" "$2.unit" >>"$2"
        sed -nE "s|^\[exception\].*|fail $unit: exception|p" "$2.unit" >>"$2"
    done
    rm "$2.unit"
}
