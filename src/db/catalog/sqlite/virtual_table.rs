//! Virtual tables of SQLite, by the text that made them.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;

/// Reads `CREATE VIRTUAL TABLE`.
pub(super) fn virtual_table(name: &str, sql: &str) -> Result<Object, Unexpected> {
    let mut words = Words::of(sql)?;
    for word in ["create", "virtual", "table"] {
        words.expect(word)?;
    }
    words.name()?;
    words.expect("using")?;
    let module = words.name()?;
    let mut table = Object::new(Identity::new(Kind::Table, None, name)).with(Attribute::Source, sql);
    table.set(Attribute::Form, Value::List(["virtual".into()].into()));
    table.set(Attribute::Method, Value::from(module.to_ascii_lowercase()));
    if words.is("(") {
        // What they mean is the module's; only layout is sure to mean nothing.
        let mut group = words.group()?;
        let mut options = Vec::new();
        while !group.is_done() {
            let option: Vec<&str> = group.until(&[","])?.rest().map(|(_, text)| text).collect();
            options.push(option.join(" ").into_boxed_str());
            group.takes(&[","]);
        }
        table.set(Attribute::Options, Value::List(options.into()));
    }
    if words.is_done() { Ok(table) } else { Err(words.unexpected()) }
}
