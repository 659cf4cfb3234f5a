//! Triggers and events, from `information_schema`, which has all of them in one query.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::routine::modes;
use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::Unknown;
use crate::db::catalog::mysql::tokens::body_of;
use crate::db::catalog::mysql::view::definer;
use crate::journal::Row;
use crate::sql::Reading;

/// In the order in which they fire.
pub(super) const TRIGGERS: &str = "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, \
     ACTION_STATEMENT, SQL_MODE, DEFINER FROM information_schema.TRIGGERS \
     WHERE TRIGGER_SCHEMA = DATABASE() AND EVENT_OBJECT_SCHEMA = DATABASE() \
     ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER";

/// Where the body is in a row of [`TRIGGERS`].
pub(super) const BODY_OF_TRIGGER: usize = 4;

/// Where the body is in a row of [`EVENTS`].
pub(super) const BODY_OF_EVENT: usize = 1;

/// An event without `STARTS` gets the moment at which it was made.
pub(super) const EVENTS: &str = "SELECT EVENT_NAME, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, \
     INTERVAL_FIELD, CASE WHEN STARTS = CASE TIME_ZONE WHEN 'SYSTEM' THEN CREATED \
     ELSE CONVERT_TZ(CREATED, 'SYSTEM', TIME_ZONE) END THEN NULL ELSE STARTS END, ENDS, STATUS, ON_COMPLETION, \
     EVENT_COMMENT, SQL_MODE, TIME_ZONE, DEFINER FROM information_schema.EVENTS \
     WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME";

/// Returns the body out of what `SHOW CREATE TRIGGER` or `SHOW CREATE EVENT` printed.
///
/// `information_schema` has them, too, but prints letters beyond the first 65,536 as `?`, and MySQL's `it''s` as `it's`.
pub(super) fn body(context: &Context, what: &str, sql_mode: &str, text: &str) -> Result<String, Unknown> {
    // It is printed with the quotes of its own mode.
    let mut tokens = Tokens::new(text, Reading::asked(context.dialect, &context.version, sql_mode));
    let begins = |tokens: &mut Tokens<'_>| match what {
        "TRIGGER" => tokens.take(&["FOR", "EACH", "ROW"]),
        _ => tokens.take(&["DO"]),
    };
    while !begins(&mut tokens) {
        tokens.next()?;
    }
    let mut body = tokens.behind();
    if what == "TRIGGER" && (tokens.take(&["FOLLOWS"]) || tokens.take(&["PRECEDES"])) {
        tokens.name()?;
        body = tokens.behind();
    }
    Ok(body_of(body).to_owned())
}

/// Reads the triggers.
pub(super) fn triggers(context: &Context, rows: Vec<Row>) -> Vec<Object> {
    let mut triggers: Vec<Object> = Vec::new();
    for row in rows {
        let [Some(name), Some(table), Some(timing), Some(event), Some(body), mode, definer] = row.as_slice() else {
            continue;
        };
        let table = Identity::new(Kind::Table, None, table);
        let mut trigger = Object::new(table.part(Kind::Trigger, name))
            .with(Attribute::Applies, format!("{timing} {event}"))
            .with(Attribute::Expression, body_of(body));
        trigger.needs.push(Arc::new(table));
        if let Some(before) = triggers.last().filter(|before| is_alike(before, &trigger)) {
            trigger.set(
                Attribute::Options,
                Value::List([format!("FOLLOWS {}", quoted(&before.identity.name)).into()].into()),
            );
            trigger.needs.push(before.identity.clone());
            trigger.needs.sort();
        }
        name_definer(context, &mut trigger, definer.as_deref());
        modes(context, &mut trigger, mode.as_deref().unwrap_or_default(), None);
        triggers.push(trigger);
    }
    triggers
}

/// Returns whether two triggers fire at the same time.
fn is_alike(one: &Object, two: &Object) -> bool {
    one.identity.owner == two.identity.owner && one.get(Attribute::Applies) == two.get(Attribute::Applies)
}

/// Reads the events.
pub(super) fn events(context: &Context, rows: Vec<Row>) -> Vec<Object> {
    rows.into_iter().filter_map(|row| event(context, &row)).collect()
}

fn event(context: &Context, row: &Row) -> Option<Object> {
    let cell = |index: usize| row.get(index).and_then(Option::as_deref);
    let mut event = Object::new(Identity::new(Kind::Event, None, cell(0)?));
    event.set(Attribute::Expression, body_of(cell(1)?).into());
    let time = |word: &str, cell: Option<&str>| cell.map(|at| format!(" {word} '{at}'")).unwrap_or_default();
    let schedule = match (cell(3), cell(4)) {
        (Some(at), _) => format!("AT '{at}'"),
        (None, value) => {
            let value = value?;
            let is_plain = value.starts_with('\'') || value.bytes().all(|b| b.is_ascii_digit());
            let value = if is_plain { value.to_owned() } else { format!("'{value}'") };
            format!("EVERY {value} {}{}{}", cell(5)?, time("STARTS", cell(6)), time("ENDS", cell(7)))
        }
    };
    event.set(Attribute::Applies, schedule.into());
    match cell(8)? {
        "ENABLED" => {}
        "DISABLED" => event.set(Attribute::Enabled, "DISABLE".into()),
        // A replica that another server's events came to.
        _ => event.set(Attribute::Enabled, "DISABLE ON SLAVE".into()),
    }
    if cell(9)? == "PRESERVE" {
        event.set(Attribute::Options, Value::List(["ON COMPLETION PRESERVE".into()].into()));
    }
    if let Some(comment) = cell(10).filter(|comment| !comment.is_empty()) {
        event.set(Attribute::Comment, comment.into());
    }
    name_definer(context, &mut event, cell(13));
    modes(context, &mut event, cell(11).unwrap_or_default(), cell(12));
    Some(event)
}

fn name_definer(context: &Context, object: &mut Object, told: Option<&str>) {
    let Some(told) = told else { return };
    let (user, host) = match told.rsplit_once('@') {
        Some((user, host)) => (user.to_owned(), Some(host.to_owned())),
        None => (told.to_owned(), None),
    };
    if let Some(definer) = definer(context, user, host) {
        object.set(Attribute::Definer, definer.into());
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
