# shellcheck shell=bash
# A private MariaDB: start_mariadb FOLDER ; its URL is in FOLDER/url.

start_mariadb_in() { start_mariadb "$1/mariadb"; }

# Small files, and no disk flushes unless `flushes` is yes; the system's option files are not read.
mariadb_options() {
    options=(--innodb-log-file-size=32M --innodb-buffer-pool-size=64M --skip-log-bin)
    [ "${flushes:-no}" = yes ] ||
        options+=(--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --innodb-flush-method=nosync)
}

start_mariadb() {
    local folder=$1
    make_server_folder "$folder"
    printf 'TERM\n' >"$folder/stop-signal"
    install_mariadb_data "$folder"
    start_server "$folder" run_mariadb mariadb_is_ready
    printf 'mysql://root@127.0.0.1:%s/mysql?ssl-mode=disabled\n' "$(cat "$folder/port")" >"$folder/url"
}

# Makes the data of a new server in the folder of one. Temporary files go there, too: a server that starts removes those
# of others from a shared folder. The variable says so, since the script splits its --tmpdir at spaces.
install_mariadb_data() {
    local options
    mariadb_options
    (cd "$1" && as_server env -i "PATH=$PATH:/usr/sbin" "HOME=$1" "TMPDIR=$1" LC_ALL=C mariadb-install-db --no-defaults \
        --datadir="$1/data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
        "${options[@]}") >"$1/init.log" 2>&1 || {
        cat "$1/init.log" >&2
        fail "mariadb-install-db failed"
    }
}

run_mariadb() {
    local tls options
    mariadb_options
    tls=$(certificates_beside "$1")
    [ -z "$tls" ] || options+=("--ssl-ca=$tls/ca.pem" "--ssl-cert=$tls/server.pem" "--ssl-key=$tls/server.key")
    run_server "$1" "$(PATH=$PATH:/usr/sbin command -v mariadbd)" --no-defaults --datadir="$1/data" --tmpdir="$1" \
        --port="$2" --bind-address=127.0.0.1 --socket="$1/server.sock" --pid-file="$1/data/server.pid" --skip-name-resolve \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci --max-connections=200 \
        "${options[@]}"
}

# MySQL writes the same line.
mariadb_is_ready() { grep -q 'ready for connections' "$1/log" 2>/dev/null; }
