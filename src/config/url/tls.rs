//! How a connection is encrypted, and how the server proves who it is.

use std::path::PathBuf;

/// The encryption of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// How much is asked of it.
    pub mode: TlsMode,
    /// The certificates that may vouch for the server, in PEM; nothing means those that are built in.
    pub root_cert: Option<PathBuf>,
    /// The client's own certificate and its key, in PEM.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// How much is asked of the encryption, in PostgreSQL's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// None.
    Disable,
    /// Only if the server insists (PostgreSQL).
    Allow,
    /// If the server can.
    #[default]
    Prefer,
    /// Always; the server may be anyone.
    Require,
    /// Always, and a known authority vouches for the server.
    VerifyCa,
    /// Always, and a known authority vouches for the server under the host's name.
    VerifyFull,
}

impl TlsMode {
    /// Reads a mode as PostgreSQL, MySQL (`VERIFY_IDENTITY`) and SQLAlchemy's drivers (`ssl=true`) write it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "disable" | "disabled" | "false" => Ok(Self::Disable),
            "allow" => Ok(Self::Allow),
            "prefer" | "preferred" => Ok(Self::Prefer),
            "require" | "required" | "true" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" | "verify-identity" => Ok(Self::VerifyFull),
            _ => Err("its `sslmode` is none, which is disable, prefer, require, verify-ca or verify-full".to_owned()),
        }
    }
}

impl Tls {
    /// Puts together what was given, asking for as much as the files allow: who names an authority wants it used.
    pub(super) fn new(
        mode: Option<TlsMode>,
        root_cert: Option<PathBuf>,
        cert: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Result<Self, String> {
        let identity = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err("`sslcert` and `sslkey` need each other".to_owned()),
        };
        // PostgreSQL's word for the authorities that everyone trusts; with those, only the host's name tells a server.
        if root_cert.as_ref().is_some_and(|path| path.as_os_str() == "system") {
            return match mode {
                None | Some(TlsMode::VerifyFull) => Ok(Self { mode: TlsMode::VerifyFull, root_cert: None, identity }),
                Some(_) => Err("`sslrootcert=system` needs `sslmode=verify-full`".to_owned()),
            };
        }
        let mode = match mode {
            None | Some(TlsMode::Require) if root_cert.is_some() => TlsMode::VerifyCa,
            mode => mode.unwrap_or_default(),
        };
        Ok(Self { mode, root_cert, identity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mode: Option<TlsMode>, root_cert: Option<&str>, expected: Option<(TlsMode, Option<&str>)>) {
        let tls = Tls::new(mode, root_cert.map(PathBuf::from), None, None).ok();
        assert_eq!(
            tls.map(|tls| (tls.mode, tls.root_cert)),
            expected.map(|(mode, cert)| (mode, cert.map(PathBuf::from)))
        );
    }

    #[test]
    fn an_authority_that_is_named_is_used() {
        check(None, None, Some((TlsMode::Prefer, None)));
        check(None, Some("ca.pem"), Some((TlsMode::VerifyCa, Some("ca.pem"))));
        check(Some(TlsMode::Require), Some("ca.pem"), Some((TlsMode::VerifyCa, Some("ca.pem"))));
        check(Some(TlsMode::Require), None, Some((TlsMode::Require, None)));
        check(Some(TlsMode::VerifyFull), Some("ca.pem"), Some((TlsMode::VerifyFull, Some("ca.pem"))));
        check(Some(TlsMode::Disable), Some("ca.pem"), Some((TlsMode::Disable, Some("ca.pem"))));
    }

    #[test]
    fn the_authorities_of_everyone_need_the_name_of_the_host() {
        check(None, Some("system"), Some((TlsMode::VerifyFull, None)));
        check(Some(TlsMode::Require), Some("system"), None);
    }

    #[test]
    fn a_certificate_needs_its_key() {
        assert!(Tls::new(None, None, Some("cert.pem".into()), None).is_err());
    }

    #[test]
    fn modes_are_read_as_each_server_writes_them() {
        for (text, mode) in [("verify-full", TlsMode::VerifyFull), ("VERIFY_IDENTITY", TlsMode::VerifyFull)] {
            assert_eq!(TlsMode::parse(text), Ok(mode));
        }
        assert!(TlsMode::parse("verify").is_err());
    }
}
