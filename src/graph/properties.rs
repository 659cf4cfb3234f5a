//! What must hold in every graph, tried on random ones.

use std::collections::BTreeSet;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::graph::dag::RevisionGraph;
use crate::graph::plan::Plan;
use crate::graph::revision::Revision;
use crate::graph::stamp::Purge;
use crate::graph::target::Target;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;

/// What a random revision names: entries of the list of all, down and by dependency, and whether it has a label.
type Seed = (String, Vec<Index>, Vec<Index>, bool);

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let names = || vec(any::<Index>(), 0..3);
    vec(("[ab]{1,3}[0-9]{0,2}", names(), names(), any::<bool>()), 0..14)
}

fn revision(id: &str, down: &[&str], depends_on: &[&str], labelled: bool) -> Revision {
    Revision {
        id: RevisionId::parse(id).expect("the fixture is sound"),
        down_revisions: down.iter().map(|id| RevisionId::parse(id).expect("the fixture is sound")).collect(),
        depends_on: depends_on.iter().map(|&id| id.to_owned()).collect(),
        labels: labelled.then(|| Label::parse(&format!("l_{id}")).expect("the fixture is sound")).into_iter().collect(),
        message: String::new(),
        created: None,
        path: PathBuf::new(),
    }
}

/// Makes a sound graph: each revision names earlier ones only; then the files are put in another order.
fn graph() -> impl Strategy<Value = RevisionGraph> {
    seeds()
        .prop_map(sound)
        .prop_shuffle()
        .prop_map(|revisions| RevisionGraph::build(revisions).expect("the fixture is sound"))
}

fn sound(mut seeds: Vec<Seed>) -> Vec<Revision> {
    let mut seen = BTreeSet::new();
    seeds.retain(|(id, ..)| seen.insert(id.clone()));
    let pick = |names: &[Index], before: usize| -> Vec<&str> {
        let count = if before == 0 { 0 } else { names.len() };
        names[..count].iter().map(|index| seeds[index.index(before)].0.as_str()).collect()
    };
    let make = |(at, (id, down, needs, label)): (usize, &Seed)| revision(id, &pick(down, at), &pick(needs, at), *label);
    seeds.iter().enumerate().map(make).collect()
}

/// Makes any list at all: circles, self-loops, ids given twice.
fn broken(seeds: &[Seed]) -> Vec<Revision> {
    let pick = |names: &[Index]| -> Vec<&str> {
        names.iter().map(|index| if seeds.len() > 4 { index.get(seeds).0.as_str() } else { "gone" }).collect()
    };
    seeds.iter().map(|(id, down, needs, label)| revision(id, &pick(down), &pick(needs), *label)).collect()
}

/// Returns a state that upgrades can reach.
fn state(graph: &RevisionGraph, picks: &[Index]) -> Heads {
    if graph.is_empty() {
        return Heads::empty();
    }
    graph.maximal(&picks.iter().map(|index| index.get(graph.revisions()).id.clone()).collect())
}

/// Returns every shape of target that the graph's names allow.
fn targets(graph: &RevisionGraph) -> Vec<Target> {
    let ids = graph.revisions().iter().map(|revision| revision.id.to_string());
    let labels: Vec<String> = graph.labels().map(|(label, _)| label.to_string()).collect();
    let names: Vec<String> = ids.chain(labels).collect();
    let mut words: Vec<String> = Vec::new();
    for anchor in ["head", "heads", "base", "current", ""].into_iter().chain(names.iter().map(String::as_str)) {
        for offset in ["", "+0", "+1", "-1", "-2", "+99"] {
            words.push(format!("{anchor}{offset}"));
            words.extend(names.iter().map(|label| format!("{label}@{anchor}{offset}")));
        }
    }
    words.iter().filter_map(|word| word.parse().ok()).collect()
}

/// Checks that every step can run when it does, and that its rows are what the definition of heads says.
fn check_plan(graph: &RevisionGraph, plan: &Plan) {
    let mut heads = plan.from.clone();
    for step in &plan.steps {
        let applied = graph.applied(&heads);
        let named = graph.ancestors([&step.revision]);
        match step.direction {
            Direction::Upgrade => {
                assert!(!applied.contains(&step.revision));
                assert!(named.iter().all(|other| other.id == step.revision || applied.contains(&other.id)));
            }
            Direction::Downgrade => assert!(heads.contains(&step.revision)),
            Direction::Stamp => {}
        }
        let defined = graph.heads_after(&heads, &step.revision, step.direction);
        step.rows.apply(&mut heads);
        assert!(step.direction == Direction::Stamp || heads == defined, "{plan:?}");
        assert_eq!(graph.maximal(&heads), heads);
    }
    assert_eq!(heads, plan.to);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn from_every_state_every_target_plans_or_is_refused(graph in graph(), picks in vec(any::<Index>(), 0..4)) {
        let rows = state(&graph, &picks);
        for target in targets(&graph) {
            let up = graph.plan_upgrade(&target, &rows);
            let down = graph.plan_downgrade(&target, &rows);
            let stamp = graph.plan_stamp(std::slice::from_ref(&target), &rows, Purge::Keep);
            for plan in [&up, &down, &stamp].into_iter().flatten() {
                check_plan(&graph, plan);
            }
            if let (Ok(up), Ok(stamp)) = (&up, &stamp) {
                prop_assert!(up.steps.is_empty() || up.to == stamp.to, "{} at {}", target, rows);
            }
            if let (Ok(down), Ok(stamp)) = (&down, &stamp) {
                prop_assert_eq!(&down.to, &stamp.to, "{} at {}", target, rows);
            }
        }
    }

    #[test]
    fn what_an_upgrade_does_its_reverse_undoes(graph in graph(), picks in vec(any::<Index>(), 0..4)) {
        let rows = state(&graph, &picks);
        let plan = graph.plan_upgrade(&"heads".parse().expect("the fixture is sound"), &rows).expect("the fixture is sound");
        let mut heads = plan.to.clone();
        for step in plan.steps.iter().rev() {
            heads = graph.heads_after(&heads, &step.revision, Direction::Downgrade);
        }
        prop_assert_eq!(heads, rows);
    }

    #[test]
    fn a_full_downgrade_is_the_exact_reverse_of_a_full_upgrade(graph in graph()) {
        let up = graph.plan_upgrade(&"heads".parse().expect("the fixture is sound"), &Heads::empty()).expect("the fixture is sound");
        let down = graph.plan_downgrade(&"base".parse().expect("the fixture is sound"), &up.to).expect("the fixture is sound");
        let steps = |plan: &Plan| plan.steps.iter().map(|step| step.revision.clone()).collect::<Vec<_>>();
        prop_assert_eq!(up.steps.len(), graph.len());
        prop_assert!(steps(&up).iter().rev().eq(steps(&down).iter()));
        let history = graph.history(&":".parse().expect("the fixture is sound"), None).expect("the fixture is sound");
        prop_assert!(history.iter().map(|revision| &revision.id).eq(steps(&down).iter()));
    }

    #[test]
    fn one_step_up_and_one_down_come_back(graph in graph(), picks in vec(any::<Index>(), 0..4)) {
        let rows = state(&graph, &picks);
        let Ok(up) = graph.plan_upgrade(&"+1".parse().expect("the fixture is sound"), &rows) else { return Ok(()) };
        if let ([step], [row]) = (&up.steps[..], &rows.iter().collect::<Vec<_>>()[..]) {
            let down = graph.plan_downgrade(&Target::revision(row), &up.to).expect("the fixture is sound");
            prop_assert_eq!(&down.steps[0].revision, &step.revision);
            prop_assert_eq!(down.to, rows);
        }
    }

    #[test]
    fn a_prefix_means_one_revision_or_lists_them(graph in graph(), prefix in "[ab]{1,3}[0-9]?") {
        let begins: Vec<RevisionId> = graph.revisions().iter().map(|revision| revision.id.clone())
            .filter(|id| id.as_str().starts_with(&prefix)).collect();
        let exact = begins.iter().find(|id| id.as_str() == prefix).cloned();
        match graph.resolve_one(&prefix.parse().expect("the fixture is sound"), &Heads::empty()) {
            Ok(id) => prop_assert!(exact.as_ref() == Some(&id) || begins == [id]),
            Err(ErrorKind::AmbiguousPrefix { candidates, .. }) => {
                prop_assert!(exact.is_none() && candidates.len() > 1);
                prop_assert_eq!(candidates, begins);
            }
            Err(error) => {
                prop_assert_eq!(error.code(), "unknown-revision");
                prop_assert!(begins.is_empty());
            }
        }
    }

    #[test]
    fn ranges_show_or_are_refused(graph in graph(), picks in vec(any::<Index>(), 0..3), ends in vec(any::<Index>(), 40)) {
        let rows = state(&graph, &picks);
        let targets = targets(&graph);
        for pair in ends.chunks(2) {
            let range = format!("{}:{}", pair[0].get(&targets), pair[1].get(&targets)).parse().expect("the fixture is sound");
            if let Ok(shown) = graph.history(&range, Some(&rows)) {
                let unique: BTreeSet<&RevisionId> = shown.iter().map(|revision| &revision.id).collect();
                prop_assert_eq!(unique.len(), shown.len());
            }
        }
    }

    #[test]
    fn any_list_is_a_graph_or_a_list_of_problems(seeds in seeds()) {
        let revisions = broken(&seeds);
        let count = revisions.len();
        match RevisionGraph::build(revisions) {
            Ok(graph) => {
                let plan = graph.plan_upgrade(&"heads".parse().expect("the fixture is sound"), &Heads::empty()).expect("the fixture is sound");
                prop_assert_eq!(plan.steps.len(), count);
            }
            Err(problems) => prop_assert!(!problems.is_empty() && problems.iter().all(|p| p.revision < count)),
        }
    }
}

/// Makes `count` revisions: a line with a fork and a merge in every ten, and a label in every fifth part.
fn long(count: usize) -> Vec<Revision> {
    let name = |index: usize| format!("r{index}");
    let parents = |index: usize| match index % 10 {
        _ if index == 0 => vec![],
        8 => vec![index - 2],
        9 => vec![index - 1, index - 2],
        _ => vec![index - 1],
    };
    let make = |index: usize| {
        let parents: Vec<String> = parents(index).into_iter().map(name).collect();
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        revision(&name(index), &parents, &[], index.is_multiple_of(count / 5))
    };
    (0..count).map(make).collect()
}

#[test]
fn a_hundred_thousand_revisions_are_planned_in_a_moment() {
    const COUNT: usize = 100_000;
    let start = std::time::Instant::now();
    let graph = RevisionGraph::build(long(COUNT)).expect("the fixture is sound");
    let up = graph
        .plan_upgrade(&"head".parse().expect("the fixture is sound"), &Heads::empty())
        .expect("the fixture is sound");
    assert_eq!(up.steps.len(), COUNT);
    let down =
        graph.plan_downgrade(&"base".parse().expect("the fixture is sound"), &up.to).expect("the fixture is sound");
    assert_eq!(down.steps.len(), COUNT);
    assert!(
        graph
            .plan_upgrade(&"heads".parse().expect("the fixture is sound"), &up.to)
            .expect("the fixture is sound")
            .steps
            .is_empty()
    );
    assert_eq!(
        graph.history(&"-4:".parse().expect("the fixture is sound"), None).unwrap_err().code(),
        "ambiguous-walk"
    ); // over a merge
    assert_eq!(
        graph.history(&"r99990:".parse().expect("the fixture is sound"), None).expect("the fixture is sound").len(),
        10
    );
    assert_eq!(graph.labels_of(&up.steps[COUNT - 1].revision).len(), 5);
    assert_eq!(
        graph.resolve(&"r99999-1".parse().expect("the fixture is sound"), &Heads::empty()).unwrap_err().code(),
        "ambiguous-walk"
    );
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
