#!/usr/bin/env bash
# MySQL 9.7.4 (Debian sid's mysql-server-core): ALTER TABLE … ALTER COLUMN c SET DEFAULT (expression) on a column of the primary
# key reports success, gives no warning, and sets no default. information_schema then says DEFAULT_GENERATED of a column whose
# default is NULL. The same statement works on a column with another unique key, with a literal on the key itself, and MODIFY
# COLUMN with the same expression works, too.
#
# What one would guess: that a statement which succeeds has set the default, as it does for every other column.
#
# Ends with 0 while MySQL behaves so.
set -euo pipefail
repository=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$repository"
for part in say account packages server tls mariadb mysql more_servers; do
    # shellcheck source=/dev/null
    . "scripts/lib/$part.sh"
done

readonly VERSION=9.7.4
need_program mariadb mariadb-client-core
folder=$(make_servers_folder)
stop_servers_at_exit "$folder"
mkdir "$folder/packages"
fetch_packages "$folder/packages" sid mysql-server-core
chmod -R a+rX "$folder/packages"
start_unpacked_mysql "$folder/server" "$folder/packages"
ask() {
    mariadb --no-defaults --skip-ssl --host=127.0.0.1 --port="$(cat "$folder/server/port")" --user=root \
        --default-character-set=utf8mb4 --skip-column-names --batch --execute="$1" 2>&1
}

version=$(ask 'SELECT VERSION()')
case $version in
    "$VERSION"*) ;;
    *) fail "this was seen on MySQL $VERSION, and the package is $version now: look again" ;;
esac

ask 'CREATE DATABASE d'
# Prints what the default of `id` is after one statement: seen KEY STATEMENT
seen() {
    ask "USE d; DROP TABLE IF EXISTS t; CREATE TABLE t (id varchar(36) NOT NULL $1); ALTER TABLE t $2; SHOW WARNINGS;
        SELECT CONCAT_WS('|', IFNULL(column_default, 'NULL'), extra) FROM information_schema.columns
        WHERE table_schema = 'd' AND table_name = 't' AND column_name = 'id'"
}
expect() {
    local found
    found=$(seen "$1" "$2")
    printf '%-11s  %-50s  %s\n' "$1" "$2" "$found"
    [ "$found" = "$3" ] || fail "it is not $3"
}
expect 'PRIMARY KEY' 'ALTER COLUMN id SET DEFAULT (uuid())' 'NULL|DEFAULT_GENERATED'
expect 'PRIMARY KEY' "ALTER COLUMN id SET DEFAULT (concat('a', 'b'))" 'NULL|DEFAULT_GENERATED'
expect 'UNIQUE' 'ALTER COLUMN id SET DEFAULT (uuid())' 'uuid()|DEFAULT_GENERATED'
expect 'PRIMARY KEY' "ALTER COLUMN id SET DEFAULT 'a'" 'a|'
expect 'PRIMARY KEY' 'MODIFY COLUMN id varchar(36) NOT NULL DEFAULT (uuid())' 'uuid()|DEFAULT_GENERATED'
