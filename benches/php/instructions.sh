#!/usr/bin/env bash
# Counts the user-space instructions of one GET and one SET from PHP, of the library and of phpredis with crc32() in PHP: the difference between
# many calls and few, divided by their number. Counts with perf if the processor supports it, otherwise with valgrind.
set -euo pipefail
shopt -s inherit_errexit # otherwise a program that fails would yield a number

readonly php=(php -d opcache.enable_cli=1 -d pcre.jit=0 benches/php/call_loop.php) few=200 many=2200

count_with_perf() { # ARGUMENTS...
    perf stat -x, -e instructions:u "${php[@]}" "$@" 2>&1 >/dev/null | awk -F, '/instructions/ { print $1 }'
}

count_with_valgrind() { # ARGUMENTS...
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "${php[@]}" "$@" 2>&1 | awk '/Collected/ { print $NF }'
}

counter=count_with_valgrind
[[ $(perf stat -x, -e instructions:u true 2>&1) =~ ^[0-9]+, ]] && counter=count_with_perf

instructions_of_call() { # SIDE METHOD
    local low high
    low=$("$counter" "$1" "$2" "$few")
    high=$("$counter" "$1" "$2" "$many")
    awk -v high="$high" -v low="$low" -v calls="$((many - few))" 'BEGIN { print (high - low) / calls }'
}

for method in get set; do
    printf 'PHP: %s, user space, phpredis + crc32\tinstructions\t-\t%s\t%s\n' "${method^^}" \
        "$(instructions_of_call ours "$method")" "$(instructions_of_call phpredis "$method")"
done
