//! All kinds of MariaDB and MySQL, in one reading.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Unread;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::listed::Listed;
use crate::db::catalog::mysql::rights::hidden;
use crate::db::catalog::mysql::rights::unknown;
use crate::db::catalog::mysql::routine::routine;
use crate::db::catalog::mysql::routine::sequence;
use crate::db::catalog::mysql::session::Settings;
use crate::db::catalog::mysql::shown::shown;
use crate::db::catalog::mysql::table::refer;
use crate::db::catalog::mysql::table::table;
use crate::db::catalog::mysql::tokens::Unknown;
use crate::db::catalog::mysql::trigger::BODY_OF_EVENT;
use crate::db::catalog::mysql::trigger::BODY_OF_TRIGGER;
use crate::db::catalog::mysql::trigger::body;
use crate::db::catalog::mysql::trigger::events;
use crate::db::catalog::mysql::trigger::triggers;
use crate::db::catalog::mysql::view::used;
use crate::db::catalog::mysql::view::view;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Dialect;
use crate::journal::Journal;
use crate::journal::Row;

/// Reads all kinds; the session is afterwards as it was.
pub(in crate::db::catalog) async fn read(database: &mut Database, journal: &Journal) -> Result<Catalog, Failure> {
    let settings = Settings::set(database).await?;
    let (sql_mode, time_zone) = (settings.sql_mode(), settings.time_zone());
    let read = match Context::ask(database, sql_mode, time_zone).await {
        Ok(context) => read_as(&context, database, journal).await,
        Err(failure) => Err(failure),
    };
    if !read.as_ref().is_err_and(|failure| failure.lost) {
        settings.put_back(database).await?;
    }
    read
}

/// DDL is in no snapshot of these servers, so what is there is listed again behind the reading: where something came or
/// went meanwhile, it is read again, a few times.
async fn read_as(context: &Context, database: &mut Database, journal: &Journal) -> Result<Catalog, Failure> {
    const MOST: usize = 3;
    let mut listed = Listed::ask(database).await?;
    for _ in 1..MOST {
        let catalog = read_listed(context, database, journal, &listed).await?;
        let again = Listed::ask(database).await?;
        if again == listed {
            return Ok(catalog);
        }
        listed = again;
    }
    read_listed(context, database, journal, &listed).await
}

/// What `SHOW CREATE` is asked of.
struct Question<'l> {
    /// `TABLE`, `VIEW`, `PACKAGE BODY` …
    what: &'l str,
    name: &'l str,
}

async fn read_listed(
    context: &Context,
    database: &mut Database,
    journal: &Journal,
    listed: &Listed,
) -> Result<Catalog, Failure> {
    let is_own = |name: &str| journal.schema == context.database && journal.tables().contains(&name);
    let mut questions = Vec::new();
    for (name, kind) in listed.tables.iter().filter(|(name, _)| !is_own(name)) {
        let what = match kind.as_str() {
            "VIEW" | "SYSTEM VIEW" => "VIEW",
            "SEQUENCE" => "SEQUENCE",
            kind if kind.starts_with("TEMPORARY") => continue, // of this session only
            _ => "TABLE",
        };
        questions.push(Question { what, name });
    }
    questions.extend(listed.routines.iter().map(|(name, what)| Question { what, name }));
    let (mut trigger_rows, mut event_rows) = (listed.triggers.clone(), listed.events.clone());
    for (what, rows) in [("TRIGGER", &listed.triggers), ("EVENT", &listed.events)] {
        let names = rows.iter().filter_map(|row| row.first()?.as_deref());
        questions.extend(names.map(|name| Question { what, name }));
    }
    let queries: Vec<String> = questions
        .iter()
        .map(|Question { what, name }| format!("SHOW CREATE {what} `{}`", name.replace('`', "``")))
        .collect();
    let mut objects = Vec::new();
    let mut unread = hidden(database).await?;
    if context.dialect == Dialect::Mysql {
        unread.extend(unknown(database).await?);
    }
    for (question, answer) in questions.iter().zip(shown(database, &queries).await?) {
        let (rows, at) = match question.what {
            "TRIGGER" => (&mut trigger_rows, BODY_OF_TRIGGER),
            "EVENT" => (&mut event_rows, BODY_OF_EVENT),
            _ => (&mut Vec::new(), 0),
        };
        let is_it = |row: &Row| row.first().and_then(Option::as_deref) == Some(question.name);
        if let Some(index) = rows.iter().position(is_it) {
            let body = answer.map_err(|failure| failure.reason()).and_then(|row| question.body(context, &row));
            match body {
                Ok(body) => rows[index][at] = Some(body),
                Err(reason) => {
                    rows.remove(index);
                    unread.push(question.unread(reason));
                }
            }
            continue;
        }
        let read = answer.map_err(|failure| failure.reason()).and_then(|row| question.read(context, &row));
        match read {
            Ok(found) => objects.extend(found),
            Err(reason) => unread.push(question.unread(reason)),
        }
    }
    objects.extend(
        triggers(context, trigger_rows)
            .into_iter()
            .filter(|trigger| !trigger.identity.owner.as_deref().is_some_and(is_own)),
    );
    objects.extend(events(context, event_rows));
    refer(&mut objects, context);
    need(&mut objects, context);
    let mut catalog = Catalog::empty(context.dialect, &context.version);
    for object in objects {
        insert(&mut catalog, object);
    }
    unread.sort();
    catalog.unread = unread;
    Ok(catalog)
}

impl Question<'_> {
    fn unread(&self, reason: Unknown) -> Unread {
        Unread { kind: self.what.to_lowercase(), name: self.name.to_owned(), reason }
    }

    /// Returns the body of a trigger or an event.
    fn body(&self, context: &Context, row: &Row) -> Result<String, Unknown> {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref);
        let text = cell(if self.what == "TRIGGER" { 2 } else { 3 });
        let text = text.ok_or_else(|| "its definition is not shown to this user".to_owned())?;
        body(context, self.what, cell(1).unwrap_or_default(), text)
    }

    fn read(&self, context: &Context, row: &Row) -> Result<Vec<Object>, Unknown> {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref);
        let hidden = || "its definition is not shown to this user".to_owned();
        let kind = match self.what {
            "TABLE" => return table(context, cell(1).ok_or_else(hidden)?),
            "VIEW" => return view(context, cell(1).ok_or_else(hidden)?).map(|view| vec![view]),
            "SEQUENCE" => return sequence(context, cell(1).ok_or_else(hidden)?).map(|sequence| vec![sequence]),
            "FUNCTION" => Kind::Function,
            "PROCEDURE" => Kind::Procedure,
            "PACKAGE" | "PACKAGE BODY" => Kind::Package,
            other => return Err(format!("a {} is not known", other.to_lowercase())),
        };
        let text = cell(2).ok_or_else(hidden)?;
        routine(context, kind, self.name, cell(1).unwrap_or_default(), text).map(|routine| vec![routine])
    }
}

/// The body of a package comes apart from what it offers.
fn insert(catalog: &mut Catalog, object: Object) {
    let body = object.get(Attribute::Expression).cloned();
    if object.identity.kind == Kind::Package
        && let (Some(body), Some(package)) = (body, catalog.get_mut(&object.identity))
    {
        package.set(Attribute::Expression, body);
        return;
    }
    catalog.insert(object);
}

/// Adds what views read from and call, and the sequences that columns take values of.
fn need(objects: &mut [Object], context: &Context) {
    let mut named: BTreeMap<Box<str>, Vec<Arc<Identity>>> = BTreeMap::new();
    for object in objects.iter() {
        if matches!(object.identity.kind, Kind::Table | Kind::View | Kind::Sequence | Kind::Function) {
            named.entry(object.identity.name.clone()).or_default().push(object.identity.clone());
        }
    }
    for object in objects.iter_mut() {
        let attribute = match object.identity.kind {
            Kind::View => Attribute::Definition,
            Kind::Column => Attribute::Default,
            _ => continue,
        };
        let Some(text) = object.text(attribute) else { continue };
        let found: Vec<_> =
            used(context, text).into_iter().filter_map(|name| named.get(&*name)).flatten().cloned().collect();
        object.needs.extend(found.into_iter().filter(|needed| *needed != object.identity));
        object.needs.sort();
        object.needs.dedup();
    }
}
