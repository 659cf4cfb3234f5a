//! A revision that rev wrote, for people and for programs.

use serde::Serialize;

use crate::author::NewScript;
use crate::autogenerate::Change;
use crate::autogenerate::Written;
use crate::cli::ui::difference;
use crate::cli::ui::difference::DifferenceJson;
use crate::cli::ui::json::document;
use crate::cli::ui::json::path;
use crate::cli::ui::paint::Paint;
use crate::diff::Rename;
use crate::schemas::ScriptProof;

/// What became of a revision that rev was to write.
pub struct Generated {
    /// What is, and what should be.
    pub change: Change,
    /// The file; nothing where nothing differs.
    pub script: Option<NewScript>,
    /// The statements.
    pub written: Option<Written>,
    /// How they ran.
    pub proof: Option<ScriptProof>,
    /// What has another name from now on.
    pub renames: Vec<Rename>,
    /// What may be a rename, and nobody was asked.
    pub likely: Vec<Rename>,
}

/// Returns what a person is told beside the path.
pub fn lines(made: &Generated, paint: Paint) -> Vec<String> {
    let Generated { change, written, proof, likely, .. } = made;
    let (from, to) = (change.from.to_string(), change.to.to_string());
    let text = difference::tree(&change.old, &change.new, &change.differences, paint);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.push(difference::counted_summary(&from, &to, &change.differences, unread(change)));
    for Rename { kind, old, new } in likely {
        lines.push(format!("{kind} {old} goes and {new} comes; if it is the same: --rename {old}:{new}"));
    }
    if let Some(written) = written {
        let (upgrade, downgrade) = written.losses();
        lines.extend(upgrade.iter().map(|loss| format!("the upgrade loses {loss}")));
        match downgrade.len() {
            0 => {}
            1 => lines.push("a statement of the downgrade loses rows or values: see `destructive` in it".to_owned()),
            count => lines
                .push(format!("{count} statements of the downgrade lose rows or values: see `destructive` in them")),
        }
        if !written.is_reversible() {
            lines.push("there is no downgrade: see the script".to_owned());
        }
    }
    if let Some(proof) = proof {
        let remarks: Vec<_> = proof.upgrade_remarks().into_iter().map(|it| format!("upgrade {it}")).collect();
        lines.extend(remarks);
        lines.extend(proof.downgrade_remarks().into_iter().map(|it| format!("downgrade {it}")));
        if proof.holds() {
            lines.push("proved: both ways were run on a scratch database".to_owned());
        }
    }
    lines
}

fn unread(change: &Change) -> usize {
    change.old.unread.len() + change.new.unread.len()
}

/// Returns the document of `revision --autogenerate`.
pub fn json(made: &Generated) -> String {
    document(&GeneratedJson::of(made))
}

/// Returns the document of `drift --heal`: the revisions in their order, and the one that the database is stamped with.
pub fn healed_json(made: &[Generated], stamp: Option<&str>) -> String {
    let revisions = made.iter().map(GeneratedJson::of).collect();
    document(&HealedJson { stamp, revisions })
}

#[derive(Serialize)]
struct HealedJson<'a> {
    stamp: Option<&'a str>,
    revisions: Vec<GeneratedJson<'a>>,
}

#[derive(Serialize)]
struct GeneratedJson<'a> {
    revision: Option<String>,
    path: Option<String>,
    from: String,
    to: String,
    differences: Vec<DifferenceJson<'a>>,
    proved: Option<bool>,
    left: Vec<String>,
    reversible: Option<bool>,
    upgrade_destroys: Vec<&'a str>,
    downgrade_destroys: Vec<&'a str>,
    likely_renames: Vec<String>,
}

impl<'a> GeneratedJson<'a> {
    fn of(made: &'a Generated) -> Self {
        let Generated { change, script, written, proof, likely, .. } = made;
        let (upgrade, downgrade) = written.as_ref().map(Written::losses).unwrap_or_default();
        Self {
            revision: script.as_ref().map(|script| script.revision.to_string()),
            path: script.as_ref().map(|script| path(&script.path)),
            from: change.from.to_string(),
            to: change.to.to_string(),
            differences: change.differences.iter().map(DifferenceJson::plain).collect(),
            proved: proof.as_ref().map(ScriptProof::holds),
            left: proof.iter().flat_map(|it| it.upgrade_remarks().into_iter().chain(it.downgrade_remarks())).collect(),
            reversible: written.as_ref().map(Written::is_reversible),
            upgrade_destroys: upgrade,
            downgrade_destroys: downgrade,
            likely_renames: likely.iter().map(|one| format!("{}:{}", one.old, one.new)).collect(),
        }
    }
}
