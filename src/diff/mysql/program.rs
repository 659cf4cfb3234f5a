//! Views, routines, packages, triggers, events and sequences.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::dialect::Dialect;
use crate::diff::difference::Change;
use crate::diff::difference::Difference;
use crate::diff::mysql::sql::table_of;
use crate::diff::mysql::text::literal;
use crate::diff::mysql::text::quoted;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Returns the statements for an object that is none of a table's own parts.
pub(super) fn steps(old: &Catalog, new: &Catalog, difference: &Difference) -> Vec<Step> {
    let identity = &difference.identity;
    let drop = || {
        let word = if identity.kind == Kind::Package {
            "PACKAGE".to_owned()
        } else {
            identity.kind.to_string().to_uppercase()
        };
        let mut step = Step::new(Does::Drop, identity, format!("DROP {word} {}", quoted(&identity.name)));
        if identity.kind == Kind::Sequence {
            step.destroys = Some(format!("how far sequence {} came", quoted(&identity.name)));
        }
        // Tables and views share their names.
        step.with = [Kind::Table, Kind::View, Kind::Sequence]
            .into_iter()
            .filter(|kind| [Kind::View, Kind::Sequence].contains(&identity.kind) && *kind != identity.kind)
            .map(|kind| Arc::new(crate::catalog::Identity::new(kind, None, &identity.name)))
            .collect();
        step
    };
    let Some(object) = new.get(identity) else { return vec![drop()] };
    match &difference.change {
        Change::Removed => vec![drop()],
        Change::Added => create(object, ""),
        Change::Altered { .. } if identity.kind == Kind::View => create(object, "OR REPLACE "),
        Change::Altered { .. } if identity.kind == Kind::Sequence => {
            let range = object.text(Attribute::Range).unwrap_or_default();
            let old_engine = old.get(identity).and_then(|old| old.text(Attribute::Method));
            let engine = object.text(Attribute::Method);
            let alter = Step::new(Does::Alter, identity, format!("ALTER SEQUENCE {} {range}", quoted(&identity.name)));
            match engine.filter(|_| engine != old_engine) {
                Some(engine) => {
                    let sql = format!("ALTER TABLE {} ENGINE={engine}", quoted(&identity.name));
                    vec![alter, Step::new(Does::Alter, identity, sql)]
                }
                None => vec![alter],
            }
        }
        // In one step, with its grants, and nothing happens without it.
        Change::Altered { .. } if new.dialect == Dialect::Mariadb => create(object, "OR REPLACE "),
        Change::Altered { .. } => [vec![drop()], create(object, "")].concat(),
    }
}

/// One that replaces another counts as made: nothing keeps what the old one needed from going before.
fn create(object: &Object, replace: &str) -> Vec<Step> {
    let definer = match object.text(Attribute::Definer) {
        Some(definer) => format!("DEFINER={definer} "),
        None => String::new(),
    };
    let (name, text) = (quoted(&object.identity.name), |attribute| object.text(attribute).unwrap_or_default());
    let sql = match object.identity.kind {
        Kind::View => {
            let option = |prefix: &str| {
                let options = object.pieces(Attribute::Options).iter();
                options
                    .filter(|option| option.starts_with(prefix))
                    .map(|option| format!("{option} "))
                    .collect::<String>()
            };
            let (algorithm, security) = (option("ALGORITHM"), option("SQL SECURITY"));
            format!("CREATE {replace}{algorithm}{definer}{security}VIEW {name} {}", text(Attribute::Definition))
        }
        Kind::Trigger => {
            let table = table_of(&object.identity).map(|table| quoted(&table.name)).unwrap_or_default();
            let order: String = object.pieces(Attribute::Options).iter().map(|option| format!("{option} ")).collect();
            let (applies, body) = (text(Attribute::Applies), text(Attribute::Expression));
            format!("CREATE {replace}{definer}TRIGGER {name} {applies} ON {table} FOR EACH ROW {order}{body}")
        }
        Kind::Event => event(object, &format!("CREATE {replace}{definer}EVENT {name}")),
        Kind::Sequence => {
            let mut sql = format!("CREATE SEQUENCE {name} {}", text(Attribute::Range));
            if let Some(engine) = object.text(Attribute::Method) {
                sql.push_str(&format!(" ENGINE={engine}"));
            }
            if let Some(comment) = object.text(Attribute::Comment) {
                sql.push_str(&format!(" COMMENT={}", literal(comment)));
            }
            sql
        }
        _ => format!("CREATE {replace}{definer}{}", text(Attribute::Definition)),
    };
    let mut steps = vec![Step::new(Does::Create, &object.identity, sql)];
    if let (Kind::Package, Some(body)) = (object.identity.kind, object.text(Attribute::Expression)) {
        steps.push(Step::new(Does::Alter, &object.identity, format!("CREATE {replace}{definer}{body}")));
    }
    steps
}

fn event(object: &Object, head: &str) -> String {
    let text = |attribute| object.text(attribute).unwrap_or_default();
    let mut sql = format!("{head} ON SCHEDULE {}", text(Attribute::Applies));
    for option in object.pieces(Attribute::Options) {
        sql.push_str(&format!(" {option}"));
    }
    if let Some(enabled) = object.text(Attribute::Enabled) {
        sql.push_str(&format!(" {enabled}"));
    }
    if let Some(comment) = object.text(Attribute::Comment) {
        sql.push_str(&format!(" COMMENT {}", literal(comment)));
    }
    format!("{sql} DO {}", text(Attribute::Expression))
}

/// Puts the modes around a statement in which what it makes must be made: the server keeps them with it.
pub(super) fn in_its_modes(steps: Vec<Step>, old: &Catalog, new: &Catalog) -> Vec<Step> {
    let framed = steps.into_iter().flat_map(|step| {
        let side = match (step.does, step.about.kind) {
            // Some versions know them in Oracle's mode only, even to drop them.
            (Does::Drop, Kind::Package) => old,
            (Does::Drop, _) => return vec![step],
            (Does::Alter | Does::Create, _) => new,
        };
        let modes = side.get(&step.about).map(|object| object.pieces(Attribute::Modes)).unwrap_or_default();
        if modes.is_empty() {
            return vec![step];
        }
        let names = || modes.iter().filter_map(|mode| mode.split(' ').next());
        let kept: Vec<_> = names().map(|name| format!("@rev_{name} = @@{name}")).collect();
        let back: Vec<_> = names().map(|name| format!("{name} = @rev_{name}")).collect();
        let set = |sql: String| Step::new(Does::Alter, &step.about, sql);
        let before = set(format!("SET {}, {}", kept.join(", "), modes.join(", ")));
        let after = set(format!("SET {}", back.join(", ")));
        vec![before, step, after]
    });
    framed.collect()
}
