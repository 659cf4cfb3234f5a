# shellcheck shell=bash
# A private PostgreSQL: start_postgres FOLDER PROGRAMS ; its URL is in FOLDER/url.

# The one from the system's packages.
start_postgres_in() { start_postgres "$1/postgres" "$(postgres_programs)"; }

start_postgres() {
    local folder=$1
    postgres_bin=$2
    make_server_folder "$folder"
    printf 'QUIT\n' >"$folder/stop-signal"
    (cd "$folder" && as_server env -i "PATH=$PATH" LC_ALL=C "$postgres_bin/initdb" --pgdata="$folder/data" --username=postgres \
        --auth=trust --encoding=UTF8 --locale=C --no-sync) >"$folder/init.log" 2>&1 || {
        cat "$folder/init.log" >&2
        fail "initdb failed"
    }
    start_server "$folder" run_postgres postgres_is_ready
    printf 'postgres://postgres@127.0.0.1:%s/postgres?sslmode=disable\n' "$(cat "$folder/port")" >"$folder/url"
}

run_postgres() {
    local tls options=()
    tls=$(certificates_beside "$1")
    # PyPI's programs are built without. (A pipe into `grep -q` would break now and then, and count as "without".)
    [[ $(ldd "$postgres_bin/postgres") == *libssl* ]] || tls=
    [ -z "$tls" ] || options+=(-c ssl=on -c "ssl_cert_file=$tls/server.pem" -c "ssl_key_file=$tls/server.key")
    case ${flushes:-no} in
        yes) options+=(-c recovery_init_sync_method=syncfs) ;; # else the start after a crash flushes file by file
        *) options+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off) ;;
    esac
    run_server "$1" "$postgres_bin/postgres" -D "$1/data" -p "$2" -c listen_addresses=127.0.0.1 "${options[@]}" \
        -c "unix_socket_directories=$1" -c max_connections=200 -c shared_buffers=64MB -c autovacuum=off -c timezone=UTC
}

# The eighth line of the pid file says when connections are taken; no client program is needed to see it.
postgres_is_ready() { [ "$(sed -n 8p "$1/data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; }
