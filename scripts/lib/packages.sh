# shellcheck shell=bash
# Programs that the tests need, installed by apt-get when they are missing, and nothing more.

# Installs packages, without what they merely recommend.
install_packages() {
    command -v apt-get >/dev/null || fail "there is no apt-get here; please install by hand what gives: $*"
    if [ -z "${package_lists_are_fresh:-}" ]; then
        say "updating the package lists"
        as_root apt-get update -qq >&2 || fail "apt-get update failed"
        package_lists_are_fresh=yes
    fi
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        -o DPkg::Lock::Timeout=120 "$@" >/dev/null || fail "these packages could not be installed: $*"
}

# Prints the folder of PostgreSQL's server programs, the newest when there are several.
postgres_programs() {
    local initdb newest=
    for initdb in $(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V); do
        [ -x "$initdb" ] && newest=$initdb
    done
    [ -n "$newest" ] || newest=$(command -v initdb) || return 1
    dirname "$newest"
}

# Prints the library that makes nodes of MariaDB a cluster.
galera_library() {
    local library
    for library in /usr/lib/galera/libgalera_smm.so /usr/lib64/galera-4/libgalera_smm.so; do
        [ ! -e "$library" ] || { printf '%s\n' "$library" && return; }
    done
    return 1
}

# Installs PostgreSQL without the cluster that its package would otherwise make and start on the standard port.
install_postgres() {
    local settings=/etc/postgresql-common/createcluster.conf
    install_packages postgresql-common
    as_root cp -p "$settings" "$settings.before-rev"
    as_root sed -i '1i create_main_cluster = false' "$settings"
    (install_packages postgresql) || {
        as_root mv "$settings.before-rev" "$settings"
        exit 1
    }
    as_root mv "$settings.before-rev" "$settings"
}

# Makes sure of a program by the package that brings it.
need_program() {
    local program=$1
    shift
    # Servers live in sbin, which is not on everyone's path.
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || install_packages "$@"
}

need_postgres_server() { postgres_programs >/dev/null || install_postgres; }
need_mariadb_server() { need_program mariadbd mariadb-server-core; }
need_galera_server() {
    need_mariadb_server
    galera_library >/dev/null || install_packages galera-4
}

# What every test run needs: a linker for Rust, and the shells to which offline SQL is fed.
need_shells() {
    need_program cc gcc libc6-dev
    need_program sqlite3 sqlite3
    need_program psql postgresql-client
    need_program mariadb mariadb-client-core
}

# Debian's package would start a service of its own; policy-rc.d is Debian's way to forbid that while it is installed.
need_pgbouncer() {
    local policy=/usr/sbin/policy-rc.d
    PATH=$PATH:/usr/sbin command -v pgbouncer >/dev/null && return
    if [ -e "$policy" ]; then
        install_packages pgbouncer
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    (install_packages pgbouncer) || {
        as_root rm -f "$policy"
        exit 1
    }
    as_root rm -f "$policy"
}

# What makes the certificates of the servers.
need_openssl() { need_program openssl openssl; }
