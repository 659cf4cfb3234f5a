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

# Prints the folder of PostgreSQL's server programs: what REV_TEST_POSTGRES_PROGRAMS says, else the newest of the system's.
postgres_programs() {
    local initdb newest=
    if [ -n "${REV_TEST_POSTGRES_PROGRAMS:-}" ]; then
        printf '%s\n' "$REV_TEST_POSTGRES_PROGRAMS"
        return
    fi
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

# Makes sure of programs by the packages that bring them: need_program PROGRAM PACKAGE… ; those of the shell itself do not
# count, since tests call them from outside of one.
need_program() {
    local program=$1
    shift
    # Servers live in sbin, which is not on everyone's path.
    has_program "$program" && return
    install_packages "$@"
    has_program "$program" || fail "the package $1 was installed, and there still is no $program"
}

has_program() { PATH=$PATH:/usr/sbin:/sbin type -P "$1" >/dev/null; }

# What every script here stands on besides bash and what each system has: as_server and run_server.
need_tools() {
    need_program setpriv util-linux
    need_program setsid util-linux
    need_program ldd libc-bin
}

need_postgres_server() { postgres_programs >/dev/null || install_postgres; }

# mariadb-install-db asks my_print_defaults and resolveip, and Debian has the former among the client's programs.
need_mariadb_server() {
    need_program mariadbd mariadb-server-core
    need_program mariadb-install-db mariadb-server-core
    need_program resolveip mariadb-server-core
    need_program my_print_defaults mariadb-client-core
}

# The nodes bring each other their data with tar.
need_galera_server() {
    need_mariadb_server
    galera_library >/dev/null || install_packages galera-4
    need_program tar tar
}

# What every test run needs: a linker for Rust, the shells to which offline SQL is fed, and what tests and the sessions of
# the documentation call.
need_shells() {
    need_program cc gcc libc6-dev
    need_program sqlite3 sqlite3
    need_program psql postgresql-client
    need_program mariadb mariadb-client-core
    need_program git git
    need_program kill procps
    need_program script bsdutils
    need_program sed sed
    need_program grep grep
}

# A Python that can make virtual environments, as pip wants one.
need_python() {
    need_program python3 python3
    python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
}

# Debian's package would start a service of its own; policy-rc.d is Debian's way to forbid that while it is installed.
need_pgbouncer() {
    local policy=/usr/sbin/policy-rc.d
    has_program pgbouncer && return
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
