# shellcheck shell=bash
# The servers of every test run, and the variables in which the tests find them. What a variable names already is used as
# it is.

readonly FLEET=(postgres mariadb galera postgres18 mysql pgbouncer pgbouncer18)

# Prints the variable of a server: variable_of NAME
variable_of() { printf 'REV_TEST_%s\n' "${1^^}"; }

# Prints those of FLEET that nobody has named.
missing_of_fleet() {
    local name variable
    for name in "${FLEET[@]}"; do
        variable=$(variable_of "$name")
        [ -n "${!variable:-}" ] || printf '%s\n' "$name"
    done
}

# Makes sure of what these servers need, one after the other: need_fleet NAME…
need_fleet() {
    local name
    need_tools
    need_program openssl openssl
    for name in "$@"; do
        case $name in
            pgbouncer*) need_pgbouncer ;;
            *) "need_${name}_server" ;;
        esac
    done
}

# Starts these servers below a folder: start_fleet FOLDER NAME… ; the poolers last, since they stand before others.
start_fleet() {
    local folder=$1 name servers=() poolers=() started=0
    shift
    make_certificates "$folder"
    for name in "$@"; do
        case $name in
            pgbouncer*) poolers+=("$name") ;;
            *) servers+=("$name") ;;
        esac
    done
    start_at_once "$folder" "${servers[@]}" || return
    # shellcheck disable=SC2310 # what fails to start is told by its own message
    for name in "${poolers[@]}"; do
        start_pgbouncer "$folder/$name" "$(url_of "$folder" "postgres${name#pgbouncer}")" || started=1
    done
    return "$started"
}

# Prints the URL of a server, one that was started here or one that is named already: url_of FOLDER NAME
url_of() {
    local variable
    variable=$(variable_of "$2")
    if [ -r "$1/$2/url" ]; then
        cat "$1/$2/url"
    else
        printf '%s\n' "${!variable}"
    fi
}

# Names servers that were started to the tests: export_fleet FOLDER NAME…
export_fleet() {
    local folder=$1 name
    shift
    for name in "$@"; do
        export "$(variable_of "$name")=$(url_of "$folder" "$name")"
    done
}
