//! A project that was begun with a database, for people and for programs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::author::Made;
use crate::author::NewScript;
use crate::autogenerate::First;
use crate::autogenerate::Tried;
use crate::catalog::Catalog;
use crate::catalog::Kind;
use crate::catalog::Unread;
use crate::cli::ui::json::document;
use crate::cli::ui::json::path;
use crate::cli::ui::made::MadeJson;
use crate::project::own_objects;
use crate::schemas::LeftOut;

/// What was made of a database.
pub struct Taken {
    /// The files.
    pub made: Made,
    /// The first revision.
    pub script: NewScript,
    /// The file of the model.
    pub model: PathBuf,
    /// What the database has.
    pub live: Catalog,
    /// That as a revision.
    pub first: First,
    /// How it ran.
    pub tried: Tried,
    /// Whether it was noted as applied.
    pub is_stamped: bool,
}

impl Taken {
    /// Returns whether all that the database has is in the files, and was proved.
    pub fn is_whole(&self) -> bool {
        self.tried.holds() && self.first.left.is_empty() && self.live.unread.is_empty()
    }

    /// Returns whether nothing is known by which the revision is not what the database has.
    pub fn may_be_stamped(&self) -> bool {
        matches!(self.tried, Tried::Nowhere(_)) || self.tried.holds()
    }
}

/// Returns the lines that tell it, below the files.
pub fn lines(taken: &Taken) -> Vec<String> {
    let Taken { live, first, tried, .. } = taken;
    let mut lines = vec![format!("the database has {}", counted(live))];
    lines.extend(first.left.iter().map(|LeftOut { identity, reason }| format!("left out: {identity}: {reason}")));
    if !first.is_reversible() {
        lines.push("there is no downgrade: see the script".to_owned());
    }
    match tried {
        Tried::Ran(proof) if proof.holds() => {
            lines.push("proved: both ways were run on a scratch database".to_owned());
        }
        Tried::Ran(proof) => {
            lines.extend(proof.upgrade_remarks().into_iter().map(|it| format!("upgrade {it}")));
            lines.extend(proof.downgrade_remarks().into_iter().map(|it| format!("downgrade {it}")));
        }
        Tried::Nowhere(error) => {
            lines.push(format!("not proved: {}", error.message()));
            lines.extend(error.kind.hint());
            lines.push("then `rev diff head live` runs it, and compares".to_owned());
        }
    }
    lines
}

/// Counts what is in a database, without the parts of things.
fn counted(live: &Catalog) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    own_objects(live).iter().for_each(|identity| *counts.entry(identity.kind).or_default() += 1);
    let words = counts.into_iter().map(|(kind, count)| {
        let word = if count == 1 { kind.as_str() } else { kind.plural() };
        format!("{count} {}", word.replace('-', " "))
    });
    let words: Vec<_> = words.collect();
    if words.is_empty() { "nothing that could be read".to_owned() } else { words.join(", ") }
}

/// Returns the document of `init --from-database`.
pub fn json(taken: &Taken) -> String {
    let Taken { made, script, model, live, first, tried, is_stamped } = taken;
    let named = |LeftOut { identity, reason }: &LeftOut| Unread {
        kind: identity.kind.to_string(),
        name: identity.path(),
        reason: reason.clone(),
    };
    let proved = match tried {
        Tried::Ran(proof) => Some(proof.holds()),
        Tried::Nowhere(_) => None,
    };
    document(&TakenJson {
        files: MadeJson::of(made),
        revision: Some(script.revision.to_string()),
        path: Some(path(&script.path)),
        model: Some(path(model)),
        objects: live.len(),
        unread: live.unread.iter().cloned().chain(first.left.iter().map(named)).collect(),
        proved,
        left: tried.upgrade_remarks().into_iter().chain(tried.downgrade_remarks()).collect(),
        reversible: Some(first.is_reversible()),
        stamped: *is_stamped,
    })
}

/// Returns the document where there is nothing in the database.
pub fn empty_json(made: &Made) -> String {
    document(&TakenJson {
        files: MadeJson::of(made),
        revision: None,
        path: None,
        model: None,
        objects: 0,
        unread: Vec::new(),
        proved: None,
        left: Vec::new(),
        reversible: None,
        stamped: false,
    })
}

#[derive(Serialize)]
struct TakenJson {
    #[serde(flatten)]
    files: MadeJson,
    revision: Option<String>,
    path: Option<String>,
    model: Option<String>,
    objects: usize,
    unread: Vec<Unread>,
    proved: Option<bool>,
    left: Vec<String>,
    reversible: Option<bool>,
    stamped: bool,
}
