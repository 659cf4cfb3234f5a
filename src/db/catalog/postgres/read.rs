//! The message that reads all kinds in one snapshot.

use std::borrow::Cow;

use crate::catalog::Catalog;
use crate::catalog::Unread;
use crate::db::catalog::postgres::found::Found;
use crate::db::catalog::postgres::kinds::READINGS;
use crate::db::catalog::postgres::reading::for_version;
use crate::db::database::Connection;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Dialect;
use crate::journal::Journal;
use crate::journal::Row;

/// Before the queries. The path holds nothing that users make, so that names are printed with their schema; a temporary
/// table of the name of a system table comes after that. The others change how the server prints values.
const BEGIN: &[&str] = &[
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL search_path TO pg_catalog, pg_temp",
    "SET LOCAL datestyle = 'ISO, MDY'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL quote_all_identifiers = off",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL xmloption = 'content'",
    "SET LOCAL standard_conforming_strings = on",
    "SET LOCAL jit = off",
];

/// What is said of objects of any kind, and what they need.
const ABOUT_ALL: &[&str] = &[
    include_str!("comment.sql"),
    include_str!("owner.sql"),
    include_str!("grant.sql"),
    include_str!("alias.sql"),
    include_str!("need.sql"),
    include_str!("unread.sql"),
    "SELECT current_setting('server_version')",
];

/// Reads all kinds, by one message.
pub async fn read(database: &mut Database, journal: &Journal) -> Result<Catalog, Failure> {
    let major = match &database.connection {
        Connection::Postgres(connection) => connection.server_version_num().unwrap_or_default() / 10_000,
        Connection::Sqlite(_) | Connection::Mysql(_) => 0,
    };
    let texts = READINGS.iter().map(|reading| reading.sql).chain(ABOUT_ALL.iter().copied());
    // Their own ends of lines would end up in front of the separators.
    let (schema, version) = (journal.literal(&journal.schema), journal.literal(&journal.version));
    let named = |sql: Cow<'static, str>| match sql.contains(":journal_schema") {
        true => Cow::Owned(sql.replace(":journal_schema", &schema).replace(":version_table", &version)),
        false => sql,
    };
    let queries: Vec<_> = texts.map(|sql| named(for_version(sql.trim_end(), major))).collect();
    let mut message = BEGIN.to_vec();
    message.extend(queries.iter().map(AsRef::as_ref));
    message.push("COMMIT");
    let mut answers = match database.select_as_user(&message).await {
        Ok(answers) => answers.into_iter().skip(BEGIN.len()),
        Err(failure) => {
            if !failure.lost {
                database.select_as_user(&["ROLLBACK"]).await?;
            }
            return Err(failure);
        }
    };
    let mut found = Found::default();
    for (reading, rows) in READINGS.iter().zip(&mut answers) {
        found.add(reading, rows);
    }
    let [comments, owners, grants, aliases, needs, unread, version] =
        std::array::from_fn(|_| answers.next().unwrap_or_default());
    found.alias(aliases);
    found.comment(comments);
    found.own(owners);
    found.grant(grants);
    found.need(needs);
    let version = version.into_iter().flatten().flatten().next().unwrap_or_default();
    let mut catalog = Catalog::empty(Dialect::Postgres, &version);
    found.into_catalog(journal, &mut catalog);
    catalog.unread.extend(unread.iter().filter_map(unread_of));
    catalog.unread.sort();
    Ok(catalog)
}

fn unread_of(row: &Row) -> Option<Unread> {
    let [Some(kind), Some(name), Some(reason)] = row.as_slice() else { return None };
    Some(Unread { kind: kind.clone(), name: name.clone(), reason: reason.clone() })
}
