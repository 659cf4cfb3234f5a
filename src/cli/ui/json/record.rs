//! The documents of what is kept: the history, and restore points.

use serde::Serialize;

use crate::cli::ui::json::failure::document;
use crate::cli::ui::json::failure::path;
use crate::id::Heads;
use crate::journal::HistoryRow;
use crate::run::RestorePoint;
use crate::run::Restored;

/// Returns the document of `log`.
pub fn log(entries: &[HistoryRow]) -> String {
    document(&LogJson { entries })
}

/// Returns the document of `restore`.
pub fn restored(restored: &Restored) -> String {
    let Restored { from, kept, current } = restored;
    document(&RestoredJson { restored: path(from), kept: kept.as_deref().map(path), current })
}

/// Returns the document of `restore --list`.
pub fn restore_points(points: &[RestorePoint]) -> String {
    let point = |point: &RestorePoint| PointJson {
        path: path(&point.path),
        made: point.made.clone(),
        at: point.at.clone(),
        bytes: point.bytes,
    };
    document(&PointsJson { restore_points: points.iter().map(point).collect() })
}

#[derive(Serialize)]
struct LogJson<'a> {
    entries: &'a [HistoryRow],
}

#[derive(Serialize)]
struct RestoredJson<'a> {
    restored: String,
    kept: Option<String>,
    current: &'a Heads,
}

#[derive(Serialize)]
struct PointsJson {
    restore_points: Vec<PointJson>,
}

#[derive(Serialize)]
struct PointJson {
    path: String,
    made: String,
    at: String,
    bytes: u64,
}
