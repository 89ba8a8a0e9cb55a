#!/usr/bin/env bash
# Compares `rediscluster serve` with twemproxy. Both serve the same three masters with the same placement of keys; redis-benchmark runs against
# both in turn.
#
#   twemproxy.sh PROGRAM    PROGRAM is the command-line tool. Needs three servers of scripts/with-redis, and nutcracker
#
# Prints lines of samples for ../table.awk: the time per command, the 99th percentile of the latency, and the memory per idle client.
# Keys are random, so they are on all masters.
set -euo pipefail
shopt -s inherit_errexit # otherwise a program that fails would yield a number

readonly program=$1 key=key:__rand_int__ value=xxx
readonly rounds=${BENCH_QUICK:+2} idle_clients=10000
read -ra servers <<<"$REDISCLUSTER_PORTS"
folder=$(mktemp -d)
processes=()
trap 'kill "${processes[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_serve() {
    local config address
    config="{\"hash_tag\":\"keep\",\"nodes\":{\"node_1\":\"redis://127.0.0.1:${servers[0]}\","
    config+="\"node_2\":\"redis://127.0.0.1:${servers[1]}\",\"node_3\":\"redis://127.0.0.1:${servers[2]}\"}}"
    REDISCLUSTER_CONFIG=$config setpriv --pdeathsig KILL "$program" serve --listen 127.0.0.1:0 --max-clients 12000 >"$folder/serve" &
    serve_process=$!
    processes+=("$serve_process")
    until address=$(grep -o '127.0.0.1:[0-9]*' "$folder/serve"); do sleep 0.05; done
    serve=${address##*:}
}

start_twemproxy() {
    twemproxy=$(free_port)
    {
        printf 'pool:\n  listen: 127.0.0.1:%s\n  redis: true\n  hash: crc32a\n  distribution: modula\n  hash_tag: "{}"\n  servers:\n' "$twemproxy"
        printf '   - 127.0.0.1:%s:1 node_1\n   - 127.0.0.1:%s:1 node_2\n   - 127.0.0.1:%s:1 node_3\n' "${servers[@]:0:3}"
    } >"$folder/nutcracker.yml"
    setpriv --pdeathsig KILL nutcracker --stats-port "$(free_port)" --conf-file "$folder/nutcracker.yml" \
        --output "$folder/nutcracker.log" --pid-file "$folder/nutcracker.pid" &
    twemproxy_process=$!
    processes+=("$twemproxy_process")
    until [[ $(redis-cli -p "$twemproxy" PING 2>/dev/null) == PONG ]]; do sleep 0.05; done
}

# Prints the time per command and the 99th percentile of the latency, in microseconds.
measure() { # PORT COUNT OPTION... COMMAND...
    local port=$1 count=$2
    shift 2
    redis-benchmark -h 127.0.0.1 -p "$port" -r 100000 -n "$count" --csv "$@" 2>/dev/null | tail -n 1 |
        awk -F '","' '$2 + 0 > 0 { print 1e6 / $2, $7 * 1000; found = 1 } END { exit !found }'
}

compare() { # CASE COUNT COMMAND OPTION...
    local name=$1 count=$2 round figures ours='' ours_p99='' theirs='' theirs_p99=''
    local -a words
    read -ra words <<<"$3"
    shift 3
    for ((round = 0; round < ${rounds:-7}; round++)); do
        figures=$(measure "$serve" "$count" "$@" "${words[@]}")
        ours+=" ${figures% *}" ours_p99+=" ${figures#* }"
        figures=$(measure "$twemproxy" "$count" "$@" "${words[@]}")
        theirs+=" ${figures% *}" theirs_p99+=" ${figures#* }"
    done
    printf '%s\tus\tspeed >= 1.00\t%s\t%s\n' "$name" "${ours# }" "${theirs# }"
    printf '%s, p99\tus\tratio <= 1.00\t%s\t%s\n' "$name" "${ours_p99# }" "${theirs_p99# }"
}

resident() { # PROCESS
    awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}

# Prints the KiB that a process needs for each idle client.
idle_memory() { # PROCESS PORT
    local before client
    before=$(resident "$1")
    redis-benchmark -h 127.0.0.1 -p "$2" -c "$idle_clients" -I >/dev/null 2>&1 &
    client=$!
    until (($(connections "$1") >= idle_clients)); do sleep 0.1; done
    awk -v before="$before" -v after="$(resident "$1")" -v clients="$idle_clients" 'BEGIN { print (after - before) / clients }'
    kill "$client"
    wait "$client" 2>/dev/null || true
}

connections() { # PROCESS
    find "/proc/$1/fd" -lname 'socket:*' | wc -l
}

ulimit -n 12500
start_serve
start_twemproxy
redis-benchmark -p "$serve" -r 100000 -n 200000 -P 16 -q SET "$key" "$value" >/dev/null
mget=MGET
for _ in {1..100}; do mget+=" $key"; done

compare 'twemproxy: GET, 50 clients' 100000 "GET $key" -c 50
compare 'twemproxy: SET, 50 clients' 100000 "SET $key $value" -c 50
compare 'twemproxy: GET, 50 clients, -P 16' 400000 "GET $key" -c 50 -P 16
compare 'twemproxy: SET, 50 clients, -P 16' 400000 "SET $key $value" -c 50 -P 16
compare 'twemproxy: MGET of 100 keys, 50 clients' 10000 "$mget" -c 50
printf 'twemproxy: idle client of 10,000\tKiB\tours <= 20\t%s\t%s\n' \
    "$(idle_memory "$serve_process" "$serve")" "$(idle_memory "$twemproxy_process" "$twemproxy")"
