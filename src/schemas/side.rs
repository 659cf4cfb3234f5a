//! One side of a comparison, in words.

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

use crate::config::Environment;
use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::graph::Target;

/// Where a schema is, or how it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The configured database, as it is.
    Live,
    /// What the revisions make that are applied to the configured database.
    Applied,
    /// What the schema should be, by the configuration.
    Model,
    /// What the scripts make up to a target.
    Target(Target),
    /// The database of an environment.
    Environment(String),
    /// The database of a URL.
    Url(String),
    /// What a file of SQL makes.
    File(PathBuf),
}

impl FromStr for Side {
    type Err = Error;

    /// Reads `live`, `applied`, `model`, `env:NAME`, `file:PATH`, a URL, and else a target.
    fn from_str(text: &str) -> Result<Self, Error> {
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        let is_url = text.contains("://") || scheme.eq_ignore_ascii_case("sqlite");
        Ok(match text {
            "live" => Self::Live,
            "applied" => Self::Applied,
            "model" => Self::Model,
            _ if is_url => Self::Url(text.to_owned()),
            _ if scheme == "env" => Self::Environment(text[4..].to_owned()),
            _ if scheme == "file" => Self::File(text[5..].into()),
            _ => Self::Target(text.parse::<Target>()?),
        })
    }
}

impl fmt::Display for Side {
    /// Writes it as it is read; of a URL, which may hold a password, the address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live => f.write_str("live"),
            Self::Applied => f.write_str("applied"),
            Self::Model => f.write_str("model"),
            Self::Target(target) => write!(f, "{target}"),
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::Url(text) => match DatabaseUrl::parse(text, Path::new(""), &Environment::default()) {
                Ok(url) => write!(f, "{url}"),
                Err(_) => f.write_str("the database of the URL"),
            },
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_known_by_its_word() {
        let read = |text: &str| text.parse::<Side>().unwrap();
        assert_eq!(read("live"), Side::Live);
        assert_eq!(read("model"), Side::Model);
        assert_eq!(read("env:prod"), Side::Environment("prod".to_owned()));
        assert_eq!(read("file:a/b.sql"), Side::File("a/b.sql".into()));
        assert_eq!(read("sqlite:app.db"), Side::Url("sqlite:app.db".to_owned()));
        for text in ["head", "base", "shop@head", "a1", "+1"] {
            assert_eq!(read(text).to_string(), text);
        }
        let shown = read("postgres://u:s3cret@h/d").to_string();
        assert_eq!(shown, "postgres://u:***@h:5432/d");
        assert_eq!(read("sqlite:a/b.db").to_string(), "sqlite:a/b.db");
        let shown = read("postgres://u:s3cret@h:x/d?passwrod=s3cret").to_string();
        assert!(!shown.contains("s3cret"));
    }
}
