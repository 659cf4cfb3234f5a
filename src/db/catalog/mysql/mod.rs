//! The reader of MariaDB and MySQL.
//!
//! Comes in: a connection. `SHOW CREATE` is the faithful text of tables, views, routines and sequences; triggers and events
//! are whole in `information_schema`. Grants and users are outside of a database, and not read.

mod column;
mod context;
mod key;
mod listed;
mod reader;
mod rights;
mod routine;
mod session;
mod shown;
mod table;
mod tokens;
mod trigger;
mod view;

pub(super) use reader::read;
