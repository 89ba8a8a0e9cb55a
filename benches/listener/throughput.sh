#!/usr/bin/env bash
# Compares the listener of examples/listener.rs over three masters with one server. redis-benchmark runs against both in turn.
#
#   throughput.sh LISTENER    LISTENER is the compiled example. Needs four servers of scripts/with-redis: three masters and the peer
#
# Prints the time per command, in lines of samples for ../table.awk. Keys are random, so they are on all masters.
set -euo pipefail
shopt -s inherit_errexit # otherwise a program that fails would yield a number

readonly program=$1 key=key:__rand_int__ value=xxx
readonly rounds=${BENCH_QUICK:+2}
read -ra servers <<<"$REDISCLUSTER_PORTS"
readonly plain=${servers[3]} first_set=first second_set=second members=1000

start_listener() {
    local config='{"hash_tag":"keep","nodes":{'
    config+="\"node_1\":\"redis://127.0.0.1:${servers[0]}\",\"node_2\":\"redis://127.0.0.1:${servers[1]}\","
    config+="\"node_3\":\"redis://127.0.0.1:${servers[2]}\"}}"
    coproc LISTENER { REDISCLUSTER_CONFIG=$config exec setpriv --pdeathsig KILL "$program" 127.0.0.1:0; }
    trap 'kill "$LISTENER_PID" 2>/dev/null || true' EXIT
    read -r address <&"${LISTENER[0]}"
    listener=${address##*:}
}

# redis-benchmark prints commands per second.
microseconds() { # PORT COUNT OPTION... COMMAND...
    local port=$1 count=$2
    shift 2
    redis-benchmark -h 127.0.0.1 -p "$port" -r 100000 -n "$count" --csv "$@" | tail -n 1 |
        awk -F '","' '$2 + 0 > 0 { print 1e6 / $2; found = 1 } END { exit !found }'
}

# A line of samples.
compare() { # CASE ASKED PEER_PORT COUNT PEER_COMMAND COMMAND OPTION...
    local name=$1 asked=$2 peer_port=$3 count=$4 peer_command=$5 command=$6 round ours='' peers=''
    local -a peer_words words
    shift 6
    read -ra peer_words <<<"$peer_command"
    read -ra words <<<"$command"
    for ((round = 0; round < ${rounds:-5}; round++)); do
        peers+=" $(microseconds "$peer_port" "$count" "$@" "${peer_words[@]}")"
        ours+=" $(microseconds "$listener" "$count" "$@" "${words[@]}")"
    done
    printf '%s\tus\t%s\t%s\t%s\n' "$name" "$asked" "${ours# }" "${peers# }"
}

beside_one_server() { # CASE ASKED COUNT COMMAND OPTION...
    compare "$1" "$2" "$plain" "$3" "$4" "$4" "${@:5}"
}

beside_get() { # CASE COUNT COMMAND OPTION...
    compare "$1" 'ratio <= 3.00' "$listener" "$2" "GET $key" "$3" "${@:4}"
}

fill() { # PORT
    local set
    for set in "$first_set" "$second_set"; do
        seq -f "SADD $set $set-member-%g" "$members" | redis-cli -p "$1" --pipe >/dev/null
    done
    redis-benchmark -p "$1" -r 100000 -n 200000 -P 16 -q SET "$key" "$value" >/dev/null
}

start_listener
fill "$plain"
fill "$listener"
mset=MSET
for _ in {1..10}; do mset+=" $key $value"; done

beside_one_server 'SET, 50 clients, -P 16' 'speed >= 0.80' 200000 "SET $key $value" -c 50 -P 16
beside_one_server 'GET, 50 clients, -P 16' 'speed >= 0.80' 200000 "GET $key" -c 50 -P 16
beside_one_server 'GET, 50 clients, -P 16, RESP3' 'speed >= 0.80' 200000 "GET $key" -c 50 -P 16 -3
beside_one_server 'MSET of 10 keys, 50 clients, -P 16' 'speed >= 1.00' 50000 "$mset" -c 50 -P 16
beside_one_server 'SUNION of 2 x 1,000, 50 clients, -P 16' 'speed >= 1.00' 4000 "SUNION $first_set $second_set" -c 50 -P 16
beside_one_server 'GET, 1 client, -P 16' - 50000 "GET $key" -c 1 -P 16
beside_one_server 'GET, 50 clients' - 50000 "GET $key" -c 50
beside_one_server 'GET, 1 client' - 10000 "GET $key" -c 1
beside_get 'PING beside GET, -P 16' 50000 PING -c 50 -P 16
beside_get 'PING beside GET, -P 16, RESP3' 50000 PING -c 50 -P 16 -3
beside_get 'DBSIZE beside GET, -P 16' 50000 DBSIZE -c 50 -P 16
beside_get 'DBSIZE beside GET, -P 16, RESP3' 50000 DBSIZE -c 50 -P 16 -3
