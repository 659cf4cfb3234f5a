//! Which tool wrote a file of SQL, by what stands at its beginning.

use crate::dialect::Dialect;

/// Where a dump comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A database of this kind.
    Database(Dialect),
    /// All databases and roles of a PostgreSQL server.
    Cluster,
}

/// How much of a file is looked at.
const HEAD: usize = 8192;

/// What stands in the heads of dumps, and what that means; the first that is there counts.
const MARKS: &[(&str, Origin)] = &[
    ("-- rev dump of postgres", Origin::Database(Dialect::Postgres)),
    ("-- rev dump of mariadb", Origin::Database(Dialect::Mariadb)),
    ("-- rev dump of mysql", Origin::Database(Dialect::Mysql)),
    ("-- rev dump of sqlite", Origin::Database(Dialect::Sqlite)),
    ("-- PostgreSQL database cluster dump", Origin::Cluster),
    ("-- PostgreSQL database dump", Origin::Database(Dialect::Postgres)),
    ("-- Dumped by pg_dump", Origin::Database(Dialect::Postgres)),
    ("\\restrict ", Origin::Database(Dialect::Postgres)),
    ("SELECT pg_catalog.", Origin::Database(Dialect::Postgres)),
    ("/*M!", Origin::Database(Dialect::Mariadb)),
    ("-- MariaDB dump", Origin::Database(Dialect::Mariadb)),
    ("-MariaDB", Origin::Database(Dialect::Mariadb)), // the version of the server, as the others write it
    ("-- MySQL dump", Origin::Database(Dialect::Mysql)),
    ("-- phpMyAdmin SQL Dump", Origin::Database(Dialect::Mysql)),
    ("/*!40", Origin::Database(Dialect::Mysql)),
    ("PRAGMA foreign_keys", Origin::Database(Dialect::Sqlite)),
    ("BEGIN TRANSACTION;\nCREATE TABLE", Origin::Database(Dialect::Sqlite)),
];

impl Origin {
    /// Reads the beginning of a file.
    pub(super) fn of(text: &str) -> Option<Self> {
        let head = &text[..text.floor_char_boundary(HEAD.min(text.len()))];
        MARKS.iter().find(|(mark, _)| head.contains(mark)).map(|(_, origin)| *origin)
    }

    /// Returns the kind of database.
    pub(super) fn dialect(self) -> Option<Dialect> {
        match self {
            Self::Database(dialect) => Some(dialect),
            Self::Cluster => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_known_by_their_first_lines() {
        let check = |text: &str, expected| assert_eq!(Origin::of(text).map(Origin::dialect), expected, "{text}");
        check("-- rev dump of mariadb at a1, b2\n", Some(Some(Dialect::Mariadb)));
        check("--\n-- PostgreSQL database dump\n--\n\n\\restrict a\n", Some(Some(Dialect::Postgres)));
        check("--\n-- PostgreSQL database cluster dump\n--\n", Some(None));
        check("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", Some(Some(Dialect::Mariadb)));
        check("-- MySQL dump 10.13  Distrib 8.0.36\n--\n-- Server version\t8.0.36\n", Some(Some(Dialect::Mysql)));
        check("-- phpMyAdmin SQL Dump\n-- Server version: 10.11.6-MariaDB\n", Some(Some(Dialect::Mariadb)));
        check("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", Some(Some(Dialect::Sqlite)));
        check("CREATE TABLE t (a int);\n", None);
    }
}
