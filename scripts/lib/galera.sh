# shellcheck shell=bash
# Two nodes of a Galera cluster on this machine: start_galera_in FOLDER ; their URLs are in FOLDER/galera/url, with a
# space between them.

start_galera_in() {
    local first=$1/galera1 second=$1/galera2
    make_galera_folder "$first"
    make_galera_folder "$second"
    install_mariadb_data "$first"
    (cd "$second" && as_server mkdir data)
    galera_cluster=gcomm://
    start_server "$first" run_galera_node galera_node_is_ready
    galera_cluster=gcomm://127.0.0.1:$(cat "$first/group-port")
    start_server "$second" run_galera_node galera_node_is_ready
    mkdir "$1/galera"
    printf 'mysql://root@127.0.0.1:%s/mysql?ssl-mode=disabled mysql://root@127.0.0.1:%s/mysql?ssl-mode=disabled\n' \
        "$(cat "$first/port")" "$(cat "$second/port")" >"$1/galera/url"
}

make_galera_folder() {
    make_server_folder "$1"
    printf 'TERM\n' >"$1/stop-signal"
    write_galera_transfer "$1"
}

# Writes the program that brings a joining node the data of another. Debian's own comes with the whole server package, and
# needs rsync; both nodes are on one machine, so that copying is enough.
# https://galeracluster.com/library/documentation/scriptable-sst.html
write_galera_transfer() {
    mkdir "$1/bin"
    cat >"$1/bin/wsrep_sst_copy" <<'END_OF_PROGRAM'
#!/bin/bash
set -e
while [ "$#" -gt 0 ]; do
    case $1 in
        --role) role=$2 ;;
        --address) address=$2 ;;
        --datadir) data=${2%/} ;;
    esac
    shift
done
if [ "$role" = joiner ]; then
    printf 'ready 127.0.0.1:1%s\n' "$data"
    until [ -s "$data/position" ]; do sleep 0.05; done
    cat "$data/position"
else
    joiner=/${address#*/}
    printf 'flush tables\n'
    until grep -qs : "$data/tables_flushed"; do sleep 0.05; done
    tar -C "$data" --exclude=./tables_flushed --exclude='./galera.cache' --exclude='./g*state.dat' --exclude='./*.pid' -cf - . |
        tar -C "$joiner" --overwrite -xf -
    printf 'continue\n'
    cp "$data/tables_flushed" "$joiner/position.new"
    mv "$joiner/position.new" "$joiner/position"
    printf 'done %s\n' "$(cat "$data/tables_flushed")"
    rm -f "$data/tables_flushed"
fi
END_OF_PROGRAM
    chmod 755 "$1/bin" "$1/bin/wsrep_sst_copy"
}

run_galera_node() {
    local group_port options
    mariadb_options
    group_port=$(free_port)
    printf '%s\n' "$group_port" >"$1/group-port"
    rm -f "$1/data/position" # of an attempt before
    PATH=$1/bin:$PATH:/usr/sbin run_server "$1" "$(PATH=$PATH:/usr/sbin command -v mariadbd)" --no-defaults \
        --datadir="$1/data" --tmpdir="$1" --port="$2" --bind-address=127.0.0.1 --socket="$1/server.sock" \
        --pid-file="$1/data/server.pid" --skip-name-resolve --max-connections=200 \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci \
        "${options[@]}" --binlog-format=ROW --innodb-autoinc-lock-mode=2 \
        --wsrep-on=ON --wsrep-provider="$(galera_library)" --wsrep-cluster-name=rev \
        --wsrep-cluster-address="$galera_cluster" --wsrep-node-address=127.0.0.1 --wsrep-sst-method=copy \
        --wsrep-provider-options="gmcast.listen_addr=tcp://127.0.0.1:$group_port;ist.recv_addr=127.0.0.1:$(free_port);gcache.size=16M"
}

galera_node_is_ready() { grep -q 'Synchronized with group, ready for connections' "$1/log" 2>/dev/null && mariadb_is_ready "$1"; }
