# shellcheck shell=bash
# A private server is a folder of its own (data, log, pid, url) below one temporary folder; stopping is by its pid.

readonly START_ATTEMPTS=5
readonly START_SECONDS=60

# Makes the folder below which the servers live.
make_servers_folder() {
    local folder
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rev-servers.XXXXXX")
    chmod 711 "$folder" # the servers' account must be able to pass through
    printf '%s\n' "$folder"
}

make_server_folder() {
    mkdir "$1"
    chmod 711 "$1" # whoever runs the tests, which need not be its account, must get to its socket
    give_to_server "$1"
}

# Prints a port of the loopback address on which nobody listens, below the range of outgoing connections.
free_port() {
    local port
    while true; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s\n' "$port"
}

# Starts a server in the background: run_server FOLDER COMMAND… ; its own session keeps Ctrl-C away from it. Its temporary
# files are its own, too: a MariaDB that starts deletes those of every other one in the same folder.
run_server() {
    local folder=$1
    shift
    (
        cd "$folder" || exit
        trap '' HUP
        exec_as_server env -i "PATH=$PATH" "HOME=$folder" "TMPDIR=$folder" "LC_ALL=C" setsid "$@" </dev/null >"$folder/log" 2>&1 3>&- &
        printf '%s\n' "$!" >"$folder/pid"
    )
}

# Succeeds while a server's process lives; one that has ended and waits to be reaped does not.
is_running() {
    local stat
    [ -r "$1/pid" ] && { read -r stat <"/proc/$(cat "$1/pid")/stat"; } 2>/dev/null || return 1
    [[ ${stat##*) } != Z* ]]
}

# Waits until a server is ready or dead: wait_for FOLDER COMMAND… , where the command succeeds when it is ready.
wait_for() {
    local folder=$1 ends=$((SECONDS + START_SECONDS))
    shift
    until "$@"; do
        is_running "$folder" || return 1
        [ "$SECONDS" -lt "$ends" ] || return 1
        sleep 0.05
    done
}

# Starts a server on a free port, on another if someone else was faster: start_server FOLDER RUN READY.
# RUN is called with the folder and the port, READY with the folder.
start_server() {
    local folder=$1 run=$2 ready=$3 attempt port
    for attempt in $(seq "$START_ATTEMPTS"); do
        port=$(free_port)
        "$run" "$folder" "$port"
        if wait_for "$folder" "$ready" "$folder"; then
            printf '%s\n' "$port" >"$folder/port"
            return
        fi
        stop_server "$folder"
        say "$(basename "$folder") did not start on port $port (attempt $attempt):"
        tail -n 15 "$folder/log" >&2
    done
    fail "$(basename "$folder") does not start"
}

# Stops a server by its pid, after making sure that the pid is still this server's; its data is not worth a clean end.
stop_server() {
    local folder=$1 pid
    is_running "$folder" || return 0
    pid=$(cat "$folder/pid")
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$folder" || return 0
    # QUIT lets PostgreSQL end its children at once; MariaDB and MySQL take TERM.
    kill "-$(cat "$folder/stop-signal")" "$pid" 2>/dev/null || return 0
    for _ in $(seq 200); do
        is_running "$folder" || return 0
        sleep 0.05
    done
    kill -KILL "$pid" 2>/dev/null || true
}

# Stops every server below a folder and removes the folder.
stop_servers() {
    local server
    for server in "$1"/*/; do
        [ -d "$server" ] && stop_server "${server%/}"
    done
    rm -rf "$1"
}

# Runs several starts at once and waits for all, so that none is under way when the caller gives up: start_at_once NAME… ,
# with a function start_NAME_in for each, called with the folder.
start_at_once() {
    local folder=$1 name status=0 started=()
    shift
    for name in "$@"; do
        "start_${name}_in" "$folder" &
        started+=("$!")
    done
    for name in "${started[@]}"; do
        wait "$name" || status=1
    done
    return "$status"
}

# From here on whatever ends this script also ends the servers below a folder, those that are just starting included.
stop_servers_at_exit() {
    servers_to_stop=$1
    trap 'trap "" INT TERM; wait; stop_servers "$servers_to_stop"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
