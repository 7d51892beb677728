#!/usr/bin/env bash
# Runs a command with a private PostgreSQL cluster: made for it, on loopback only, gone with it.
# The command finds it as CODER_TEST_POSTGRES_URL, a URL of the maintenance database.
set -euo pipefail

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || { echo "with-postgres: PostgreSQL is not installed; run 'make setup'" >&2; exit 1; }

directory=$(mktemp -d "${TMPDIR:-/tmp}/coder-pg-XXXXXX")
# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    chown "$user" "$directory"
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --inh-caps=-all)
fi

stop() {
    if [ -f "$directory/data/postmaster.pid" ]; then
        (cd /; "${as[@]}" "$bin/pg_ctl" -D "$directory/data" -m immediate -w -t 20 stop >/dev/null 2>&1) || true
    fi
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd_run() { (cd / && "${as[@]}" "$@"); }
cd_run "$bin/initdb" -D "$directory/data" -U coder -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$directory.log" 2>&1 ||
    { cat "$directory.log" >&2; rm -f "$directory.log"; exit 1; }
rm -f "$directory.log"

# A free port: several runs may share a machine. Another may take it in between, so there are several tries.
for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    if cd_run "$bin/pg_ctl" -D "$directory/data" -l "$directory/data/log" -w -t 30 \
        -o "-c listen_addresses=127.0.0.1 -p $port -k $directory -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" \
        start >/dev/null 2>&1; then
        CODER_TEST_POSTGRES_URL="postgres://coder@127.0.0.1:$port/postgres"
        export CODER_TEST_POSTGRES_URL
        set +e
        "$@"
        exit $?
    fi
done
cat "$directory/data/log" >&2
echo "with-postgres: PostgreSQL does not start" >&2
exit 1
