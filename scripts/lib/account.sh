# shellcheck shell=bash
# Who runs what: packages need root, database servers refuse it.

# The account of the servers when we are root; every Debian-like system has it, and nothing of value belongs to it.
readonly SERVER_ACCOUNT=nobody

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command as root: directly, or through sudo.
as_root() {
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        fail "this needs root, and there is no sudo: $*"
    fi
}

# Turns this process into a command without root's rights, so that its pid is the command's pid; call it in a subshell.
exec_as_server() {
    if is_root; then
        exec setpriv --reuid="$SERVER_ACCOUNT" --regid="$(id -g "$SERVER_ACCOUNT")" --clear-groups --inh-caps=-all "$@"
    fi
    exec "$@"
}

as_server() { (exec_as_server "$@"); }

# Gives a folder to the servers' account.
give_to_server() {
    if is_root; then
        chown "$SERVER_ACCOUNT:$(id -g "$SERVER_ACCOUNT")" "$1"
    fi
}
