//! Which statements, functions, schemas and tables are outside of a database.

/// Words that begin a statement, and what it does. `|` is or, `!` is any word but these, also none.
pub(super) type Rules = &'static [(&'static str, &'static str)];

pub(super) const POSTGRES: Rules = &[
    ("create|alter|drop role|group", ROLES),
    ("create|alter|drop user !mapping", ROLES),
    ("create|alter|drop tablespace", "changes a tablespace"),
    ("create|alter|drop subscription", "connects to another server"),
    ("create|alter|drop database", "changes a database"),
    ("alter system", SETTINGS),
    ("reassign|drop owned", ROLES),
    ("prepare transaction", PREPARED),
    ("commit|rollback prepared", PREPARED),
    ("comment on role|database|tablespace|subscription", "changes what belongs to the server"),
];

pub(super) const MYSQL: Rules = &[
    ("create|alter|drop|rename user|role", ROLES),
    ("create or replace user|role", ROLES),
    ("grant", ROLES),
    ("revoke", ROLES),
    ("set password", ROLES),
    ("set default role", ROLES),
    ("create|alter|drop database|schema", "changes a database"),
    ("create or replace database|schema", "changes a database"),
    ("use", "goes to another database"),
    ("create|alter|drop server|tablespace|undo|logfile|resource", SETTINGS),
    ("create or replace server", SETTINGS),
    ("create|drop spatial reference", SETTINGS),
    ("create or replace spatial reference", SETTINGS),
    ("xa", PREPARED),
    ("backup", "locks the whole server"),
    ("install|uninstall plugin|soname|component", SETTINGS),
    ("set global|persist|persist_only", SETTINGS),
    ("flush !privileges|table|tables|status", SETTINGS),
    ("reset !query", SETTINGS),
    ("purge binary|master", SETTINGS),
    ("change master|replication", SETTINGS),
    ("start|stop replica|slave|group_replication|all", SETTINGS),
    ("alter|lock|unlock instance", SETTINGS),
    ("kill", SETTINGS),
    ("shutdown", SETTINGS),
    ("restart", SETTINGS),
    ("clone", SETTINGS),
    ("binlog", SETTINGS),
    ("load data|xml", FILES),
    ("import table", FILES),
];

pub(super) const SQLITE: Rules =
    &[("attach", "opens another file"), ("pragma temp_store_directory|data_store_directory", SETTINGS)];

pub(super) const ROLES: &str = "changes roles, users or what they may do";
pub(super) const SETTINGS: &str = "changes the server";
pub(super) const FILES: &str = "uses files of the server";
pub(super) const PROGRAM: &str = "runs a program on the server";
pub(super) const PREPARED: &str = "leaves a transaction on the server";
pub(super) const CONNECTS: &str = "connects to another server or service";

/// Functions that reach outside when they are called; a `*` at the end stands for any ending.
pub(super) const POSTGRES_FUNCTIONS: Rules = &[
    ("dblink*", CONNECTS),
    ("http", CONNECTS),
    ("http_*", CONNECTS),
    ("lo_export", FILES),
    ("lo_import", FILES),
    ("pg_file_*", FILES),
    ("pg_reload_conf", SETTINGS),
    ("pg_rotate_logfile", SETTINGS),
    ("pg_terminate_backend", SETTINGS),
    ("pg_cancel_backend", SETTINGS),
    ("pg_create_physical_replication_slot", SETTINGS),
    ("pg_create_logical_replication_slot", SETTINGS),
    ("pg_copy_*", SETTINGS),
    ("pg_drop_replication_slot", SETTINGS),
    ("pg_replication_origin_*", SETTINGS),
    ("pg_switch_wal", SETTINGS),
    ("pg_promote", SETTINGS),
    ("pg_create_restore_point", SETTINGS),
    ("pg_backup_*", SETTINGS),
    ("pg_start_backup", SETTINGS),
    ("pg_stop_backup", SETTINGS),
    ("pg_stat_reset_*", SETTINGS),
];

pub(super) const MYSQL_FUNCTIONS: Rules = &[("sys_exec", PROGRAM), ("sys_eval", PROGRAM)];

pub(super) const SQLITE_FUNCTIONS: Rules =
    &[("load_extension", "runs a library"), ("writefile", "writes a file"), ("edit", "runs a program")];

/// Schemas of extensions of PostgreSQL whose functions act elsewhere.
pub(super) const SCHEMAS: Rules = &[
    ("cron", "plans a job of the server"),
    ("net", CONNECTS),
    ("aws_lambda", CONNECTS),
    ("aws_s3", CONNECTS),
    ("aws_commons", CONNECTS),
];

/// Tables of PostgreSQL that all databases share.
pub(super) const SHARED: [&str; 7] = [
    "pg_authid",
    "pg_auth_members",
    "pg_database",
    "pg_db_role_setting",
    "pg_shdescription",
    "pg_tablespace",
    "pg_subscription",
];

/// Databases in which a server only describes itself.
pub(super) const DESCRIBING: [&str; 3] = ["information_schema", "performance_schema", "sys"];

/// What stands before a statement in a body.
pub(super) const BEFORE: [&str; 21] = [
    ";",
    "begin",
    "then",
    "else",
    "do",
    "loop",
    "atomic",
    ":",
    "handler",
    // A body of one statement stands behind the head of its routine or trigger, or behind a condition.
    ")",
    "row",
    "sqlexception",
    "sqlwarning",
    "found",
    "deterministic",
    "sql",
    "data",
    "definer",
    "invoker",
    "repeat",
    "preserve",
];

/// Words behind which the name of a table or routine stands.
pub(super) const NAMING: [&str; 16] = [
    "table",
    "into",
    "update",
    "from",
    "join",
    "view",
    "trigger",
    "procedure",
    "function",
    "event",
    "on",
    "references",
    "call",
    "exists",
    "ignore",
    "to",
];
