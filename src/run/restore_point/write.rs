//! Writing a restore point before a run that can lose data.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write as _;
use std::path::Path;

use crate::config::DatabaseConfig;
use crate::config::url::DatabaseUrl;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::run::clock::Clock;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::restore_point::RestorePoint;
use crate::run::restore_point::point::UNFINISHED;
use crate::run::restore_point::point::remove_with_companions;
use crate::run::restore_point::point::sync_folder;
use crate::run::restore_point::point::with_ending;
use crate::run::restore_point::point::without_link;
use crate::run::session::Session;
use crate::sql::Effect;

/// Writes a restore point if the program can lose data, and if the database is a file that holds any.
///
/// One is enough for a run; a `redo` is one run, though it goes two ways.
pub(crate) async fn write_before(
    program: &Program,
    session: &mut Session,
    config: &DatabaseConfig,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let DatabaseUrl::Sqlite(file) = session.url() else { return Ok(()) };
    let is_wanted = config.restore_points > 0 && program.steps.iter().any(is_destructive);
    if !is_wanted || session.is_fresh() || session.restore_point().is_some() {
        return Ok(());
    }
    let database = without_link(&file.path);
    let Ok(metadata) = fs::metadata(&database) else { return Ok(()) };
    if metadata.len() > config.restore_point_limit {
        observer.event(Event::NoRestorePoint { bytes: metadata.len(), limit: config.restore_point_limit });
        return Ok(());
    }
    let at = RestorePoint::heads_in_name(&session.rows);
    let path = RestorePoint::new_path(&database, Clock::start().text(), &at);
    for path in RestorePoint::unfinished(&database) {
        let _ = fs::remove_file(path); // of a run that was killed; nobody else writes one under this lock
    }
    let unfinished = with_ending(&path, UNFINISHED);
    let written = write(session, &database, &unfinished).await.and_then(|()| {
        fs::rename(&unfinished, &path).map_err(|cause| cause.to_string())?;
        sync_folder(&path);
        Ok(())
    });
    if let Err(reason) = written {
        let _ = fs::remove_file(&unfinished);
        return Err(ErrorKind::RestorePointFailed { path, reason }.into());
    }
    observer.event(Event::RestorePoint { path: &path });
    let removed = remove_oldest(&database, &path, config.restore_points);
    session.set_restore_point(path);
    removed
}

/// Returns whether a step can lose rows or values: any downgrade, and statements that take something away.
fn is_destructive(step: &ProgramStep) -> bool {
    let takes = || step.statements().any(|one| Effect::of(one.sql()).is_some_and(|effect| effect.is_destructive()));
    match step.direction {
        Direction::Downgrade => true,
        Direction::Upgrade => takes(),
        Direction::Stamp => false,
    }
}

/// What fits into memory, and into one piece of SQLite's, which ends at 2 GB.
const LARGEST_IN_MEMORY: u64 = 1 << 30;

/// Copies the database; the file has its mode from the beginning, so that nobody else can read it meanwhile.
///
/// The pages are copied as they are: what makes rows anew, as `VACUUM INTO` does, needs the functions, collations and
/// modules of the application, and gives rows other numbers. Only what is too large for memory has no other way.
async fn write(session: &mut Session, database: &Path, path: &Path) -> Result<(), String> {
    let make = || -> io::Result<File> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        file.set_permissions(fs::metadata(database)?.permissions())?;
        Ok(file)
    };
    let mut file = make().map_err(|cause| cause.to_string())?;
    if fs::metadata(database).is_ok_and(|metadata| metadata.len() > LARGEST_IN_MEMORY) {
        let Some(name) = path.to_str() else { return Err("its path is not UTF-8".to_owned()) };
        let copy = format!("VACUUM main INTO '{}'", name.replace('\'', "''"));
        session.db.execute_all(&[&copy]).await.map_err(|at| at.failure.reason())?;
    } else if let Some(pages) = session.db.pages().await.map_err(|failure| failure.reason())? {
        file.write_all(pages.as_ref()).map_err(|cause| cause.to_string())?;
    }
    file.sync_all().map_err(|cause| cause.to_string())
}

/// Keeps `own`, whatever the clock said when others were made, and the newest of those; a file that cannot be removed is
/// no reason to stop a run.
fn remove_oldest(database: &Path, own: &Path, keep: u32) -> Result<(), Error> {
    let others = usize::try_from(keep).unwrap_or(usize::MAX).saturating_sub(1);
    let points = RestorePoint::of(database)?.into_iter().map(|point| point.path);
    points.filter(|path| path != own).skip(others).for_each(|path| remove_with_companions(&path));
    Ok(())
}
