#!/usr/bin/env bash
# Counts the user-space instructions of one GET, of the library and of hiredis: the difference between many GETs and few,
# divided by the number of GETs. Counts with perf if the processor supports it, otherwise with valgrind.
#   get_instructions.sh PROGRAM   PROGRAM is the compiled get_loop.c
set -euo pipefail
shopt -s inherit_errexit # otherwise a program that fails would yield a number

readonly program=$1 few=1000 many=11000

count_with_perf() { # CLIENT COUNT
    perf stat -x, -e instructions:u "$program" "$1" "$2" 2>&1 >/dev/null | awk -F, '/instructions/ { print $1 }'
}

count_with_valgrind() { # CLIENT COUNT
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 | awk '/Collected/ { print $NF }'
}

counter=count_with_valgrind
[[ $(perf stat -x, -e instructions:u true 2>&1) =~ ^[0-9]+, ]] && counter=count_with_perf

instructions_of_get() { # CLIENT
    local low high
    low=$("$counter" "$1" "$few")
    high=$("$counter" "$1" "$many")
    awk -v high="$high" -v low="$low" -v calls="$((many - few))" 'BEGIN { print (high - low) / calls }'
}

ours=$(instructions_of_get ours)
printf 'GET, user space\tinstructions\tours <= 1467\t%s\t%s\n' "$ours" "$(instructions_of_get hiredis)"
printf '  peer with a format string\tinstructions\t-\t%s\t%s\n' "$ours" "$(instructions_of_get hiredis-format)"
