# shellcheck shell=bash
# The tests of redis-py 8.1.0 that need one server without modules, for its blocking and its asyncio client.

readonly MARKED='not onlycluster and not redismod and not ssl and not cp_integration and not multidb_integration'
readonly TESTS=(
    cache client commands connection connection_pool encoding function hash himport_integration keyspace_notifications lock
    max_connections_error monitor multiprocessing pipeline pubsub retry scripting vsets
)
readonly ASYNC_TESTS=(
    client commands connect connection connection_pool cwe_404 encoding hash keyspace_notifications lock monitor pipeline pubsub
    retry scripting usage_counter vsets
)
# CONFIG SET requirepass: all later tests would fail, because the cluster does not know the new password. For this reason the files
# test_credentials.py are left out, too.
readonly CHANGES_PASSWORD=TestRedisCommands::test_auth

fetch() { once redis_py "8.1.0 $(cksum <"$here/redis_py.txt")" fetch_redis_py; }

fetch_redis_py() {
    from_pypi redis==8.1.0 "$(sed -n 's/^# redis==8.1.0 sha256:\(.*\)/\1/p' "$here/redis_py.txt")"
    python3 -m venv venv
    venv/bin/pip install --quiet -r "$here/redis_py.txt"
}

suite() { # PORT RESULTS
    cd "$to/redis_py/source" || return
    OUTCOMES=$2 PYTHONPATH=$here ../venv/bin/python -m pytest -p pytest_outcomes -p no:cacheprovider --quiet --tb=native --timeout 60 \
        --redis-url "redis://127.0.0.1:$1/0" -m "$MARKED" \
        --deselect "tests/test_commands.py::$CHANGES_PASSWORD" --deselect "tests/test_asyncio/test_commands.py::$CHANGES_PASSWORD" \
        $(printf 'tests/test_%s.py ' "${TESTS[@]}") $(printf 'tests/test_asyncio/test_%s.py ' "${ASYNC_TESTS[@]}")
}
