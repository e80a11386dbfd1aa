#!/bin/sh
# Starts two PostgreSQL clusters, one a side, as docs/operators.md sets them up but for durability: what is in them is thrown away.
# With the word `durable` that is as it is there, and memory as on a small machine: for what is measured.
# Prints the folder with their sockets, `identified/` and `anonymous/`. They run as long as this script's standard input is open, and
# are gone with it, however the program that holds it has ended. Lines `stop SIDE` and `start SIDE` stop one of them and start it again;
# each is printed when it is done.
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
if [ "${1:-}" = durable ]; then
    kept="fsync = on
synchronous_commit = on
shared_buffers = 256MB
max_wal_size = 1GB"
else
    kept="fsync = off
synchronous_commit = off
shared_buffers = 64MB
max_wal_size = 64MB"
fi

start() {
    # shellcheck disable=SC2086
    setpriv $as --pdeathsig QUIT "$programs/postgres" -D "$place/$1" </dev/null >>"$place/$1/output" 2>&1 &
    eval "$1=\$!"
    running="$running $!"
}

answers() {
    psql --no-psqlrc --quiet --host="$place/$1" --username=postgres --dbname=template1 --set=ON_ERROR_STOP=1 >/dev/null 2>&1
}

# Waits until a cluster does what it reads.
until_done() {
    tries=0
    until echo "$2" | answers "$1"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ]; then
            cat "$place/$1/output" >&2
            exit 1
        fi
        sleep 0.1
    done
}

for side in identified anonymous; do
    # What the server must not rely on is set against it.
    cat >>"$place/$side/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$place/$side'
max_connections = 300
$kept
default_transaction_isolation = 'serializable'
wal_recycle = off
min_wal_size = 2MB
log_min_messages = panic
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_lock_waits = off
END
    start "$side"
done
for side in identified anonymous; do
    until_done "$side" "CREATE ROLE undersign LOGIN; GRANT pg_checkpoint TO undersign;
        GRANT EXECUTE ON FUNCTION pg_switch_wal() TO undersign;"
done

echo "$place"
# Until the other end is closed.
while read -r word side; do
    case $word in
    stop)
        eval "process=\$$side"
        # At once, whoever is connected.
        kill -INT "$process"
        wait "$process" || true
        ;;
    start)
        start "$side"
        until_done "$side" "SELECT 1;"
        ;;
    esac
    echo "$word $side"
done
