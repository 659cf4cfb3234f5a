#!/usr/bin/env bash
# MySQL 9.7.4 (Debian sid's mysql-server-core): CREATE TABLE … AS SELECT @@autocommit stores 0 in a session whose autocommit
# is 1. INSERT … SELECT @@autocommit and a plain SELECT give 1 in the same session.
#
# What one would guess: that a statement which copies settings of the session into a table copies them as they are. The
# server switches autocommit off for the time of this one statement, and lets the statement see it.
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

seen=$(ask 'CREATE DATABASE d; USE d; SELECT @@autocommit; CREATE TABLE t AS SELECT @@autocommit AS a; SELECT a FROM t;
    DELETE FROM t; INSERT INTO t SELECT @@autocommit; SELECT a FROM t; SELECT @@autocommit' | tr '\n' ' ')
printf 'SELECT, CREATE TABLE … AS SELECT, INSERT … SELECT, SELECT: %s\n' "$seen"
[ "$seen" = '1 0 1 1 ' ] || fail "it is not 1 0 1 1"
