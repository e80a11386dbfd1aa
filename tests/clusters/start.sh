#!/bin/sh
# Starts two PostgreSQL clusters, one a side, as docs/operators.md sets them up but for durability: what is in them is thrown away.
# Prints the folder with their sockets, `identified/` and `anonymous/`. They run as long as this script's standard input is open, and
# are gone with it, however the program that holds it has ended.
set -eu

programs=${POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
if [ ! -x "$programs/initdb" ]; then
    echo "PostgreSQL's initdb is not here. On Debian: apt-get install postgresql" >&2
    exit 1
fi

place=$(mktemp -d /tmp/undersign-clusters.XXXXXX)
# PostgreSQL does not run as root.
as=""
if [ "$(id -u)" -eq 0 ]; then
    user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    chown "$user" "$place"
    as="--reuid=$user --regid=$(id -g "$user") --clear-groups"
fi
# Not the words of whoever runs the tests.
unset PGDATA PGHOST PGPORT PGUSER PGDATABASE PGPASSFILE PGSERVICE PGOPTIONS || true

running=""
stop() {
    trap - EXIT INT TERM HUP
    for process in $running; do kill -QUIT "$process" 2>/dev/null || true; done
    for process in $running; do wait "$process" 2>/dev/null || true; done
    rm -rf "$place"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

cd "$place"
for side in identified anonymous; do
    # shellcheck disable=SC2086
    setpriv $as "$programs/initdb" --pgdata="$place/$side" --username=postgres --auth=trust --no-sync --no-locale --encoding=UTF8 \
        --wal-segsize=1 >/dev/null &
    eval "$side=\$!"
done
wait "$identified"
wait "$anonymous"
for side in identified anonymous; do
    # What the server must not rely on is set against it.
    cat >>"$place/$side/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$place/$side'
max_connections = 300
shared_buffers = 64MB
fsync = off
synchronous_commit = off
default_transaction_isolation = 'serializable'
wal_recycle = off
min_wal_size = 2MB
max_wal_size = 64MB
log_min_messages = panic
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_lock_waits = off
END
    # shellcheck disable=SC2086
    setpriv $as --pdeathsig QUIT "$programs/postgres" -D "$place/$side" </dev/null >"$place/$side/output" 2>&1 &
    running="$running $!"
done
for side in identified anonymous; do
    tries=0
    until psql --no-psqlrc --quiet --host="$place/$side" --username=postgres --dbname=template1 --set=ON_ERROR_STOP=1 >/dev/null 2>&1 <<END
CREATE ROLE undersign LOGIN;
GRANT pg_checkpoint TO undersign;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO undersign;
END
    do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ]; then
            cat "$place/$side/output" >&2
            exit 1
        fi
        sleep 0.1
    done
done

echo "$place"
# Until the other end is closed.
cat >/dev/null
