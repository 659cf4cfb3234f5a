//! What a user may not even know of: the servers list no trigger, event or routine to who has no right to it.

use crate::catalog::Unread;
use crate::db::database::Database;
use crate::db::failure::Failure;

/// A kind, and the rights with any of which all of them are listed; the first is the one to ask for.
const RIGHTS: [(&str, &[&str]); 3] = [
    ("trigger", &["TRIGGER"]),
    ("event", &["EVENT"]),
    ("routine", &["EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE", "SHOW_ROUTINE"]),
];

/// Says which kinds are not shown to this user; where a role is on, or nobody asks for rights, all are taken to be.
pub(super) async fn hidden(database: &mut Database) -> Result<Vec<Unread>, Failure> {
    let queries = RIGHTS.map(|(_, rights)| query(rights));
    let answers = database.select(&queries.each_ref().map(String::as_str)).await?;
    let is_shown = |rows: &Vec<crate::journal::Row>| rows.first().and_then(|row| row.first()?.as_deref()) != Some("0");
    let hidden = RIGHTS.iter().zip(&answers).filter(|(_, rows)| !is_shown(rows));
    let told = hidden.map(|((kind, rights), _)| Unread {
        kind: (*kind).to_owned(),
        name: "*".to_owned(),
        reason: format!("this user does not have the right {} on the database", rights[0]),
    });
    Ok(told.collect())
}

fn query(rights: &[&str]) -> String {
    let rights: Vec<_> = rights.iter().map(|right| format!("'{right}'")).collect();
    let rights = rights.join(", ");
    const USER: &str = "CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')";
    format!(
        "SELECT COALESCE(CURRENT_ROLE(), 'NONE') <> 'NONE' OR CURRENT_USER() IN ('', '@') \
         OR CURRENT_USER() LIKE 'skip-grants%' \
         OR EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES \
         WHERE GRANTEE = {USER} AND PRIVILEGE_TYPE IN ({rights})) \
         OR EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES \
         WHERE GRANTEE = {USER} AND DATABASE() LIKE TABLE_SCHEMA AND PRIVILEGE_TYPE IN ({rights}))"
    )
}

/// Names what MySQL has, and rev does not know: libraries of JavaScript.
pub(super) async fn unknown(database: &mut Database) -> Result<Vec<Unread>, Failure> {
    const LIBRARIES: &str = "SELECT LIBRARY_NAME FROM information_schema.LIBRARIES \
         WHERE LIBRARY_SCHEMA = DATABASE() ORDER BY LIBRARY_NAME";
    let answers = match database.select(&[LIBRARIES]).await {
        Ok(answers) => answers,
        Err(failure) if failure.lost => return Err(failure),
        Err(_) => return Ok(Vec::new()), // a version without them
    };
    let names = answers.into_iter().flatten().flatten().flatten();
    let told = names.map(|name| Unread {
        kind: "library".to_owned(),
        name,
        reason: "libraries are not known to rev".to_owned(),
    });
    Ok(told.collect())
}
