//! The parameters of PostgreSQL's programs, the variables that stand for them, and what becomes of each here.

use std::collections::BTreeMap;

use crate::config::environment::Environment;
use crate::config::url::server::SSL_CERT;
use crate::config::url::server::SSL_KEY;
use crate::config::url::server::SSL_MODE;
use crate::config::url::server::SSL_ROOT_CERT;

/// A parameter of libpq's.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) spellings: &'static [&'static str],
    variable: Option<&'static str>,
    use_: Use,
}

/// What becomes of a parameter. Nothing is passed over that would weaken a connection or lead to another database.
enum Use {
    /// It is done.
    Done,
    /// It makes no difference to what rev does: how soon a dead connection is noticed, or a way to log in that is not used.
    Ignored,
    /// Only these values can be done.
    Only(&'static [&'static str], &'static str),
    /// It cannot be done.
    Refused(&'static str),
}

const fn done(name: &'static str, variable: &'static str) -> Parameter {
    Parameter { name, spellings: &[], variable: Some(variable), use_: Use::Done }
}

const fn spelled((name, spellings): (&'static str, &'static [&'static str]), variable: &'static str) -> Parameter {
    Parameter { name, spellings, variable: Some(variable), use_: Use::Done }
}

const fn plain(name: &'static str, use_: Use) -> Parameter {
    Parameter { name, spellings: &[], variable: None, use_ }
}

const fn with(name: &'static str, variable: &'static str, use_: Use) -> Parameter {
    Parameter { name, spellings: &[], variable: Some(variable), use_ }
}

const NO_REVOCATION: &str = "lists of revoked certificates are not read; without it, none is";
const NO_GSS: &str = "rev cannot encrypt by GSSAPI; use `sslmode`";
const NO_BINDING: &str =
    "rev's driver cannot bind the password to the channel; `sslmode=verify-full` proves who the server is";

pub(super) const PARAMETERS: &[Parameter] = &[
    done("host", "PGHOST"),
    done("hostaddr", "PGHOSTADDR"),
    done("port", "PGPORT"),
    done("dbname", "PGDATABASE"),
    done("user", "PGUSER"),
    done("password", "PGPASSWORD"),
    done("passfile", "PGPASSFILE"),
    done("service", "PGSERVICE"),
    done("servicefile", "PGSERVICEFILE"),
    spelled(SSL_MODE, "PGSSLMODE"),
    spelled(SSL_ROOT_CERT, "PGSSLROOTCERT"),
    spelled(SSL_CERT, "PGSSLCERT"),
    spelled(SSL_KEY, "PGSSLKEY"),
    done("application_name", "PGAPPNAME"),
    plain("fallback_application_name", Use::Done),
    done("options", "PGOPTIONS"),
    done("connect_timeout", "PGCONNECT_TIMEOUT"),
    done("target_session_attrs", "PGTARGETSESSIONATTRS"),
    with(
        "sslcertmode",
        "PGSSLCERTMODE",
        Use::Only(&["disable", "allow"], "that a server asks for a certificate is not seen"),
    ),
    // Any order is one that chance gives.
    with("load_balance_hosts", "PGLOADBALANCEHOSTS", Use::Only(&["disable", "random"], "it is disable or random")),
    plain("client_encoding", Use::Only(&["utf8", "utf-8", "unicode", "auto"], "scripts are UTF-8, and sent as such")),
    with("channel_binding", "PGCHANNELBINDING", Use::Only(&["disable", "prefer"], NO_BINDING)),
    with("gssencmode", "PGGSSENCMODE", Use::Only(&["disable", "prefer"], NO_GSS)),
    with("requiressl", "PGREQUIRESSL", Use::Only(&["0"], "write `sslmode=require`")),
    with("sslsni", "PGSSLSNI", Use::Only(&["1"], "the host's name is always sent")),
    with(
        "sslnegotiation",
        "PGSSLNEGOTIATION",
        Use::Only(&["postgres"], "encryption is asked for as before PostgreSQL 17"),
    ),
    with(
        "ssl_min_protocol_version",
        "PGSSLMINPROTOCOLVERSION",
        Use::Only(&["tlsv1", "tlsv1.1", "tlsv1.2"], "the least is TLSv1.2"),
    ),
    with("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", Use::Only(&["tlsv1.3"], "the newest is TLSv1.3")),
    plain("min_protocol_version", Use::Only(&["3.0"], "rev's driver speaks 3.0")),
    plain("max_protocol_version", Use::Ignored),
    plain("replication", Use::Only(&["false", "off", "no", "0"], "a session for replication runs no scripts")),
    plain("sslpassword", Use::Refused("a key with a password cannot be read; write it without one")),
    with("sslcrl", "PGSSLCRL", Use::Refused(NO_REVOCATION)),
    with("sslcrldir", "PGSSLCRLDIR", Use::Refused(NO_REVOCATION)),
    with("requirepeer", "PGREQUIREPEER", Use::Refused("who has the server's socket is not looked at")),
    with("require_auth", "PGREQUIREAUTH", Use::Refused("how the server asks for the password is its choice")),
    plain("scram_client_key", Use::Refused("rev logs in with a password")),
    plain("scram_server_key", Use::Refused("rev logs in with a password")),
    plain("oauth_issuer", Use::Refused("rev cannot log in by OAuth")),
    plain("oauth_client_id", Use::Refused("rev cannot log in by OAuth")),
    plain("oauth_client_secret", Use::Refused("rev cannot log in by OAuth")),
    plain("oauth_scope", Use::Refused("rev cannot log in by OAuth")),
    with("sslcompression", "PGSSLCOMPRESSION", Use::Ignored),
    with("krbsrvname", "PGKRBSRVNAME", Use::Ignored),
    with("gsslib", "PGGSSLIB", Use::Ignored),
    with("gssdelegation", "PGGSSDELEGATION", Use::Ignored),
    plain("keepalives", Use::Ignored),
    plain("keepalives_idle", Use::Ignored),
    plain("keepalives_interval", Use::Ignored),
    plain("keepalives_count", Use::Ignored),
    plain("tcp_user_timeout", Use::Ignored),
];

/// What is said of a connection so far, by parameter.
#[derive(Default)]
pub(super) struct Given {
    values: BTreeMap<&'static str, String>,
    /// Where a value comes from, if not from the URL.
    origins: BTreeMap<&'static str, String>,
}

impl Given {
    /// Takes the parameters of a URL.
    pub(super) fn of_url(values: BTreeMap<&'static str, String>) -> Self {
        Self { values, origins: BTreeMap::new() }
    }

    /// Fills a gap; what is known already stays.
    pub(super) fn fill(&mut self, name: &'static str, value: String, origin: &str) {
        if !self.values.contains_key(name) {
            self.values.insert(name, value);
            self.origins.insert(name, origin.to_owned());
        }
    }

    /// Fills the gaps from the variables.
    pub(super) fn fill_from_variables(&mut self, environment: &Environment) {
        for parameter in PARAMETERS {
            let variable = parameter.variable.and_then(|name| Some((name, environment.get_filled(name)?)));
            if let Some((variable, value)) = variable {
                self.fill(parameter.name, value.to_owned(), variable);
            }
        }
    }

    /// Returns the value of a parameter, if it has one that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns what to call a parameter in a message: the variable that gave it, if one did.
    pub(super) fn origin<'a>(&'a self, name: &'a str) -> &'a str {
        self.origins.get(name).map_or(name, String::as_str)
    }

    /// Refuses what cannot be done.
    pub(super) fn check(&self) -> Result<(), String> {
        for parameter in PARAMETERS {
            let Some(value) = self.get(parameter.name) else { continue };
            let reason = match parameter.use_ {
                Use::Done | Use::Ignored => continue,
                Use::Only(values, _) if values.iter().any(|known| known.eq_ignore_ascii_case(value)) => continue,
                Use::Only(_, reason) | Use::Refused(reason) => reason,
            };
            return Err(format!("what its `{}` asks cannot be done: {reason}", self.origin(parameter.name)));
        }
        Ok(())
    }
}
