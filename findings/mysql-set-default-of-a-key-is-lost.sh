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
for part in say account packages server tls mariadb mysql more_servers finding; do
    # shellcheck source=/dev/null
    . "scripts/lib/$part.sh"
done

start_mysql_of_finding 9.7.4

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
