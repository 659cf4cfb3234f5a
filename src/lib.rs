//! `rev`: a graph of plain SQL revisions for SQLite, PostgreSQL, MariaDB and MySQL.
//!
//! The `rev` program is a thin face of this library. Nothing here prints, ends the process or keeps global state, so a
//! program can bring its database up to date by itself when it starts:
//!
//! ```
//! use std::path::Path;
//!
//! use rev::Project;
//! use rev::config::{Config, Environment, Selection};
//! use rev::graph::{Anchor, Target};
//! use rev::project::Request;
//! use rev::run::{Actor, Event, Observer};
//!
//! /// Shows what goes on, in whatever way the program shows things.
//! #[derive(Default)]
//! struct Lines(Vec<String>);
//!
//! impl Observer for Lines {
//!     fn event(&mut self, event: Event<'_>) {
//!         if let Event::StepDone { number, of, step, duration } = event {
//!             self.0.push(format!("{number}/{of} {} took {duration:?}", step.revision));
//!         }
//!     }
//! }
//!
//! async fn bring_up_to_date(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
//!     // What the command line and the process's variables say; a library may leave both out.
//!     let selection = Selection { url: Some("sqlite:app.db".to_owned()), ..Selection::default() };
//!     let project = Project::load(Config::load(folder, &selection, &Environment::default())?)?;
//!
//!     let mut session = project.open().await?;
//!     println!("{} revisions are pending", project.status(&session)?.pending.len());
//!
//!     let mut lines = Lines::default();
//!     let request = Request::Upgrade(Target::new(Anchor::Head));
//!     let report = project.migrate(&request, &mut session, &Actor::default(), &mut lines).await?;
//!     println!("the database is at {}", report.to);
//!     session.close().await;
//!     Ok(lines.0)
//! }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     let folder = tempfile::tempdir()?;
//! #     std::fs::create_dir(folder.path().join("versions"))?;
//! #     let script = "-- first\n--\n-- revision: a1\n\n-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n";
//! #     std::fs::write(folder.path().join("versions/a1.sql"), script)?;
//! #     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! #     let lines = runtime.block_on(bring_up_to_date(folder.path()))?;
//! #     assert_eq!(lines.len(), 1);
//! #     assert!(lines[0].starts_with("1/1 a1 took "));
//! #     Ok(())
//! # }
//! ```
//!
//! With the scripts compiled in, it is one call, and no file is needed; see [`embed`] for what makes `SCRIPTS`:
//!
//! ```
//! use rev::script::Embedded;
//!
//! const SCRIPTS: Embedded = Embedded::new(&[(
//!     "versions/a1.sql",
//!     "-- first\n--\n-- revision: a1\n\n-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n",
//! )]);
//!
//! async fn start(url: &str) -> Result<(), rev::run::RunFailure> {
//!     let report = rev::upgrade(SCRIPTS, url).await?;
//!     assert_eq!((report.steps.len(), report.to.to_string().as_str()), (1, "a1"));
//!     Ok(())
//! }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     let folder = tempfile::tempdir()?;
//! #     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! #     Ok(runtime.block_on(start(&format!("sqlite:{}", folder.path().join("app.db").display())))?)
//! # }
//! ```
//!
//! Whatever can be known to fail fails before the first statement. A run that stops carries what was done, and the next
//! one goes on from there; see [`run::RunFailure`].
//!
//! What is not shown here is for the programs `rev` and `revgraph`, and may change at any time.

#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod author;
#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod autogenerate;
#[cfg(feature = "engine")]
pub mod catalog;
#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod check;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "engine")]
pub mod config;
#[cfg(feature = "engine")]
pub mod db;
pub mod dialect;
#[cfg(feature = "engine")]
pub mod diff;
pub mod direction;
pub mod duration;
pub mod embed;
pub mod error;
#[doc(hidden)]
pub mod escape;
#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod fault;
pub mod graph;
pub mod id;
#[cfg(feature = "engine")]
pub mod journal;
#[doc(hidden)]
pub mod nearest;
#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod offline;
#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod picture;
#[cfg(feature = "engine")]
pub mod program;
#[cfg(feature = "engine")]
pub mod project;
mod regular_file;
#[cfg(feature = "engine")]
pub mod run;
#[cfg(feature = "engine")]
pub mod schemas;
pub mod script;
mod secrets;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod serve;
pub mod signal;
pub mod span;
pub mod sql;
mod typed;
#[cfg(feature = "engine")]
#[doc(hidden)]
pub mod wall;
#[cfg(feature = "engine")]
pub mod watch;

pub use error::Error;
#[cfg(feature = "engine")]
pub use project::Project;
#[cfg(feature = "engine")]
pub use project::upgrade;
