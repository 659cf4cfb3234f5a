#!/usr/bin/env bash
# MySQL 9.7.4 (Debian sid's mysql-server-core): whoever reads information_schema.processlist gets error 3854 for as long as
# anybody on the server runs a statement with a character beyond the Basic Multilingual Plane, such as an emoji in a string
# literal. It does not matter which columns are asked for: `SELECT id` fails as well. The view is filled as utf8mb3.
#
# What one would guess: that a list of connections does not depend on what they are running. What works instead:
# SHOW FULL PROCESSLIST, and performance_schema.processlist.
#
# Seen:
#   ERROR 3854 (HY000) at line 1: Cannot convert string '…' from utf8mb4 to utf8mb3
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

ask "SELECT SLEEP(20), '🦀'" >/dev/null &
for _ in $(seq 100); do
    ask 'SHOW FULL PROCESSLIST' | grep -q 'SLEEP(20)' && break
    sleep 0.1
done
seen=$(ask 'SELECT id FROM information_schema.processlist' || true)
printf 'information_schema.processlist: %s\n' "$seen"
shown=$(ask 'SHOW FULL PROCESSLIST' | grep 'SLEEP(20)')
printf 'SHOW FULL PROCESSLIST:          %s\n' "$shown"
other=$(ask "SELECT info FROM performance_schema.processlist WHERE info LIKE 'SELECT SLEEP(20)%'")
printf 'performance_schema.processlist: %s\n' "$other"
grep -q 'ERROR 3854' <<<"$seen" || fail "information_schema.processlist answers now"
for list in "$shown" "$other"; do
    grep -q '🦀' <<<"$list" || fail "the other two lists do not show the statement"
done
