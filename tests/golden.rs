//! Runs 200 recorded graphs with 6,500 queries through the graph code and compares with what Alembic answered.
//!
//! Compared are the sets of steps, the rows after each one, and what is refused. The order within a plan is rev's own;
//! it is checked to be one in which every step can run. Where rev differs on purpose, the difference must be one of
//! `Quirk`, each of which says when it holds; `docs/coming-from-alembic.md` explains them by the same names.
#![allow(clippy::unwrap_used)] // a recording that does not have what it must is a failure of the test

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use rev::direction::Direction;
use rev::error::ErrorKind;
use rev::graph::Anchor;
use rev::graph::Plan;
use rev::graph::Purge;
use rev::graph::Range;
use rev::graph::Revision;
use rev::graph::RevisionGraph;
use rev::graph::Splice;
use rev::graph::Target;
use rev::id::Heads;
use rev::id::RevisionId;
use serde_json::Value;

const RECORDED: &str = include_str!("golden/graphs.jsonl");

type Names = BTreeSet<String>;

/// A way in which rev differs from Alembic on purpose, by its name in `docs/coming-from-alembic.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quirk {
    /// Alembic does not look a label up when it makes no difference.
    Q4,
    /// Alembic's stamp forgets rows beside the target, or keeps rows that others imply.
    Q7,
    /// Alembic counts `-N` from the heads where it does not ask the database.
    Q8,
    /// Alembic takes the first of several rows.
    Q9,
    /// Alembic refuses to downgrade to an applied revision with nothing above it.
    Q10,
    /// Alembic's labels do not steer a walk down past their own revision.
    Q11,
    /// Alembic's downgrade does not narrow `label@head`, nor check `label@ID`; its stamp does not narrow prefixes.
    Q12,
    /// Alembic counts a head that another revision depends on.
    Q13,
    /// Alembic narrows a history by the labels that it shows.
    Q15,
    /// Alembic refuses `+0` and `-0`.
    Q16,
    /// Alembic's prefixes match labels, and only names of four characters and more.
    Q17,
    /// Alembic knows offsets and `current` in some places only.
    Q25,
    /// Alembic walks down from `base` to a base.
    Q26,
    /// Alembic takes `current` for the heads when nothing is applied.
    Q27,
    /// Alembic walks down from the database where the branch that is named is not applied.
    Q28,
}

const QUIRKS: &[Quirk] = &[
    Quirk::Q4,
    Quirk::Q7,
    Quirk::Q8,
    Quirk::Q9,
    Quirk::Q10,
    Quirk::Q11,
    Quirk::Q12,
    Quirk::Q13,
    Quirk::Q15,
    Quirk::Q16,
    Quirk::Q17,
    Quirk::Q25,
    Quirk::Q26,
    Quirk::Q27,
    Quirk::Q28,
];

/// Our codes for each of Alembic's reasons, where both refuse.
///
/// They differ where rev looks at the label first, where it narrows before it counts heads (Q12), and where a target
/// that Alembic does not know at all means something here (Q25) but leads nowhere.
const REASONS: &[(&str, &str)] = &[
    ("ambiguous_partial", "ambiguous-prefix duplicate-label"),
    ("ambiguous_upgrade", "ambiguous-current multiple-heads"),
    ("ambiguous_walk", "ambiguous-walk ambiguous-current multiple-heads not-applied walked-too-far usage"),
    ("bad_branch_target", "not-applied not-in-branch"),
    ("duplicate_heads_given", "nothing-to-merge not-a-head"),
    ("duplicate_label", "duplicate-label"),
    (
        "multiple_heads",
        "multiple-heads several-revisions not-applied unknown-label ambiguous-prefix ambiguous-current bad-target \
         bad-range walked-too-far",
    ),
    ("no_such_branch", "unknown-label ambiguous-prefix bad-target"),
    ("not_a_head", "not-a-head already-joined"),
    (
        "not_ancestor",
        "not-applied not-in-branch bad-range bad-target unknown-label ambiguous-prefix ambiguous-walk \
         ambiguous-current walked-too-far",
    ),
    ("not_branch_member", "not-in-branch"),
    (
        "not_found",
        "unknown-revision unknown-label ambiguous-prefix ambiguous-walk ambiguous-current multiple-heads bad-target \
         bad-range range-not-allowed walked-too-far not-applied not-in-branch not-a-head duplicate-label usage",
    ),
    ("range_not_allowed", "range-not-allowed"),
    (
        "relative_out_of_range",
        "walked-too-far wrong-way ambiguous-current ambiguous-walk ambiguous-prefix multiple-heads bad-range \
         not-in-branch unknown-label",
    ),
];

#[test]
fn recorded_answers_are_ours_but_for_named_quirks() {
    let mut seen: BTreeMap<Quirk, usize> = BTreeMap::new();
    let mut queries = 0;
    for line in RECORDED.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let case = Case::new(&case);
        for query in case.recorded["queries"].as_array().unwrap() {
            queries += 1;
            if let Some(quirk) = case.check(query) {
                *seen.entry(quirk).or_default() += 1;
            }
        }
    }
    assert!(queries > 6_500, "{queries}");
    let unseen: Vec<_> = QUIRKS.iter().filter(|quirk| !seen.contains_key(quirk)).collect();
    assert!(unseen.is_empty(), "nothing in the recording shows {unseen:?}");
}

/// What rev answers, in the recording's terms.
#[derive(Debug, PartialEq)]
enum Answer {
    Refused(&'static str),
    /// The steps, whose order is checked elsewhere, and the rows at the end.
    Ran(Names, Names),
    Named(Names),
    /// A new revision's parents and dependencies.
    New(Names, Names),
}

struct Case<'c> {
    recorded: &'c Value,
    graph: RevisionGraph,
}

impl<'c> Case<'c> {
    fn new(recorded: &'c Value) -> Self {
        let revisions = recorded["graph"].as_array().unwrap().iter().map(|revision| Revision {
            id: revision["revision"].as_str().unwrap().parse().unwrap(),
            down_revisions: strings(&revision["down_revision"]).iter().map(|id| id.parse().unwrap()).collect(),
            depends_on: strings(&revision["depends_on"]),
            labels: strings(&revision["branch_labels"]).iter().map(|label| label.parse().unwrap()).collect(),
            message: String::new(),
            created: None,
            path: PathBuf::new(),
        });
        Self { recorded, graph: RevisionGraph::build(revisions.collect()).unwrap() }
    }

    fn check(&self, query: &Value) -> Option<Quirk> {
        let expected = expected(query);
        let ours = self.ask(query).unwrap_or_else(|error| Answer::Refused(error.code()));
        if let (Answer::Refused(theirs), Answer::Refused(code)) = (&expected, &ours) {
            let reasons = REASONS.iter().find(|(reason, _)| reason == theirs).map_or("", |(_, codes)| *codes);
            assert!(reasons.split(' ').any(|known| known == *code), "{theirs} became {code}: {query}");
            return None;
        }
        if expected == ours {
            return None;
        }
        let quirk = self.quirk(query, &expected, &ours);
        let graph = &self.recorded["graph"];
        assert!(quirk.is_some(), "{}: {query}\nAlembic {expected:?}\nrev     {ours:?}\n{graph}", self.recorded["name"]);
        quirk
    }

    fn ask(&self, query: &Value) -> Result<Answer, ErrorKind> {
        let graph = &self.graph;
        let rows = heads(&query["current"]);
        let named = |revisions: Vec<&Revision>| Answer::Named(revisions.iter().map(|r| r.id.to_string()).collect());
        Ok(match query["op"].as_str().unwrap() {
            "heads" if query["resolve_dependencies"] == true => named(graph.heads()),
            "heads" => named(graph.revisions().iter().filter(|r| graph.children(&r.id).is_empty()).collect()),
            "bases" => named(graph.bases()),
            "branches" => {
                for branch in query["expect"]["branches"].as_array().unwrap() {
                    let children = graph.children(&RevisionId::from_row(branch["rev"].as_str().unwrap()));
                    assert_eq!(texts(children.iter().map(|child| &child.id)), names(&branch["into"]));
                }
                named(graph.branch_points())
            }
            "current" => Answer::Named(texts(graph.maximal(&rows).iter())),
            "show" => Answer::Named(texts(&graph.resolve(&targets(query)?[0], &rows)?)),
            "history" => {
                let range: Range = query["range"].as_str().unwrap_or(":").parse()?;
                named(graph.history(&range, Some(&rows))?)
            }
            "merge" => Answer::New(texts(&graph.resolve_merge(&targets(query)?, &rows, Splice::Refuse)?), Names::new()),
            "revision" => self.author(query)?,
            "stamp" => self.stamp(query, &rows)?,
            "upgrade" | "downgrade" => {
                let (target, rows) = self.way(query)?;
                ran(&self.run(query["op"].as_str().unwrap(), &target, &rows)?)
            }
            "current-after" => {
                let mut rows = rows;
                for step in query["sequence"].as_array().unwrap() {
                    rows =
                        self.run(step["op"].as_str().unwrap(), &step["target"].as_str().unwrap().parse()?, &rows)?.to;
                }
                Answer::Named(texts(rows.iter()))
            }
            other => panic!("{other}"),
        })
    }

    fn author(&self, query: &Value) -> Result<Answer, ErrorKind> {
        let splice = if query["splice"] == true { Splice::Allow } else { Splice::Refuse };
        let parents = self.graph.resolve_parents(&targets(query)?, &Heads::empty(), splice)?;
        for label in strings(&query["branch_label"]) {
            self.graph.check_new_label(&label.parse()?)?;
        }
        let dependencies = strings(&query["depends_on"]);
        let full = |name: &String| self.graph.resolve_dependency(&name.parse()?, &Heads::empty());
        Ok(Answer::New(texts(&parents), dependencies.iter().map(full).collect::<Result<_, ErrorKind>>()?))
    }

    /// Returns the target and the rows it starts from; offline, the range's lower end stands for the rows.
    fn way(&self, query: &Value) -> Result<(Target, Heads), ErrorKind> {
        let text = query["target"].as_str().unwrap();
        if query["sql"] != true {
            return Ok((text.parse()?, heads(&query["current"])));
        }
        let range: Range = text.parse()?;
        let rows = self.graph.resolve(&range.lower.unwrap(), &Heads::empty())?;
        Ok((range.upper.unwrap(), rows.into_iter().collect()))
    }

    fn run(&self, op: &str, target: &Target, rows: &Heads) -> Result<Plan, ErrorKind> {
        let plan = match op {
            "upgrade" => self.graph.plan_upgrade(target, rows)?,
            _ => self.graph.plan_downgrade(target, rows)?,
        };
        self.check_steps(&plan, rows);
        self.check_reverse(&plan);
        Ok(plan)
    }

    /// Checks that each step can run when it does, and that it leaves the maximal elements of what is applied.
    fn check_steps(&self, plan: &Plan, rows: &Heads) {
        let mut applied = self.closure(texts(rows.iter()));
        let mut rows = rows.clone();
        for step in &plan.steps {
            let id = step.revision.to_string();
            match step.direction {
                Direction::Upgrade => {
                    assert!(self.named_by(&id).is_subset(&applied) && applied.insert(id), "{plan:?}");
                }
                _ => {
                    assert!(applied.remove(&id) && applied.iter().all(|other| !self.named_by(other).contains(&id)));
                }
            }
            assert!(step.rows.delete.is_subset(&rows.0) && step.rows.insert.is_disjoint(&rows.0), "{plan:?}");
            step.rows.apply(&mut rows);
            let named: Names = applied.iter().flat_map(|id| self.named_by(id)).collect();
            assert_eq!(texts(rows.iter()), &applied - &named, "{plan:?}");
        }
        assert!(plan.steps.is_empty() || rows == plan.to);
    }

    /// Checks that a downgrade from a single head is the exact reverse of the upgrade back to it.
    fn check_reverse(&self, plan: &Plan) {
        let (Some(head), 1) = (plan.from.iter().next(), plan.from.iter().len()) else { return };
        if plan.steps.first().is_some_and(|step| step.direction == Direction::Downgrade) {
            let back = self.graph.plan_upgrade(&Target::revision(head), &plan.to).unwrap();
            let down: Vec<_> = plan.steps.iter().map(|step| &step.revision).collect();
            assert_eq!(back.steps.iter().rev().map(|step| &step.revision).collect::<Vec<_>>(), down);
        }
    }

    /// Stamps, and checks that the rows are those which upgrades and downgrades would leave.
    fn stamp(&self, query: &Value, rows: &Heads) -> Result<Answer, ErrorKind> {
        let purge = if query["purge"] == true { Purge::All } else { Purge::Keep };
        let targets = targets(query)?;
        let plan = self.graph.plan_stamp(&targets, rows, purge)?;
        let mut state = if purge == Purge::All { Heads::empty() } else { self.graph.maximal(rows) };
        for target in &targets {
            let applied = self.graph.applied(&state);
            let revisions = self.graph.resolve(target, &state)?;
            if revisions.iter().any(|id| !applied.contains(id)) {
                let wanted = state.iter().chain(&revisions).cloned().collect();
                state = self.graph.maximal(&wanted);
            } else if revisions.len() < 2 {
                state = self.graph.plan_downgrade(target, &state)?.to;
            }
        }
        assert_eq!(plan.to, state, "{query}");
        let mut written = rows.clone();
        for step in &plan.steps {
            assert!(step.rows.delete.is_subset(&written.0) && step.rows.insert.is_disjoint(&written.0), "{plan:?}");
            step.rows.apply(&mut written);
        }
        assert!(written == plan.to || plan.steps.is_empty(), "{plan:?}");
        Ok(Answer::Ran(Names::new(), texts(plan.to.iter())))
    }

    /// Returns the parents and dependencies, as the recording has them.
    fn named_by(&self, id: &str) -> Names {
        let revision = self.graph.get(&RevisionId::from_row(id)).unwrap();
        let dependency = |name: &String| match name.parse().ok().and_then(|label| self.graph.labelled(&label)) {
            Some(declaring) => declaring.id.to_string(),
            None => name.clone(),
        };
        let parents = revision.down_revisions.iter().map(ToString::to_string);
        parents.chain(revision.depends_on.iter().map(dependency)).collect()
    }

    fn closure(&self, mut found: Names) -> Names {
        let mut open: Vec<String> = found.iter().cloned().collect();
        while let Some(id) = open.pop() {
            open.extend(self.named_by(&id).into_iter().filter(|name| found.insert(name.clone())));
        }
        found
    }

    /// Returns why the two answers differ, when they may.
    fn quirk(&self, query: &Value, theirs: &Answer, ours: &Answer) -> Option<Quirk> {
        let op = query["op"].as_str().unwrap();
        let targets = all_targets(query);
        let any = |holds: &dyn Fn(&Target) -> bool| targets.iter().any(holds);
        let labelled = any(&|target| target.label.is_some());
        let below_here = any(&|target| target.anchor == Anchor::Here && target.offset < 0);
        let elsewhere = !matches!(op, "upgrade" | "downgrade" | "current-after");
        Some(match (theirs, ours) {
            (_, Answer::Refused("unknown-label" | "ambiguous-prefix")) if labelled => Quirk::Q4,
            (_, Answer::Ran(_, to)) if op == "stamp" && matches!(theirs, Answer::Ran(..)) && !to.is_empty() => {
                Quirk::Q7
            }
            (_, Answer::Ran(_, to)) if op == "stamp" && to.is_empty() && labelled => Quirk::Q7,
            (Answer::Refused("relative_out_of_range"), Answer::Ran(steps, _))
                if steps.is_empty() && any(&|t| t.anchor == Anchor::Here && t.offset == 0) =>
            {
                Quirk::Q16
            }
            _ if self.short_prefix(&targets) => Quirk::Q17,
            (Answer::Ran(..) | Answer::Named(_), Answer::Refused("walked-too-far"))
                if any(&|target| target.anchor == Anchor::Base && target.offset < 0) =>
            {
                Quirk::Q26
            }
            _ if elsewhere && below_here => Quirk::Q8,
            (Answer::Named(_), Answer::Named(_) | Answer::Refused("bad-range"))
                if op == "history" && heads(&query["current"]).is_empty() && any(&|t| t.anchor == Anchor::Current) =>
            {
                Quirk::Q27
            }
            (Answer::Named(_), Answer::Named(_)) if op == "history" && labelled => Quirk::Q15,
            (Answer::Refused("not_found"), _) if any(&|t| t.offset != 0 || t.needs_rows()) => Quirk::Q25,
            (Answer::Ran(..) | Answer::Named(_), Answer::Refused("ambiguous-current")) if below_any(query) => Quirk::Q9,
            (Answer::Refused("not_ancestor"), Answer::Ran(steps, _)) if steps.is_empty() => Quirk::Q10,
            (Answer::Refused("bad_branch_target" | "ambiguous_walk"), Answer::Ran(..)) if labelled => Quirk::Q11,
            (Answer::Refused("multiple_heads"), Answer::Ran(..)) if op == "downgrade" && labelled => Quirk::Q12,
            (Answer::Refused("ambiguous_partial"), Answer::Ran(..)) if op == "stamp" && labelled => Quirk::Q12,
            (Answer::Ran(..), Answer::Refused("not-in-branch")) if op == "downgrade" => Quirk::Q12,
            (Answer::Ran(..), Answer::Refused("not-applied")) if op == "downgrade" && labelled && below_here => {
                Quirk::Q28
            }
            _ if self.effective_heads(op, theirs, ours) => Quirk::Q13,
            (Answer::Ran(a, _), Answer::Ran(b, _)) if labelled && below_here && b.is_subset(a) => Quirk::Q11,
            _ => return None,
        })
    }

    /// Whether one head is left when those are not counted that others depend on, or only one row.
    fn effective_heads(&self, op: &str, theirs: &Answer, ours: &Answer) -> bool {
        match (theirs, ours) {
            (Answer::Refused("multiple_heads"), _) => self.graph.heads().len() == 1,
            (Answer::New(parents, _), Answer::Refused("nothing-to-merge")) => op == "merge" && parents.len() == 1,
            (Answer::Named(rows), Answer::Named(ours)) => op == "current" && self.maximal(rows) == *ours,
            _ => false,
        }
    }

    /// Whether a name is a prefix that begins a label, or begins ids of fewer than four characters.
    fn short_prefix(&self, targets: &[Target]) -> bool {
        let names = targets.iter().flat_map(|target| match &target.anchor {
            Anchor::Name(name) => vec![name.as_str(), target.label.as_deref().unwrap_or_default()],
            _ => vec![target.label.as_deref().unwrap_or_default()],
        });
        let exact = |name: &str| self.graph.get(&RevisionId::from_row(name)).is_some() || self.is_label(name);
        let begins_label = |name: &str| self.graph.labels().any(|(label, _)| label.as_str().starts_with(name));
        let begins_short = |name: &str| {
            self.graph.revisions().iter().any(|r| r.id.as_str().starts_with(name) && r.id.as_str().len() < 4)
        };
        names.filter(|name| !name.is_empty() && !exact(name)).any(|name| begins_label(name) || begins_short(name))
    }

    fn is_label(&self, name: &str) -> bool {
        self.graph.labels().any(|(label, _)| label.as_str() == name)
    }

    fn maximal(&self, rows: &Names) -> Names {
        texts(self.graph.maximal(&rows.iter().map(|row| RevisionId::from_row(row)).collect()).iter())
    }
}

fn expected(query: &Value) -> Answer {
    let answer = &query["expect"];
    if let Some(code) = answer["code"].as_str() {
        let known = REASONS.iter().find(|(reason, _)| *reason == code);
        return Answer::Refused(known.unwrap_or_else(|| panic!("{code}")).0);
    }
    match query["op"].as_str().unwrap() {
        "stamp" => Answer::Ran(Names::new(), names(&answer["rows"])),
        "upgrade" | "downgrade" => Answer::Ran(names(&answer["order"]), names(&answer["rows"])),
        "history" => Answer::Named(names(&answer["order"])),
        "branches" => {
            Answer::Named(answer["branches"].as_array().unwrap().iter().flat_map(|b| names(&b["rev"])).collect())
        }
        "merge" | "revision" => Answer::New(names(&answer["down_revision"]), names(&answer["depends_on"])),
        "current-after" => Answer::Named(names(&answer["rows"])),
        _ => Answer::Named(names(&answer["revs"])),
    }
}

fn ran(plan: &Plan) -> Answer {
    Answer::Ran(texts(plan.steps.iter().map(|step| &step.revision)), texts(plan.to.iter()))
}

/// Returns the words of the query that are targets; a new revision grows from `head` when it does not say.
fn target_words(query: &Value) -> Vec<String> {
    match query["op"].as_str().unwrap() {
        "revision" if query["head"].is_null() => vec!["head".to_owned()],
        "revision" => strings(&query["head"]),
        "merge" => strings(&query["revisions"]),
        _ => strings(&query["target"]),
    }
}

fn targets(query: &Value) -> Result<Vec<Target>, ErrorKind> {
    target_words(query).iter().map(|word| word.parse()).collect()
}

/// Returns every target in the query that can be read, ends of ranges and dependencies too.
fn all_targets(query: &Value) -> Vec<Target> {
    let mut words = target_words(query);
    words.extend(strings(&query["range"]));
    words.extend(strings(&query["depends_on"]));
    words.iter().flat_map(|word| word.split(':')).filter_map(|word| word.parse().ok()).collect()
}

/// Whether a step goes down from where the database is.
fn below_any(query: &Value) -> bool {
    let steps = query["sequence"].as_array().map_or(&[][..], Vec::as_slice);
    let mut targets = all_targets(query);
    targets.extend(steps.iter().filter_map(|step| step["target"].as_str()?.parse().ok()));
    targets.iter().any(|target| target.anchor == Anchor::Here && target.offset < 0)
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
        other => panic!("{other}"),
    }
}

fn names(value: &Value) -> Names {
    strings(value).into_iter().collect()
}

fn heads(value: &Value) -> Heads {
    strings(value).iter().map(|row| RevisionId::from_row(row)).collect()
}

fn texts<'i>(ids: impl IntoIterator<Item = &'i RevisionId>) -> Names {
    ids.into_iter().map(ToString::to_string).collect()
}

#[test]
fn every_quirk_is_explained() {
    let page = include_str!("../docs/coming-from-alembic.md");
    for quirk in QUIRKS {
        assert!(page.contains(&format!("| {quirk:?} | ")), "{quirk:?}");
    }
}
