# shellcheck shell=bash
# A private MySQL or MariaDB from packages of another release, which are unpacked into a folder and bring their own C
# library: start_unpacked_mysql FOLDER ROOT and start_unpacked_mariadb FOLDER ROOT.

# Sets `unpacked` to the beginning of a server's command line: compose_unpacked ROOT PROGRAM SHARE
compose_unpacked() {
    local root=$1 program=$2 share=$3 libraries
    libraries=$root/usr/lib/$(uname -m)-linux-gnu
    unpacked=(
        "$(find_loader "$root")" --library-path "$libraries:$root/usr/lib/mysql/private" "$root/usr/sbin/$program"
        --no-defaults --basedir="$root/usr" --lc-messages-dir="$root/usr/share/$share"
        --character-sets-dir="$root/usr/share/$share/charsets" --plugin-dir="$root/usr/lib/mysql/plugin"
        --bind-address=127.0.0.1 --socket=server.sock --innodb-buffer-pool-size=64M --skip-log-bin
    )
    [ "${flushes:-no}" = yes ] || unpacked+=(--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0)
}

find_loader() {
    local loader
    for loader in "$1"/usr/lib*/ld-linux-*.so.* "$1/usr/lib/$(uname -m)-linux-gnu"/ld-linux-*.so.*; do
        if [ -e "$loader" ]; then
            printf '%s\n' "$loader"
            return
        fi
    done
    fail "$1 has no C library of its own"
}

# Sets `unpacked` to the beginning of MySQL's command line: compose_mysql ROOT
compose_mysql() {
    compose_unpacked "$1" mysqld mysql
    unpacked+=(--loose-mysqlx=OFF --secure-file-priv=NULL)
}

start_unpacked_mysql() {
    local folder=$1
    compose_mysql "$2"
    make_server_folder "$folder"
    printf 'TERM\n' >"$folder/stop-signal"
    (cd "$folder" && as_server env -i "TMPDIR=$folder" LC_ALL=C "${unpacked[@]}" --datadir="$folder/data" --initialize-insecure) \
        >"$folder/init.log" 2>&1 || {
        cat "$folder/init.log" >&2
        fail "mysqld --initialize-insecure failed"
    }
    start_server "$folder" run_mysql mysql_is_ready
    printf 'mysql://root@127.0.0.1:%s/mysql\n' "$(cat "$folder/port")" >"$folder/url"
}

run_mysql() { run_unpacked "$@"; }
mysql_is_ready() { mariadb_is_ready "$1"; }

start_unpacked_mariadb() {
    local folder=$1 share=$2/usr/share/mariadb
    compose_unpacked "$2" mariadbd mariadb
    # With this plugin it tells who holds which table; the installed MariaDB is tested without.
    local plugin=(--plugin-maturity=unknown --plugin-load-add=metadata_lock_info)
    make_server_folder "$folder"
    printf 'TERM\n' >"$folder/stop-signal"
    # What mariadb-install-db does, which is a script with the paths of an installed package in it.
    {
        printf 'create database mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n'
        cat "$share"/mariadb_{system_tables,performance_tables,system_tables_data}.sql "$share/fill_help_tables.sql" \
            "$share/maria_add_gis_sp_bootstrap.sql" "$share/mariadb_sys_schema.sql"
    } >"$folder/bootstrap.sql"
    (cd "$folder" && as_server mkdir data && as_server env -i "TMPDIR=$folder" LC_ALL=C "${unpacked[@]}" --datadir="$folder/data" \
        --bootstrap <"$folder/bootstrap.sql") >"$folder/init.log" 2>&1 || {
        cat "$folder/init.log" >&2
        fail "mariadbd --bootstrap failed"
    }
    unpacked+=("${plugin[@]}")
    start_server "$folder" run_unpacked mariadb_is_ready
    printf 'mysql://root@127.0.0.1:%s/mysql\n' "$(cat "$folder/port")" >"$folder/url"
}

run_unpacked() {
    local tls options=()
    tls=$(certificates_beside "$1")
    [ -z "$tls" ] || options+=("--ssl-ca=$tls/ca.pem" "--ssl-cert=$tls/server.pem" "--ssl-key=$tls/server.key")
    run_server "$1" "${unpacked[@]}" --datadir="$1/data" --port="$2" --pid-file="$1/data/server.pid" \
        --socket="$1/server.sock" "${options[@]}"
}
