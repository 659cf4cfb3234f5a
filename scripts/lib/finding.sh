# shellcheck shell=bash
# What findings about MySQL have in common.

# Starts the MySQL of Debian sid until the script ends, and fails where it is another version than what was looked at:
# start_mysql_of_finding VERSION
start_mysql_of_finding() {
    local version
    need_program mariadb mariadb-client-core
    finding_folder=$(make_servers_folder)
    stop_servers_at_exit "$finding_folder"
    mkdir "$finding_folder/packages"
    fetch_packages "$finding_folder/packages" sid mysql-server-core
    chmod -R a+rX "$finding_folder/packages"
    start_unpacked_mysql "$finding_folder/server" "$finding_folder/packages"
    version=$(ask 'SELECT VERSION()')
    case $version in
        "$1"*) ;;
        *) fail "this was seen on MySQL $1, and the package is $version now: look again" ;;
    esac
}

# Sends statements to it and prints what it answers, also errors.
ask() {
    mariadb --no-defaults --skip-ssl --host=127.0.0.1 --port="$(cat "$finding_folder/server/port")" --user=root \
        --default-character-set=utf8mb4 --skip-column-names --batch --execute="$1" 2>&1
}
