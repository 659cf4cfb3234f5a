# shellcheck shell=bash
# What the scripts say to people: always on standard error, so that standard output stays data.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 1
}
