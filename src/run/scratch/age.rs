//! How old files are, by the clock of whoever keeps them: a share in the network has another than this machine, and a clock
//! that was put right must not make old what is in use.

use std::fs::Metadata;
use std::path::Path;
use std::time::Duration;
use std::time::SystemTime;

/// Returns what time it is for the files of a folder; nothing where no file can be made.
pub(super) fn now_in(folder: &Path) -> Option<SystemTime> {
    tempfile::tempfile_in(folder).and_then(|file| file.metadata()?.modified()).ok()
}

/// Returns whether a file was changed longer than `age` before `now`.
pub(super) fn is_older(about: &Metadata, age: Duration, now: SystemTime) -> bool {
    about.modified().is_ok_and(|then| now.duration_since(then).is_ok_and(|since| since > age))
}
