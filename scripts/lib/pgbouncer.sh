# shellcheck shell=bash
# PgBouncer in front of a PostgreSQL, giving its connections out by transaction: start_pgbouncer FOLDER URL ; its own URL
# is in FOLDER/url.

start_pgbouncer() {
    local folder=$1 address
    pgbouncer_database=$2
    # postgres://user@host:port/database?parameters
    address=${pgbouncer_database#*@}
    address=${address%%/*}
    make_server_folder "$folder"
    printf 'INT\n' >"$folder/stop-signal"
    printf '%s\n' '[databases]' "* = host=${address%:*} port=${address##*:} user=postgres" '[pgbouncer]' \
        'listen_addr = 127.0.0.1' 'auth_type = any' 'pool_mode = transaction' 'unix_socket_dir =' \
        'max_client_conn = 200' 'default_pool_size = 20' >"$folder/common.ini"
    start_server "$folder" run_pgbouncer pgbouncer_is_ready
    printf 'postgres://postgres@127.0.0.1:%s/postgres?sslmode=disable\n' "$(cat "$folder/port")" >"$folder/url"
}

run_pgbouncer() {
    { cat "$1/common.ini" && printf 'listen_port = %s\n' "$2"; } >"$1/pgbouncer.ini"
    chmod 644 "$1/pgbouncer.ini"
    run_server "$1" "$(PATH=$PATH:/usr/sbin command -v pgbouncer)" "$1/pgbouncer.ini"
}

pgbouncer_is_ready() { grep -q 'process up' "$1/log" 2>/dev/null; }
