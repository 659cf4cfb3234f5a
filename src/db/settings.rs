//! The settings that the driver forces on a session of PostgreSQL, and what the server would have given instead.

use crate::config::url::ServerUrl;
use crate::db::database::Connection;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::journal::Row;

/// What the driver writes into its start-up message, which goes before all that the server has for a database or a role.
///
/// It also forces `client_encoding`, but that is right: the scripts are UTF-8.
const FORCED: [&str; 2] = ["DateStyle", "TimeZone"];

/// Returns the name of a forced setting as PostgreSQL writes it.
pub fn forced(name: &str) -> Option<&'static str> {
    FORCED.into_iter().find(|forced| forced.eq_ignore_ascii_case(name))
}

/// How a session must be changed to be what another client's would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usual {
    /// Settings with which the database must be connected to again, since what a session begins with is what `RESET`
    /// returns to.
    pub begin: Vec<(String, String)>,
    /// What puts a session right that was a pooler's before, and what must be said again whenever all was reset.
    pub again: Vec<String>,
    /// Settings whose value on the server nobody could find out: they are the driver's.
    pub unknown: Vec<&'static str>,
}

/// Takes from a pooler's session what others left in it; it does nothing to a new one.
const CLEAN: [&str; 6] =
    ["RESET SESSION AUTHORIZATION", "RESET ALL", "CLOSE ALL", "DEALLOCATE ALL", "DISCARD TEMP", "UNLISTEN *"];

/// What the settings are after a reset, and who made them so: `client` is this driver, and where it is not, a pooler
/// stands between, whose session began without it.
const FOUND: &str = "SELECT s.name, s.setting, s.source, s.boot_val FROM pg_catalog.pg_settings s \
     WHERE s.name OPERATOR(pg_catalog.=) ANY (ARRAY['DateStyle', 'TimeZone', 'client_encoding'])";

/// What was set for this role in this database, this role, this database, and all, in this order.
const STORED: &str = "SELECT pg_catalog.lower(pg_catalog.split_part(s.setting, '=', 1)), \
     pg_catalog.substr(s.setting, pg_catalog.strpos(s.setting, '=') OPERATOR(pg_catalog.+) 1) \
     FROM (SELECT pg_catalog.unnest(r.setconfig) AS setting, r.setdatabase AS d, r.setrole AS u \
     FROM pg_catalog.pg_db_role_setting r) s \
     LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.d \
     LEFT JOIN pg_catalog.pg_roles u ON u.oid OPERATOR(pg_catalog.=) s.u \
     WHERE (s.d OPERATOR(pg_catalog.=) 0 OR d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) \
     AND (s.u OPERATOR(pg_catalog.=) 0 OR u.rolname OPERATOR(pg_catalog.=) session_user) \
     ORDER BY CASE WHEN s.u OPERATOR(pg_catalog.<>) 0 THEN 0 ELSE 1 END, \
     CASE WHEN s.d OPERATOR(pg_catalog.<>) 0 THEN 0 ELSE 1 END";

/// What the server's own files say, and with which options it was started; both need rights.
const FILES: [&str; 2] = [
    "SELECT pg_catalog.lower(f.name), f.setting FROM pg_catalog.pg_file_settings f WHERE f.applied \
     ORDER BY f.seqno DESC",
    "SELECT CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_read_file(text, bigint, bigint, boolean)', \
     'EXECUTE') THEN pg_catalog.pg_read_file('postmaster.opts', 0, 65536, true) END",
];

impl Database {
    /// Cleans the session, and finds out how it must be changed to be what another client's would be.
    pub async fn usual(&mut self, server: &ServerUrl) -> Result<Usual, Failure> {
        let Connection::Postgres(_) = self.connection else { return Ok(Usual::default()) };
        // In one message, so that a pooler takes one session for it.
        let questions: Vec<&str> = CLEAN.into_iter().chain([FOUND, STORED]).collect();
        let answers = match self.select_as_user(&questions).await {
            Ok(answers) => answers,
            Err(failure) if failure.lost => return Err(failure),
            // Another server that speaks the protocol.
            Err(_) => return Ok(Usual::default()),
        };
        let (found, stored) = match answers.as_slice() {
            [.., found, stored] => (found.as_slice(), stored.as_slice()),
            _ => return Ok(Usual::default()),
        };
        let mut usual = Usual::default();
        let mut missing = Vec::new();
        for row in found {
            let [Some(name), Some(setting), Some(source), boot] = row.as_slice() else { continue };
            let by_driver = source == "client";
            if name == "client_encoding" {
                if !by_driver && setting != "UTF8" {
                    usual.again.push("SET client_encoding TO 'UTF8'".to_owned());
                }
                continue;
            }
            let Some(name) = forced(name) else { continue };
            match (asked(server, name), by_driver) {
                (Some(_), true) | (None, false) => {}
                (Some(value), false) => usual.again.push(set(name, value)),
                (None, true) => match stored.iter().find_map(|row| value_of(row, name)) {
                    Some(value) => begin_with(&mut usual, name, setting, value),
                    None => missing.push((name, setting.clone(), boot.clone())),
                },
            }
        }
        if !usual.again.is_empty() {
            let again: Vec<&str> = usual.again.iter().map(String::as_str).collect();
            self.execute_all(&again).await.map_err(|at| at.failure)?;
        }
        if missing.is_empty() {
            return Ok(usual);
        }
        match self.select(&FILES).await {
            Ok(answers) => {
                let [files, options] = answers.as_slice() else { return Ok(usual) };
                let options = options.iter().flatten().flatten().next().map_or("", String::as_str);
                for (name, setting, boot) in missing {
                    let value = started_with(options, name);
                    let value = value.or_else(|| files.iter().find_map(|row| value_of(row, name)));
                    if let Some(value) = value.or(boot.as_deref()) {
                        begin_with(&mut usual, name, &setting, value);
                    }
                }
            }
            Err(failure) if failure.lost => return Err(failure),
            Err(_) => usual.unknown.extend(missing.into_iter().map(|(name, ..)| name)),
        }
        Ok(usual)
    }
}

/// Returns the value that the client asks for: variables before the URL's options, and of these the last.
fn asked<'s>(server: &'s ServerUrl, name: &str) -> Option<&'s str> {
    let of = |settings: &'s [(String, String)]| {
        settings.iter().rev().find(|(other, _)| forced(other) == Some(name)).map(|(_, value)| value.as_str())
    };
    of(&server.settings).or_else(|| of(&server.options))
}

fn begin_with(usual: &mut Usual, name: &str, now: &str, value: &str) {
    if !now.eq_ignore_ascii_case(value) {
        usual.begin.push((name.to_owned(), value.to_owned()));
    }
}

fn set(name: &str, value: &str) -> String {
    format!("SET {name} TO '{}'", value.replace('\'', "''"))
}

fn value_of<'r>(row: &'r Row, name: &str) -> Option<&'r str> {
    match row.as_slice() {
        [Some(other), Some(value)] if other.eq_ignore_ascii_case(name) => Some(value),
        _ => None,
    }
}

/// Finds a setting in `postmaster.opts`, a line such as `/…/postgres "-D" "/data" "-c" "TimeZone=UTC" "--x=1"`; they go
/// before the files.
fn started_with<'o>(options: &'o str, name: &str) -> Option<&'o str> {
    let words: Vec<&str> = options.split('"').skip(1).step_by(2).collect();
    let setting = |(at, word): (usize, &&'o str)| -> Option<&'o str> {
        let setting = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c"))? {
            "" => words.get(at + 1)?,
            setting => setting,
        };
        let (other, value) = setting.split_once('=')?;
        other.eq_ignore_ascii_case(name).then_some(value)
    };
    words.iter().enumerate().filter_map(setting).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_that_a_server_was_started_with_are_read() {
        let options =
            "/usr/lib/postgresql/15/bin/postgres \"-D\" \"/d\" \"-c\" \"timezone=Asia/Tokyo\" \"--DateStyle=German\"\n";
        assert_eq!(started_with(options, "TimeZone"), Some("Asia/Tokyo"));
        assert_eq!(started_with(options, "DateStyle"), Some("German"));
        assert_eq!(started_with("postgres \"-cTimeZone=UTC\" \"-c\" \"TimeZone=GMT\"", "TimeZone"), Some("GMT"));
        assert_eq!(started_with("postgres \"-c\"", "TimeZone"), None);
        assert_eq!(started_with("", "TimeZone"), None);
    }

    #[test]
    fn names_are_compared_without_case() {
        assert_eq!(forced("timezone"), Some("TimeZone"));
        assert_eq!(forced("search_path"), None);
        assert_eq!(value_of(&vec![Some("datestyle".into()), Some("German".into())], "DateStyle"), Some("German"));
    }
}
