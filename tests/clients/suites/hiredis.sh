# shellcheck shell=bash
# The tests of hiredis 1.2.0: hiredis-test.

fetch() { once hiredis 1.2.0 fetch_hiredis; }

fetch_hiredis() {
    from_debian hiredis=1.2.0-6 82ad632d31ee05da13b537c124f819eb88e18851d9cb0c30ae0552084811588c
    # This test needs an address in the network that does not reply.
    sed -i '/test("Async connect timeout: ")/,/config = defaultconfig;/d' source/test.c
    make -C source hiredis-test
}

suite() { # PORT RESULTS
    stdbuf -oL "$to/hiredis/source/hiredis-test" -h 127.0.0.1 -p "$1" --skip-throughput | sed 's/\x1b\[[0-9;]*m//g' | tee "$2.text"
    sed -nE 's/^#[0-9]+ (.*): PASSED.*/pass \1/p; s/^#[0-9]+ (.*): FAILED.*/fail \1/p' "$2.text" >"$2"
    rm "$2.text"
}
