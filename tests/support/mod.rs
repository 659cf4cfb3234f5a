//! What the tests stand on: databases of their own, folders of their own, and command line sessions from Markdown files.
//!
//! ```ignore
//! mod support;
//!
//! fn a_row_survives(database: &TestDatabase) {
//!     let workspace = Workspace::new(database);
//!     workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
//!     workspace.rev(&["upgrade", "head"]).succeeded();
//!     assert_eq!(database.query("SELECT count(*) FROM t"), [["0"]]);
//! }
//! on_each_database!(a_row_survives);
//! ```
//!
//! The macro makes `a_row_survives::sqlite`, `::postgres` and `::mariadb`; run one kind with `scripts/test ::postgres`.

// Each test program compiles all of this and uses its own share of it; nothing outside a test program can reach it.
#![allow(dead_code, unreachable_pub, unused_imports, unused_macros)]

mod chance;
mod contents;
mod cutter;
mod database;
mod elsewhere;
mod feed;
mod mixed;
mod normal;
mod pooler;
mod proxy;
mod server;
mod session;
mod shell;
mod workspace;

pub use chance::Chance;
pub use chance::Tally;
pub use chance::budget;
pub use contents::Contents;
pub use cutter::Cut;
pub use cutter::Cutter;
pub use database::Kind;
pub use database::TestDatabase;
pub use elsewhere::same_day;
pub use feed::feed;
pub use mixed::Start;
pub use mixed::mixed_history;
pub use normal::Normal;
pub use pooler::Pooler;
pub use proxy::Proxy;
pub use server::Server;
pub use server::Victim;
pub use session::Session;
pub use workspace::Output;
pub use workspace::Workspace;

/// Makes a module of three tests, `sqlite`, `postgres` and `mariadb`, of each function that takes a `&TestDatabase`.
macro_rules! on_each_database {
    ($($body:ident),+ $(,)?) => {
        $(
            mod $body {
                use crate::support::Kind;
                use crate::support::TestDatabase;

                #[test]
                fn sqlite() {
                    super::$body(&TestDatabase::new(Kind::Sqlite));
                }

                #[test]
                fn postgres() {
                    super::$body(&TestDatabase::new(Kind::Postgres));
                }

                #[test]
                fn mariadb() {
                    super::$body(&TestDatabase::new(Kind::Mariadb));
                }
            }
        )+
    };
}
pub(crate) use on_each_database;
