//! `SHOW CREATE` of many objects, in few messages.

use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::journal::Row;

/// How many of them a message holds: the server's answers to a message wait until it is read.
const MOST: usize = 500;

/// Asks each question, and returns its first row, or what the server said against it.
pub(super) async fn shown(database: &mut Database, queries: &[String]) -> Result<Vec<Result<Row, Failure>>, Failure> {
    let mut rows = Vec::with_capacity(queries.len());
    // Pieces that are still to ask, the next one last: a message that fails is asked again in halves.
    let mut pieces: Vec<&[String]> = queries.chunks(MOST).rev().collect();
    while let Some(piece) = pieces.pop() {
        let texts: Vec<&str> = piece.iter().map(String::as_str).collect();
        match database.select(&texts).await {
            Ok(answers) => {
                let first = |rows: Vec<Row>| Ok(rows.into_iter().next().unwrap_or_default());
                rows.extend(answers.into_iter().map(first));
            }
            Err(failure) if failure.lost => return Err(failure),
            Err(failure) if piece.len() == 1 => rows.push(Err(failure)),
            Err(_) => {
                let (left, right) = piece.split_at(piece.len() / 2);
                pieces.extend([right, left]);
            }
        }
    }
    Ok(rows)
}
