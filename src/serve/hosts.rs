//! The names by which the server may be called: a page of somebody else's must not read what only this network sees.

use std::net::IpAddr;

/// Names for the `Host` header besides addresses and `localhost`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Takes more names, without ports; case does not matter.
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Returns whether `host`, as a browser sends it, is a name of this server.
    ///
    /// An address is: only a name can be made to lead elsewhere after a page was loaded.
    pub(super) fn allow(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else { return false };
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let name = name.to_ascii_lowercase();
        address.parse::<IpAddr>().is_ok() || name == "localhost" || self.0.contains(&name)
    }
}

/// Returns a host without its port, if the port is one.
fn without_port(host: &str) -> Option<&str> {
    let end = match host.starts_with('[') {
        true => host.find(']')? + 1,
        false => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(end);
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    is_port.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, expected: bool) {
        let hosts = Hosts::new(&["rev.example.com".to_owned(), "Intern".to_owned()]);
        assert_eq!(hosts.allow(host), expected, "{host:?}");
    }

    #[test]
    fn addresses_and_given_names_are_allowed() {
        for host in ["127.0.0.1", "127.0.0.1:8321", "10.2.3.4:80", "[::1]:8321", "[::1]", "localhost", "LOCALHOST:1"] {
            check(host, true);
        }
        check("rev.example.com:443", true);
        check("intern", true);
    }

    #[test]
    fn other_names_are_not() {
        for host in ["evil.example.com", "localhost.evil.com", "127.0.0.1.evil.com", "rev.example.com.evil.com", ""] {
            check(host, false);
        }
        for host in ["localhost:", "localhost:x", "localhost:99999", "[::1", "[::1]x", "user@localhost", "a:b:c"] {
            check(host, false);
        }
    }
}
