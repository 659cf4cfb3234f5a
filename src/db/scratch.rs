//! Databases of a server that are made for a moment: what they are made like, how they are held, and what is left of them.
//!
//! Everything goes through a connection beside the databases: nothing is sent to the one that they are made like, but the
//! question what it is like.

use std::time::Duration;

use sha2::Digest;
use sha2::Sha256;
use tokio::time::Instant;
use tokio::time::sleep;

use crate::config::url::DatabaseUrl;
use crate::config::url::ServerUrl;
use crate::db::admin::Others;
use crate::db::connect::Access;
use crate::db::database::Database;
use crate::db::definition::GRANTEE;
use crate::db::definition::backquoted;
use crate::db::definition::literal;
use crate::db::definition::quoted;
use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Row;

/// What all names of scratch databases begin with.
const PREFIX: &str = "rev_scratch_";

/// What the names of those begin with that are kept to be copied.
const TEMPLATE: &str = "rev_scratch_tpl_";

/// What the comment of such a one begins with; then follows when it was used last.
const USED: &str = "rev scratch template, used at ";

/// How old a database is before it is taken for one that a killed run has left. The nodes of a cluster of MariaDB do not know
/// who uses it on another.
const OLD: i64 = 60 * 60;
const OLD_MYSQL: i64 = 24 * OLD;

/// How long one is kept to be copied that nobody copies.
const UNUSED: i64 = 7 * 24 * 60 * 60;

/// How long PostgreSQL may take until nobody else copies the same database, or looks at it.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// The first half of PostgreSQL's lock key: which database is in use by whoever made it.
const HELD: i32 = 1_919_252_993;

/// What a database is like before anything is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// What follows `CREATE DATABASE name`.
    pub options: String,
    /// Settings that sessions in it begin with (PostgreSQL), each as `name = value` in SQL.
    pub settings: Vec<String>,
    /// The server's version.
    pub version: String,
    /// What tells the server from others.
    pub server: String,
    /// Whether it copies the files of a database instead of logging each page (PostgreSQL 15).
    pub copies_files: bool,
}

impl Database {
    /// Asks what the connected database is like.
    pub async fn shape(&mut self) -> Result<Shape, Error> {
        match self.family() {
            Family::Postgres => self.postgres_shape().await,
            Family::Mysql => self.mysql_shape().await,
            Family::Sqlite => Ok(Shape::default()),
        }
    }

    async fn postgres_shape(&mut self) -> Result<Shape, Error> {
        // What a version does not have is NULL in this form, and no error.
        let about = "SELECT pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, to_jsonb(d)->>'datlocprovider', \
             coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'), to_jsonb(d)->>'daticurules', \
             current_setting('server_version_num') FROM pg_database d WHERE d.datname = current_database()";
        let settings = "SELECT unnest(s.setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase \
             WHERE s.setrole = 0 AND d.datname = current_database()";
        let answers = self.own(&[about, settings, POSTGRES_SERVER]).await?;
        let text = |at: usize| cell(&answers[0], at);
        let version = text(6).unwrap_or_default();
        let mut options = String::new();
        for (word, at) in [("ENCODING", 0), ("LC_COLLATE", 1), ("LC_CTYPE", 2)] {
            if let Some(value) = text(at) {
                options.push_str(&format!(" {word} {}", literal(&value)));
            }
        }
        let locale = text(4).map(|locale| literal(&locale));
        match (text(3).as_deref(), locale) {
            (Some("i"), Some(locale)) => {
                options.push_str(&format!(" LOCALE_PROVIDER icu ICU_LOCALE {locale}"));
                if let Some(rules) = text(5) {
                    options.push_str(&format!(" ICU_RULES {}", literal(&rules)));
                }
            }
            (Some("b"), Some(locale)) => options.push_str(&format!(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {locale}")),
            // A server of an older version has no other, and one whose own template has another must be told.
            (Some("c"), _) => options.push_str(" LOCALE_PROVIDER libc"),
            _ => {}
        }
        let settings = answers[1].iter().filter_map(|row| setting(row.first()?.as_deref()?)).collect();
        let copies_files = version.parse::<u32>().is_ok_and(|version| version >= 150_000);
        Ok(Shape { options, settings, server: cell(&answers[2], 0).unwrap_or_default(), version, copies_files })
    }

    async fn mysql_shape(&mut self) -> Result<Shape, Error> {
        let about = "SELECT default_character_set_name, default_collation_name, VERSION() \
             FROM information_schema.schemata WHERE schema_name = DATABASE()";
        let answers = self.own(&[about, MYSQL_SERVER]).await?;
        let mut options = String::new();
        if let (Some(charset), Some(collation)) = (cell(&answers[0], 0), cell(&answers[0], 1)) {
            options = format!(" CHARACTER SET {charset} COLLATE {collation}");
        }
        let version = cell(&answers[0], 2).unwrap_or_default();
        let server = cell(&answers[1], 0).unwrap_or_default();
        Ok(Shape { options, version, server, ..Shape::default() })
    }

    /// Asks which server this is, in words that another connection to it gets as well.
    pub async fn server_identity(&mut self) -> Result<String, Error> {
        let query = match self.family() {
            Family::Postgres => POSTGRES_SERVER,
            Family::Mysql => MYSQL_SERVER,
            Family::Sqlite => return Ok(String::new()),
        };
        Ok(cell(&self.own(&[query]).await?[0], 0).unwrap_or_default())
    }

    /// Returns the names of the databases that this user sees.
    pub async fn database_names(&mut self) -> Result<Vec<String>, Error> {
        let query = match self.family() {
            Family::Postgres => "SELECT datname FROM pg_database",
            Family::Mysql => "SHOW DATABASES",
            Family::Sqlite => return Ok(Vec::new()),
        };
        Ok(self.own(&[query]).await?[0].iter().filter_map(|row| row.first()?.clone()).collect())
    }

    /// Returns a name that no other database has, by the server's own clock.
    pub async fn scratch_name(&mut self) -> Result<String, Error> {
        let now = self.server_time().await?;
        let random = uuid::Uuid::new_v4().simple().to_string();
        Ok(format!("{PREFIX}{now}_{}", &random[..12]))
    }

    async fn server_time(&mut self) -> Result<i64, Error> {
        let query = match self.family() {
            Family::Postgres | Family::Sqlite => "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint",
            Family::Mysql => "SELECT UNIX_TIMESTAMP()",
        };
        let text = cell(&self.own(&[query]).await?[0], 0).unwrap_or_default();
        Ok(text.parse().unwrap_or_default())
    }

    /// Says that the database of this name is in use, for as long as this connection is open; it need not be there yet.
    ///
    /// A connection to the database itself would keep others from copying it.
    pub async fn hold_scratch(&mut self, name: &str) -> Result<(), Error> {
        let statements = match self.family() {
            // A lock of a transaction holds behind a pooler, too; in a second one it is just taken once more.
            Family::Postgres => vec![
                "BEGIN".to_owned(),
                PATIENT.to_owned(),
                format!("SELECT pg_catalog.pg_advisory_xact_lock_shared({HELD}, {})", key(name)),
            ],
            Family::Mysql => {
                vec!["SET SESSION wait_timeout = 31536000".to_owned(), format!("SELECT GET_LOCK('{name}', 0)")]
            }
            Family::Sqlite => Vec::new(),
        };
        self.administer(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Makes an empty scratch database.
    pub async fn make_scratch(&mut self, url: &ServerUrl, shape: &Shape) -> Result<(), Error> {
        let sql = match self.family() {
            Family::Mysql if shape.options.is_empty() => {
                format!("CREATE DATABASE {} CHARACTER SET utf8mb4", backquoted(&url.database))
            }
            Family::Mysql => format!("CREATE DATABASE {}{}", backquoted(&url.database), shape.options),
            Family::Postgres | Family::Sqlite => {
                format!("CREATE DATABASE {} TEMPLATE template0{}", quoted(&url.database), shape.options)
            }
        };
        self.create_patiently(&sql, url).await?;
        self.set_up(&url.database, shape).await;
        Ok(())
    }

    /// Copies the database that was kept under `key`, if there is one, and returns whether it did (PostgreSQL).
    pub async fn copy_scratch(&mut self, url: &ServerUrl, key: &str, shape: &Shape) -> Result<bool, Error> {
        let template = template(key);
        if self.family() != Family::Postgres || self.used_at(&template).await?.is_none() {
            return Ok(false);
        }
        let strategy = if shape.copies_files { " STRATEGY file_copy" } else { "" };
        let sql = format!("CREATE DATABASE {} TEMPLATE {}{strategy}", quoted(&url.database), quoted(&template));
        match self.create_patiently(&sql, url).await {
            Ok(()) => {}
            // It went in this moment, or is somebody else's.
            Err(_) if self.used_at(&template).await?.is_none() => return Ok(false),
            Err(error) if matches!(*error.kind, ErrorKind::CannotCreate { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
        self.set_up(&url.database, shape).await;
        self.note_use(&template).await;
        Ok(true)
    }

    /// Keeps the scratch database of this name under `key`, to be copied; returns whether it is gone by its old name.
    ///
    /// Nobody may be connected to it.
    pub async fn keep_scratch(&mut self, name: &str, key: &str) -> bool {
        let template = template(key);
        self.note_use(name).await;
        let rename = format!("ALTER DATABASE {} RENAME TO {}", quoted(name), quoted(&template));
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.execute_all(&[&rename]).await {
                Ok(_) => break,
                // A session that was closed is there for a moment.
                Err(at) if at.failure.code.as_deref() == Some("55006") && Instant::now() < deadline => {
                    sleep(PAUSE).await;
                }
                Err(_) => return false,
            }
        }
        let _ = self.execute_all(&[&format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quoted(&template))]).await;
        true
    }

    /// Removes what killed runs have left, and what is kept to be copied and was not for long. What this user may not
    /// remove, or somebody uses, stays.
    pub async fn sweep_scratch(&mut self) -> Result<(), Error> {
        let now = self.server_time().await?;
        let old = if self.family() == Family::Mysql { OLD_MYSQL } else { OLD };
        let query = match self.family() {
            Family::Postgres | Family::Sqlite => {
                "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
            }
            Family::Mysql => "SELECT schema_name, NULL FROM information_schema.schemata",
        };
        let found = self.own(&[query]).await?.swap_remove(0);
        let found = found.iter().filter_map(|row| Some((row.first()?.as_deref()?, row.get(1)?.as_deref())));
        for (name, comment) in found.filter(|(name, _)| name.starts_with(PREFIX)) {
            let is_left = match name.starts_with(TEMPLATE) {
                true => used_by(comment).is_none_or(|used| now - used > UNUSED),
                false => made_at(name).is_some_and(|made| now - made > old) && !self.is_held(name).await?,
            };
            if is_left {
                let statements = match self.family() {
                    Family::Mysql => {
                        vec![
                            "SET SESSION lock_wait_timeout = 1".to_owned(),
                            format!("DROP DATABASE {}", backquoted(name)),
                        ]
                    }
                    Family::Postgres | Family::Sqlite => vec![format!("DROP DATABASE {}", quoted(name))],
                };
                let _ = self.execute_all(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await;
            }
        }
        Ok(())
    }

    /// Returns whether whoever made the database is there, or somebody is connected to it.
    async fn is_held(&mut self, name: &str) -> Result<bool, Error> {
        let queries = match self.family() {
            Family::Postgres | Family::Sqlite => vec![format!(
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' \
                 AND classid::bigint = {HELD} AND objid::bigint = {}) \
                 OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = {})",
                key(name).cast_unsigned(),
                literal(name)
            )],
            Family::Mysql => vec![
                format!("SELECT 1 FROM DUAL WHERE IS_USED_LOCK('{name}') IS NOT NULL"),
                format!("SELECT 1 FROM information_schema.processlist WHERE db = '{name}'"),
            ],
        };
        let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
        Ok(self.own(&queries).await?.iter().any(|rows| !rows.is_empty()))
    }

    /// Returns when a database that is kept was used last; nothing when there is no such, or it is not whole.
    async fn used_at(&mut self, template: &str) -> Result<Option<i64>, Error> {
        if self.family() != Family::Postgres {
            return Ok(None);
        }
        let query = format!(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {}",
            literal(template)
        );
        let comment = cell(&self.own(&[&query]).await?[0], 0);
        Ok(used_by(comment.as_deref()))
    }

    async fn note_use(&mut self, name: &str) {
        let Ok(now) = self.server_time().await else { return };
        let sql = format!("COMMENT ON DATABASE {} IS {}", quoted(name), literal(&format!("{USED}{now}")));
        // One that another user made is used all the same.
        let _ = self.execute_all(&[&sql]).await;
    }

    /// Gives a database the settings of the one that it is made like; those that this user may not set are left out.
    async fn set_up(&mut self, name: &str, shape: &Shape) {
        for setting in &shape.settings {
            let _ = self.execute_all(&[&format!("ALTER DATABASE {} SET {setting}", quoted(name))]).await;
        }
    }

    async fn create_patiently(&mut self, sql: &str, url: &ServerUrl) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let failure = match self.execute_all(&[sql]).await {
                Ok(_) => return Ok(()),
                Err(at) => at.failure,
            };
            match failure.code.as_deref() {
                // What is copied is in use, for a moment.
                Some("55006") if Instant::now() < deadline => sleep(PAUSE).await,
                Some("42501" | "1044" | "1227") => return Err(self.denied(failure).await),
                _ => {
                    let (database, reason) = (url.to_string(), failure.reason());
                    return Err(ErrorKind::CannotCreate { database, reason }.into());
                }
            }
        }
    }

    /// Says who lacks the right.
    async fn denied(&mut self, failure: Failure) -> Error {
        let query = match self.family() {
            Family::Postgres | Family::Sqlite => "SELECT quote_ident(current_user)",
            Family::Mysql => GRANTEE,
        };
        let user = self.own(&[query]).await.ok().and_then(|answers| cell(&answers[0], 0));
        let (address, family, reason) = (self.address.clone(), self.family(), failure.reason());
        ErrorKind::ScratchDenied { address, family, user: user.unwrap_or_default(), reason }.into()
    }

    /// Makes the roles of these names, unless they are there; nobody can log in as one of them (PostgreSQL).
    pub async fn make_roles(&mut self, names: &[String]) {
        for name in names {
            let _ = self.execute_all(&[&format!("CREATE ROLE {} NOLOGIN", quoted(name))]).await;
        }
    }

    async fn own(&mut self, queries: &[&str]) -> Result<Vec<Vec<Row>>, Error> {
        match self.select(queries).await {
            Ok(mut answers) => {
                answers.resize_with(queries.len(), Vec::new);
                Ok(answers)
            }
            Err(failure) => Err(self.error(failure)),
        }
    }

    async fn administer(&mut self, statements: &[&str]) -> Result<(), Error> {
        match self.execute_all(statements).await {
            Ok(_) => Ok(()),
            Err(at) => Err(self.error(at.failure)),
        }
    }
}

/// Makes sure that a connection to `url` leads to its database, and to no other: a pooler, or a server with one database
/// for everybody, may lead elsewhere.
pub async fn check_reached(url: &ServerUrl) -> Result<(), Error> {
    let itself = DatabaseUrl::Server(Box::new(url.clone()));
    let not_reached = |address: String, found: String| Error::from(ErrorKind::ScratchNotReached { address, found });
    let mut database = match Database::connect(&itself, Access::Read, Duration::ZERO).await {
        Ok(database) => database,
        Err(error) => return Err(not_reached(url.address.to_string(), error.to_string())),
    };
    let query = match database.family() {
        Family::Mysql => "SELECT DATABASE()",
        Family::Postgres | Family::Sqlite => "SELECT current_database()",
    };
    let answered = database.own(&[query]).await;
    database.close().await;
    match cell(&answered?[0], 0) {
        Some(found) if found == url.database => Ok(()),
        found => Err(not_reached(url.address.to_string(), format!("it answers as `{}`", found.unwrap_or_default()))),
    }
}

/// Removes a scratch database, whoever uses it.
pub async fn remove_scratch(url: &ServerUrl) -> Result<bool, Error> {
    debug_assert!(url.database.starts_with(PREFIX));
    Database::remove(url, Others::Disconnect, Duration::ZERO).await
}

/// Lets a transaction that does nothing last; before 17, PostgreSQL has no `transaction_timeout`.
const PATIENT: &str = "SELECT 0 FROM (SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true), \
     CASE WHEN pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL \
     THEN pg_catalog.set_config('transaction_timeout', '0', true) END) s";

const POSTGRES_SERVER: &str = "SELECT system_identifier::text FROM pg_control_system()";
const MYSQL_SERVER: &str = "SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir)";

fn cell(rows: &[Row], at: usize) -> Option<String> {
    rows.first()?.get(at)?.clone()
}

fn template(key: &str) -> String {
    format!("{TEMPLATE}{key}")
}

/// Reads when a database that is kept was used last out of its comment.
fn used_by(comment: Option<&str>) -> Option<i64> {
    comment?.strip_prefix(USED)?.parse().ok()
}

/// Reads when a database was made out of its name.
fn made_at(name: &str) -> Option<i64> {
    let (time, random) = name.strip_prefix(PREFIX)?.split_once('_')?;
    let is_ours = random.len() == 12 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    time.parse().ok().filter(|_| is_ours)
}

/// Returns the second half of PostgreSQL's lock key.
fn key(name: &str) -> i32 {
    let digest = Sha256::digest(name.as_bytes());
    i32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// Writes a stored setting, `name=value`, as `SET` takes it.
fn setting(stored: &str) -> Option<String> {
    /// Settings that are lists of names, stored with quotes where they need them.
    const LISTS: [&str; 6] = [
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    ];
    let (name, value) = stored.split_once('=')?;
    let name_in_sql = name.split('.').map(quoted).collect::<Vec<_>>().join(".");
    let is_list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(name)) && !value.is_empty();
    let value = if is_list { value.to_owned() } else { literal(value) };
    Some(format!("{name_in_sql} = {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_in_the_name() {
        assert_eq!(made_at("rev_scratch_1795855745_0123456789ab"), Some(1_795_855_745));
        for other in ["rev_scratch_tpl_0123456789ab", "rev_scratch_mine", "rev_scratch_1_backup", "app"] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }

    #[test]
    fn a_setting_is_written_as_it_was_stored() {
        assert_eq!(setting("search_path=\"$user\", app").unwrap(), "\"search_path\" = \"$user\", app");
        assert_eq!(setting("DateStyle=ISO, DMY").unwrap(), "\"DateStyle\" = E'ISO, DMY'");
        assert_eq!(setting("app.tenant=it's").unwrap(), "\"app\".\"tenant\" = E'it''s'");
    }
}
