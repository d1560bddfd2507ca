#!/usr/bin/env bash
# Runs a Postgres server of the tests' own: postgres.sh PORT. Says "ready", or why not, and stops it, and removes its
# folder, when its input ends: with the process that started it, however that ends.
set -u
port=$1
bin=$(dirname "$(command -v initdb || true)")
if [ ! -x "$bin/initdb" ]; then
  newest=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)
  bin=$(dirname "$newest")
fi
if [ ! -x "$bin/initdb" ]; then
  echo "missing"
  exit 1
fi
folder=$(mktemp -d)
as_postgres() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  # Postgres refuses to run as root.
  as_postgres() { (cd / && runuser -u postgres -- "$@"); }
  chown postgres "$folder"
fi
start() {
  local options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
  as_postgres "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync &&
    as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/server" -w -t 60 -o "$options" start
}
stop() {
  as_postgres "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
  rm -rf "$folder"
}
trap 'stop; exit 1' HUP INT TERM
if ! start >"$folder/log" 2>&1 </dev/null; then
  cat "$folder/log" "$folder/server" 2>/dev/null
  stop
  exit 1
fi
echo "ready"
while read -r _; do :; done
stop
