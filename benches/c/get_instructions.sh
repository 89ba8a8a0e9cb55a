#!/usr/bin/env bash
# Instructions in user space for one GET, ours and hiredis': the difference between many GETs and few, divided.
# Counted by the processor where perf may ask it, else by valgrind.
#   get_instructions.sh PROGRAM   PROGRAM is the built get_loop.c
set -euo pipefail
shopt -s inherit_errexit # a program that fails must not become a figure

readonly program=$1 few=1000 many=11000

by_perf() { # SIDE COUNT
    perf stat -x, -e instructions:u "$program" "$1" "$2" 2>&1 >/dev/null | awk -F, '/instructions/ { print $1 }'
}

by_valgrind() { # SIDE COUNT
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 | awk '/Collected/ { print $NF }'
}

counter=by_valgrind
[[ $(perf stat -x, -e instructions:u true 2>&1) =~ ^[0-9]+, ]] && counter=by_perf

a_get() { # SIDE
    local low high
    low=$("$counter" "$1" "$few")
    high=$("$counter" "$1" "$many")
    awk -v high="$high" -v low="$low" -v calls="$((many - few))" 'BEGIN { print (high - low) / calls }'
}

ours=$(a_get ours)
printf 'GET, user space\tinstructions\tours <= 1468\t%s\t%s\n' "$ours" "$(a_get hiredis)"
printf '  hiredis with a format string\tinstructions\t-\t%s\t%s\n' "$ours" "$(a_get hiredis-format)"
