# shellcheck shell=bash
# Another machine on another day, as far as a process can tell. `repository` is the folder of this clone.

# Who is not the user that runs the tests, if that is root. The database's programs want an account that exists.
readonly SOMEBODY_ELSE=daemon

# How far away that day is; libfaketime takes one number and one unit.
readonly ANOTHER_DAY=+401d

need_elsewhere() {
    clock_library >/dev/null || install_packages faketime
    clock_library >/dev/null || fail "libfaketime was installed, and there is no libfaketimeMT.so.1"
    is_root || { say "elsewhere is the same user: only root can be another" && return; }
    # shellcheck disable=SC2154,SC2310 # whoever uses this sets `repository`; it is a question
    can_be_somebody_else || say "elsewhere is the same user: $SOMEBODY_ELSE cannot read $repository"
}

# Prints the library that gives a process another clock.
clock_library() {
    local library
    for library in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib*/faketime/libfaketimeMT.so.1 \
        /usr/local/lib/faketime/libfaketimeMT.so.1; do
        [ ! -r "$library" ] || { printf '%s\n' "$library" && return; }
    done
    return 1
}

# Sets `there` to what stands before a command: elsewhere PLACE, a folder with a `tmp` and a `home`.
elsewhere() {
    local place=$1 library
    there=()
    # shellcheck disable=SC2310 # it is a question
    if is_root && can_be_somebody_else; then
        chown "$SOMEBODY_ELSE:" "$place/tmp" "$place/home"
        # A name for the machine takes root's rights, which are given up after it.
        if unshare --uts sh -c 'echo elsewhere >/proc/sys/kernel/hostname' 2>/dev/null; then
            # shellcheck disable=SC2016 # the arguments of that shell
            there+=(unshare --uts sh -c 'echo elsewhere >/proc/sys/kernel/hostname; exec "$@"' sh)
        fi
        there+=(setpriv --reuid="$SOMEBODY_ELSE" --regid="$(id -g "$SOMEBODY_ELSE")" --clear-groups --inh-caps=-all)
    fi
    there+=(
        env "TMPDIR=$place/tmp" "HOME=$place/home" USER=mallory LOGNAME=mallory USERNAME=mallory "TZ=<+1345>-13:45"
        LC_ALL=C LANG=de_DE.UTF-8 LANGUAGE=de COLUMNS=37 CLICOLOR_FORCE=1 EDITOR=false VISUAL=false PAGER=false
        DATABASE_URL=postgres://mallory@127.0.0.1:1/elsewhere REV_URL=sqlite:/nowhere/elsewhere.db REV_ENV=elsewhere
        PGUSER=mallory PGPASSWORD=elsewhere PGDATABASE=elsewhere PGSSLMODE=verify-full PGAPPNAME=elsewhere
        MYSQL_HOST=192.0.2.1 MYSQL_TCP_PORT=1 MYSQL_PWD=elsewhere
        GIT_DIR=/nowhere GIT_INDEX_FILE=/nowhere/index GIT_AUTHOR_NAME= "INSTA_WORKSPACE_ROOT=$repository"
    )
    library=$(clock_library) || fail "libfaketime is missing; scripts/test --elsewhere installs it"
    # Waiting takes as long as ever.
    there+=("LD_PRELOAD=$library" "FAKETIME=$ANOTHER_DAY" FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1)
}

# Whether somebody else may read this repository; a clone in root's home is closed to others.
can_be_somebody_else() {
    setpriv --reuid="$SOMEBODY_ELSE" --regid="$(id -g "$SOMEBODY_ELSE")" --clear-groups --inh-caps=-all \
        test -r "$repository/Cargo.toml" 2>/dev/null
}
