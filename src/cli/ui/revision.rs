//! A revision as text: on one line for lists, on several for a closer look.

use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::escape::escape;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::graph::RevisionSet;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::program::Halfway;
use crate::program::Reached;

/// What a database says of the revisions.
#[derive(Debug, Clone)]
pub struct Applied<'g> {
    /// Its rows, without those that others imply.
    pub current: Heads,
    /// Everything the rows imply.
    pub revisions: RevisionSet<'g>,
    /// The revision that stopped half-way.
    pub halfway: Option<Halfway>,
}

impl<'g> Applied<'g> {
    /// Finds out what the rows of a version table mean for the revisions of `graph`.
    pub fn of(graph: &'g RevisionGraph, rows: &Heads) -> Self {
        Self { current: graph.maximal(rows), revisions: graph.applied(rows), halfway: None }
    }

    /// Adds the revision that stopped half-way.
    pub fn stopped_at(self, halfway: Option<&Halfway>) -> Self {
        Self { halfway: halfway.cloned(), ..self }
    }

    /// Returns how far a revision came that stopped half-way.
    pub fn halfway(&self, id: &RevisionId) -> Option<&Halfway> {
        self.halfway.as_ref().filter(|halfway| halfway.revision == *id)
    }
}

/// Returns a line for `history`: `<parents> (<dependencies>) -> <id> (<labels>) (head) (current) …, <message>`.
pub fn line(graph: &RevisionGraph, revision: &Revision, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    let mut parents = parents(revision);
    if !revision.depends_on.is_empty() {
        parents.push_str(&format!(" ({})", names(&revision.depends_on)));
    }
    let arrow = format!("{parents} ->");
    format!("{} {}", paint.text(Role::Faint, &arrow), short(graph, revision, applied, paint))
}

/// Returns a line for `heads` and `current`: the revision without what it grows from.
pub fn short(graph: &RevisionGraph, revision: &Revision, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    let title = title(graph, revision, applied, paint);
    if revision.message.is_empty() { title } else { format!("{title}, {}", escape(&revision.message)) }
}

/// Returns a line for a row of a version table, which may be one that no script has.
pub fn row(graph: &RevisionGraph, id: &RevisionId, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    match graph.get(id) {
        Some(revision) => short(graph, revision, applied, paint),
        None => {
            format!("{} {}", paint.text(Role::Id, &escape(id.as_str())), paint.text(Role::Bad, "(no script has it)"))
        }
    }
}

/// Returns lines for `branches`: the revision, and below it those that grow from it.
pub fn branch_point(graph: &RevisionGraph, revision: &Revision, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    let mut text = short(graph, revision, applied, paint);
    for child in graph.children(&revision.id) {
        let arrow = paint.text(Role::Faint, "->");
        text.push_str(&format!("\n  {arrow} {}", short(graph, child, applied, paint)));
    }
    text
}

/// Returns all that is known of the revision, in lines; the message stands last, below an empty line.
pub fn verbose(graph: &RevisionGraph, revision: &Revision, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: &str| text.push_str(&format!("{name}: {value}\n"));
    let marks = marks(graph, revision, applied, paint);
    add("Rev", &format!("{}{marks}", paint.text(Role::Id, revision.id.as_str())));
    add(if graph.is_merge_point(&revision.id) { "Merges" } else { "Parent" }, &parents(revision));
    if !revision.depends_on.is_empty() {
        add("Also depends on", &names(&revision.depends_on));
    }
    if graph.is_branch_point(&revision.id) {
        let children: Vec<&RevisionId> = graph.children(&revision.id).into_iter().map(|child| &child.id).collect();
        add("Branches into", &names(&children));
    }
    let labels = graph.labels_of(&revision.id);
    if !labels.is_empty() {
        add("Labels", &paint.text(Role::Label, &names(labels)));
    }
    add("Path", &escape(&revision.path.display().to_string()));
    if let Some(created) = &revision.created {
        add("Created", &escape(created));
    }
    if let Some(reached) = applied.and_then(|applied| applied.halfway(&revision.id)?.reached.as_ref()) {
        add("Reached", &escape(&reached.to_string()));
    }
    if !revision.message.is_empty() {
        text.push_str(&format!("\n    {}\n", escape(&revision.message)));
    }
    text
}

fn title(graph: &RevisionGraph, revision: &Revision, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    let mut text = paint.text(Role::Id, revision.id.as_str()).into_owned();
    let labels = graph.labels_of(&revision.id);
    if !labels.is_empty() {
        text.push_str(&format!(" ({})", paint.text(Role::Label, &names(labels))));
    }
    text.push_str(&marks(graph, revision, applied, paint));
    text
}

/// Returns the places of the revision in the graph and in the database, each after a space.
fn marks(graph: &RevisionGraph, revision: &Revision, applied: Option<&Applied<'_>>, paint: Paint) -> String {
    let id = &revision.id;
    let is_current = applied.is_some_and(|applied| applied.current.contains(id));
    let marks = [
        (graph.is_head(id), Role::Mark, "(head)"),
        (is_current, Role::Mark, "(current)"),
        (graph.is_branch_point(id), Role::Faint, "(branchpoint)"),
        (graph.is_merge_point(id), Role::Faint, "(mergepoint)"),
    ];
    let marks = marks.iter().filter(|(holds, ..)| *holds);
    let mut text: String = marks.map(|(_, role, mark)| format!(" {}", paint.text(*role, mark))).collect();
    if let Some(halfway) = applied.and_then(|applied| applied.halfway(id)) {
        text.push_str(&format!(" {}", paint.text(Role::Bad, &stopped(halfway))));
    }
    text
}

/// Returns `(in progress: upgrade, 2 of 3 parts, at versions/a.sql:7:1)`.
fn stopped(halfway: &Halfway) -> String {
    let of = halfway.of.map_or(String::new(), |of| format!(" of {of}"));
    let parts = if halfway.of.unwrap_or(halfway.done) == 1 { "part" } else { "parts" };
    let place = |reached: &Reached| format!(", at {}:{}:{}", reached.file, reached.line, reached.column);
    let place = halfway.reached.as_ref().map_or(String::new(), place);
    format!("(in progress: {}, {}{of} {parts}{})", halfway.direction, halfway.done, escape(&place))
}

fn parents(revision: &Revision) -> String {
    if revision.down_revisions.is_empty() { "<base>".to_owned() } else { names(&revision.down_revisions) }
}

fn names<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<_> = names.iter().map(|name| escape(name.as_ref())).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::id::Label;

    use super::*;

    /// Reads `id < parents + dependencies : labels`, with the message after `|`.
    fn revision(text: &str) -> Revision {
        let (text, message) = text.split_once('|').unwrap_or((text, ""));
        let mut words = text.split_whitespace();
        let id = RevisionId::parse(words.next().unwrap()).unwrap();
        let path = PathBuf::from(format!("versions/{id}.sql"));
        let (down_revisions, depends_on, labels) = (Vec::new(), Vec::new(), Vec::new());
        let created = Some("2026-11-20T09:12:44Z".to_owned());
        let mut revision = Revision { id, down_revisions, depends_on, labels, message: message.into(), created, path };
        let mut sign = "";
        for word in words {
            match (word, sign) {
                ("<" | "+" | ":", _) => sign = word,
                (_, "<") => revision.down_revisions.push(RevisionId::parse(word).unwrap()),
                (_, "+") => revision.depends_on.push(word.to_owned()),
                _ => revision.labels.push(Label::parse(word).unwrap()),
            }
        }
        revision
    }

    fn graph() -> RevisionGraph {
        let text = "a |begin; b < a : shop|sell \x1b[2J; c < a|count; m < b c|join; n < m + x; x|else";
        RevisionGraph::build(text.split(';').map(|text| revision(text.trim_start())).collect()).unwrap()
    }

    fn rows(text: &str) -> Heads {
        text.split_whitespace().map(RevisionId::from_row).collect()
    }

    fn show(form: fn(&RevisionGraph, &Revision, Option<&Applied<'_>>, Paint) -> String, id: &str, at: &str) -> String {
        let graph = graph();
        let applied = Applied::of(&graph, &rows(at));
        form(&graph, graph.get(&RevisionId::parse(id).unwrap()).unwrap(), Some(&applied), Paint::Plain)
    }

    #[test]
    fn a_line_says_where_a_revision_stands() {
        assert_eq!(show(line, "a", ""), "<base> -> a (branchpoint), begin");
        assert_eq!(show(line, "b", "b c a"), r"a -> b (shop) (current), sell \u{1b}[2J");
        assert_eq!(show(line, "m", ""), "b, c -> m (shop) (mergepoint), join");
        assert_eq!(show(line, "n", "n"), "m (x) -> n (shop) (head) (current)");
        assert_eq!(show(short, "n", ""), "n (shop) (head)");
    }

    #[test]
    fn a_row_without_a_script_is_shown_too() {
        let graph = graph();
        let row = |id: &str| row(&graph, &RevisionId::from_row(id), None, Paint::Plain);
        assert_eq!(row("c"), "c, count");
        assert_eq!(row("gone\x1b"), r"gone\u{1b} (no script has it)");
    }

    #[test]
    fn a_branch_point_lists_what_grows_from_it() {
        assert_eq!(
            show(branch_point, "a", ""),
            "a (branchpoint), begin\n  -> b (shop), sell \\u{1b}[2J\n  -> c, count"
        );
    }

    #[test]
    fn the_verbose_form_says_all() {
        assert_eq!(
            show(verbose, "a", "a"),
            "Rev: a (current) (branchpoint)\nParent: <base>\nBranches into: b, c\nPath: versions/a.sql\n\
             Created: 2026-11-20T09:12:44Z\n\n    begin\n"
        );
        assert_eq!(
            show(verbose, "n", ""),
            "Rev: n (head)\nParent: m\nAlso depends on: x\nLabels: shop\nPath: versions/n.sql\n\
             Created: 2026-11-20T09:12:44Z\n"
        );
        assert!(show(verbose, "m", "").contains("\nMerges: b, c\n"));
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let graph = graph();
        for revision in graph.revisions() {
            for form in [line, short, verbose] {
                let plain = form(&graph, revision, None, Paint::Plain);
                let colored = form(&graph, revision, None, Paint::Color);
                assert!(colored.contains("\x1b["));
                assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
            }
        }
    }
}
