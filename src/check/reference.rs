//! The rules that compare the scripts with what a git reference has.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::configured::Configured;
use crate::check::configured::dialects;
use crate::check::finding::Remark;
use crate::check::git::Entry;
use crate::check::git::Git;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::id::RevisionId;
use crate::script::Outline;
use crate::script::Script;
use crate::script::Spanned;
use crate::span::Source;

/// The scripts of the working tree beside those of a reference.
pub(crate) struct ReferenceView<'a> {
    reference: &'a str,
    configured: Option<Configured>,
    outlines: BTreeMap<&'a RevisionId, &'a Outline>,
    /// Files whose script is broken now; which revision they hold is not known.
    broken: &'a HashSet<PathBuf>,
    then: Scripts,
    /// What the reference and the working tree both come from; nothing when that is the reference itself, or not known.
    before: Option<Scripts>,
}

/// The valid scripts of a commit; one that was broken already says nothing.
type Scripts = BTreeMap<RevisionId, Arc<Script>>;

impl<'a> ReferenceView<'a> {
    /// Asks git, in the first of the script folders.
    pub(crate) fn read(
        config: &Config,
        reference: &'a str,
        configured: Option<Configured>,
        outlines: &'a [Outline],
        broken: &'a HashSet<PathBuf>,
    ) -> Result<Self, Error> {
        let git = |folder| Git { folder, reference };
        let first = git(config.versions.first().map_or(Path::new(""), PathBuf::as_path));
        let commit = first.commit()?;
        let base = first.merge_base(&commit)?.filter(|base| *base != commit);
        let list = |commit: &str| -> Result<Vec<Entry>, Error> {
            let mut entries = Vec::new();
            for folder in &config.versions {
                let found = git(folder).scripts(commit, config.recursive)?;
                entries.extend(found.into_iter().map(|entry| Entry { path: folder.join(&entry.path), ..entry }));
            }
            Ok(entries)
        };
        let then = list(&commit)?;
        let before = base.map(|base| list(&base)).transpose()?;
        let all = then.iter().chain(before.iter().flatten());
        // Most files are the same in both, and then they are read and parsed once.
        let objects: BTreeMap<&str, &PathBuf> = all.map(|entry| (entry.object.as_str(), &entry.path)).collect();
        let contents = first.contents(objects.keys().copied())?;
        let parse = |(object, text): (String, String)| {
            let path = objects.get(object.as_str()).map(|path| path.to_path_buf()).unwrap_or_default();
            Some((object, Arc::new(Script::parse(Source::new(path, text)).ok()?)))
        };
        let parsed: HashMap<String, Arc<Script>> = contents.into_iter().filter_map(parse).collect();
        let scripts = |entries: &[Entry]| -> Scripts {
            let scripts = entries.iter().filter_map(|entry| parsed.get(&entry.object));
            scripts.map(|script| (script.header.revision.value.clone(), Arc::clone(script))).collect()
        };
        let (then, before) = (scripts(&then), before.as_deref().map(scripts));
        let outlines = outlines.iter().map(|outline| (&outline.header.revision.value, outline)).collect();
        Ok(Self { reference, configured, outlines, broken, then, before })
    }

    /// Returns whether the working tree ever had a revision of the reference. One that came to the reference since is
    /// not missing: the working tree is only behind.
    fn is_ours(&self, id: &RevisionId) -> bool {
        self.before.as_ref().is_none_or(|before| before.contains_key(id))
    }
}

pub(crate) fn deleted_revision(view: &ReferenceView<'_>) -> Vec<Remark> {
    let then = view.then.iter().filter(|(id, script)| {
        let is_here = view.outlines.contains_key(id) || view.broken.contains(&script.source.path);
        !is_here && view.is_ours(id)
    });
    let remark =
        |(id, script): (&RevisionId, &Arc<Script>)| Remark {
            file: Some(script.source.path.clone()),
            revision: Some(id.clone()),
            ..Remark::new(format!("revision `{id}` is in {}, and no script has it any more", view.reference)).hint(
                format!("bring it back with `git checkout {} -- {}`", view.reference, script.source.path.display()),
            )
        };
    then.map(remark).collect()
}

pub(crate) fn changed_revision(view: &ReferenceView<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (id, then) in &view.then {
        let Some(outline) = view.outlines.get(id) else { continue };
        let Ok(now) = outline.script() else { continue };
        let Some(what) = difference(&now, then, view.configured) else { continue };
        // What the reference alone changed since is no change of ours.
        let before = view.before.as_ref().and_then(|before| before.get(id));
        if before.is_some_and(|before| difference(&now, before, view.configured).is_none()) {
            continue;
        }
        let message = format!("revision `{id}` is not what it is in {}: its {what} differ", view.reference);
        let hint = "databases may have applied it: put it back, and make the change in a new revision";
        remarks.push(Remark::new(message).about(id, now.span(&now.header.revision.range)).hint(hint));
    }
    remarks
}

/// Returns in what two scripts of a revision differ, other than in comments and layout.
fn difference(now: &Script, then: &Script, configured: Option<Configured>) -> Option<&'static str> {
    let names = |names: &[Spanned<String>]| names.iter().map(|name| name.value.clone()).collect::<Vec<_>>();
    if names(&now.header.down_revisions) != names(&then.header.down_revisions) {
        return Some("parents");
    }
    if names(&now.header.depends_on) != names(&then.header.depends_on) {
        return Some("dependencies");
    }
    if now.source.text == then.source.text {
        return None;
    }
    let mut all = dialects(now, configured);
    all.extend(dialects(then, configured));
    let differs = |dialect: &Dialect| !now.has_checksum(*dialect, &then.checksum(*dialect));
    all.iter().any(differs).then_some("statements")
}

pub(crate) fn stale_parent(view: &ReferenceView<'_>) -> Vec<Remark> {
    let mut grown: HashMap<&str, &RevisionId> = HashMap::new();
    for (id, script) in &view.then {
        for parent in &script.header.down_revisions {
            grown.entry(&parent.value).or_insert(id);
        }
    }
    let heads: Vec<&RevisionId> = view.then.keys().filter(|id| !grown.contains_key(id.as_str())).collect();
    let mut remarks = Vec::new();
    for (id, outline) in view.outlines.iter().filter(|(id, _)| !view.then.contains_key(**id)) {
        for (place, parent) in outline.header.down_revisions.iter().enumerate() {
            let Some(child) = grown.get(parent.value.as_str()) else { continue };
            let (parent, reference) = (&parent.value, view.reference);
            let message = format!("parent `{parent}` is no head of {reference} any more: `{child}` grows from it");
            let onto = match &heads[..] {
                [head] => format!("`rev rebase {id} --onto {head}`"),
                _ => format!("`rev rebase {id} --onto` one of its heads"),
            };
            let is_here = view.outlines.contains_key(*child);
            let first = if is_here { String::new() } else { format!("bring {reference} in, then ") };
            let hint = format!("{first}{onto}, or `rev merge heads`");
            remarks.push(Remark::new(message).about(id, outline.down_revision_span(place)).hint(hint));
        }
    }
    remarks
}
