# shellcheck shell=bash
# Certificates for one run: an authority, and what it says of 127.0.0.1. The keys protect nothing and are gone with it;
# they hold for years because a test may believe in another day.

# make_certificates FOLDER ; leaves ca.pem, server.pem and server.key in FOLDER/tls.
make_certificates() {
    local folder=$1/tls
    mkdir "$folder"
    chmod 755 "$folder"
    (
        cd "$folder" || exit
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=rev tests' \
            -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.pem &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=localhost' \
                -keyout server.key -out server.csr &&
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out server.pem \
                -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n')
    ) >"$folder/log" 2>&1 || {
        cat "$folder/log" >&2
        fail "the certificates could not be made"
    }
    chmod 644 "$folder"/*.pem
    chmod 600 "$folder/server.key"
    give_to_server "$folder/server.key"
}

# Prints the folder of the certificates beside a server's folder, if there are any.
certificates_beside() {
    local folder
    folder=$(dirname "$1")/tls
    [ ! -f "$folder/server.pem" ] || printf '%s\n' "$folder"
}
