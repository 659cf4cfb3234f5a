//! Triggers of SQLite, by the text that made them.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::expression::statement;
use crate::db::catalog::sqlite::piece::printed;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;

/// Reads `CREATE TRIGGER`.
pub(super) fn trigger(on: &Identity, name: &str, sql: &str) -> Result<Object, Unexpected> {
    let mut words = Words::of(sql)?;
    words.expect("create")?;
    words.expect("trigger")?;
    words.name()?;
    let time = match () {
        () if words.takes(&["after"]) => "AFTER",
        () if words.takes(&["instead", "of"]) => "INSTEAD OF",
        () => {
            words.takes(&["before"]);
            "BEFORE"
        }
    };
    let event = printed(&statement(words.until(&["on"])?)?);
    words.expect("on")?;
    words.name()?;
    words.takes(&["for", "each", "row"]); // there is nothing else
    let mut trigger = Object::new(on.part(Kind::Trigger, name)).with(Attribute::Source, sql);
    trigger.set(Attribute::Applies, Value::from(format!("{time} {event}")));
    if words.takes(&["when"]) {
        let condition = words.until(&["begin"])?;
        trigger.set(Attribute::Expression, Value::from(printed(&statement(condition)?)));
    }
    trigger.set(Attribute::Definition, Value::from(printed(&statement(words.until(&[])?)?)));
    Ok(trigger)
}
