//! The order of statements: what others need comes first and goes last.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use petgraph::graph::DiGraph;
use petgraph::graph::NodeIndex;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::diff::step::Does;
use crate::diff::step::Refusal;
use crate::diff::step::Step;

/// Objects that need each other, so that no order is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle(pub Vec<Arc<Identity>>);

impl Circle {
    /// Returns why nothing can be written, once for all that need each other.
    pub fn refusals(mut self) -> Vec<Refusal> {
        self.0.sort();
        self.0.dedup();
        let names: Vec<_> = self.0.iter().skip(1).map(|identity| identity.to_string()).collect();
        let reason = format!("it and these need each other first: {}", names.join(", "));
        self.0.into_iter().take(1).map(|identity| Refusal { identity, reason: reason.clone() }).collect()
    }
}

/// Returns the steps in an order in which each finds what it needs; where that leaves a choice, what drops comes first,
/// then by object, then as they were: the same on every machine.
pub fn ordered(steps: Vec<Step>, old: &Catalog, new: &Catalog) -> Result<Vec<Step>, Circle> {
    let graph = Dependencies::of(&steps, old, new).graph;
    let mut missing: Vec<usize> = graph
        .node_indices()
        .map(|node| graph.neighbors_directed(node, petgraph::Direction::Incoming).count())
        .collect();
    let rank = |index: usize| (steps[index].does, &steps[index].about, index);
    let mut ready: BTreeSet<_> = (0..steps.len()).filter(|index| missing[*index] == 0).map(rank).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some((_, _, index)) = ready.pop_first() {
        order.push(index);
        for next in graph.neighbors(NodeIndex::new(index)) {
            missing[next.index()] -= 1;
            if missing[next.index()] == 0 {
                ready.insert(rank(next.index()));
            }
        }
    }
    if order.len() < steps.len() {
        let done: BTreeSet<_> = order.into_iter().collect();
        let left = (0..steps.len()).filter(|index| !done.contains(index));
        return Err(Circle(left.map(|index| steps[index].about.clone()).collect()));
    }
    let mut steps: Vec<_> = steps.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|index| steps[index].take()).flat_map(Step::flattened).collect())
}

/// The steps that touch an object, by what they do with it.
type Touching<'s> = BTreeMap<&'s Identity, BTreeMap<Does, Vec<usize>>>;

struct Dependencies {
    graph: DiGraph<(), ()>,
}

impl Dependencies {
    fn of(steps: &[Step], old: &Catalog, new: &Catalog) -> Self {
        let mut touching: Touching<'_> = BTreeMap::new();
        let mut graph = DiGraph::new();
        for (index, step) in steps.iter().enumerate() {
            graph.add_node(());
            for identity in step.touches() {
                touching.entry(identity).or_default().entry(step.does).or_default().push(index);
            }
        }
        let mut dependencies = Self { graph };
        for (index, step) in steps.iter().enumerate() {
            // A key needs its column, which the same statement makes: what alters that later is not waited for.
            let own: BTreeSet<&Identity> = step.touches().map(|identity| &**identity).collect();
            for identity in step.touches() {
                match step.does {
                    Does::Create => {
                        // One of that name goes first.
                        dependencies.after(index, steps_for(&touching, identity, Does::Drop));
                    }
                    Does::Alter => dependencies.after(index, steps_for(&touching, identity, Does::Create)),
                    Does::Drop => dependencies.before(index, steps_for(&touching, identity, Does::Alter)),
                }
                if step.does != Does::Drop {
                    for needed in needs(new, identity).into_iter().filter(|needed| !own.contains(needed)) {
                        dependencies.after(index, steps_for(&touching, &needed, Does::Create));
                        dependencies.after(index, steps_for(&touching, &needed, Does::Alter));
                    }
                }
                // One that is made again is altered when it is there again.
                let is_made = !steps_for(&touching, identity, Does::Create).is_empty();
                if step.does == Does::Drop || (step.does == Does::Alter && !is_made) {
                    // What needed it goes before it is dropped or altered, or stops needing it.
                    for needed in needs(old, identity).into_iter().filter(|needed| !own.contains(needed)) {
                        dependencies.before(index, steps_for(&touching, &needed, Does::Drop));
                        if step.does == Does::Drop {
                            dependencies.before(index, steps_for(&touching, &needed, Does::Alter));
                        }
                    }
                }
            }
        }
        dependencies
    }

    fn after(&mut self, index: usize, others: &[usize]) {
        for other in others.iter().filter(|other| **other != index) {
            self.graph.update_edge(NodeIndex::new(*other), NodeIndex::new(index), ());
        }
    }

    fn before(&mut self, index: usize, others: &[usize]) {
        for other in others.iter().filter(|other| **other != index) {
            self.graph.update_edge(NodeIndex::new(index), NodeIndex::new(*other), ());
        }
    }
}

/// Returns the steps that do something with an object.
fn steps_for<'t>(touching: &'t Touching<'_>, identity: &Identity, does: Does) -> &'t [usize] {
    touching.get(identity).and_then(|by| by.get(&does)).map(Vec::as_slice).unwrap_or_default()
}

/// Returns what an object needs in a catalog, as the reader found it.
fn needs(catalog: &Catalog, identity: &Identity) -> Vec<Identity> {
    let Some(object) = catalog.get(identity) else { return Vec::new() };
    object.needs.iter().map(|needed| (**needed).clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;
    use crate::catalog::Object;
    use crate::dialect::Dialect;

    /// A catalog of tables and what each needs: `b < a`.
    fn catalog(text: &str) -> Catalog {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        for line in text.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            let mut names = line.split('<').map(str::trim);
            let mut object = Object::new(table(names.next().unwrap_or_default()));
            object.needs = names.map(|name| Arc::new(table(name))).collect();
            catalog.insert(object);
        }
        catalog
    }

    fn table(name: &str) -> Identity {
        Identity::new(Kind::Table, None, name)
    }

    /// Steps as `-a ~b +c`.
    fn check(old: &str, new: &str, steps: &str, expected: &str) {
        let step = |word: &str| {
            let does = match &word[..1] {
                "-" => Does::Drop,
                "~" => Does::Alter,
                _ => Does::Create,
            };
            Step::new(does, &Arc::new(table(&word[1..])), word)
        };
        let steps = steps.split(' ').map(step).collect();
        let order = ordered(steps, &catalog(old), &catalog(new)).unwrap();
        assert_eq!(order.into_iter().map(|step| step.sql).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn what_is_needed_is_made_first() {
        check("", "a < b; b < c; c", "+a +b +c", "+c +b +a");
    }

    #[test]
    fn what_is_needed_goes_last() {
        check("a; b < a; c < b", "", "-a -b -c", "-c -b -a");
    }

    #[test]
    fn what_needs_an_altered_object_goes_before_and_comes_after() {
        check("t; v < t", "t; v < t", "+v ~t -v", "-v ~t +v");
    }

    #[test]
    fn what_is_made_again_is_altered_when_it_is_there_again() {
        check("t; v < t", "t; v < t", "+v ~v -v -t +t", "-v -t +t +v ~v");
    }

    #[test]
    fn an_object_goes_when_nothing_needs_it_any_more() {
        check("type; t < type", "t", "-type ~t", "~t -type");
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let table = |name: &str| Arc::new(table(name));
        let mut rebuild = Step::new(Does::Alter, &table("b"), "b1");
        rebuild.then = vec![Step::new(Does::Drop, &table("b"), "b2"), Step::new(Does::Alter, &table("b"), "b3")];
        let steps = vec![Step::new(Does::Alter, &table("c"), "c"), rebuild, Step::new(Does::Drop, &table("a"), "a")];
        let order = ordered(steps, &catalog("a; b; c"), &catalog("b; c")).unwrap();
        assert_eq!(order.iter().map(|step| &*step.sql).collect::<Vec<_>>(), ["a", "b1", "b2", "b3", "c"]);
        assert!(order.iter().all(|step| step.then.is_empty()));
    }

    #[test]
    fn what_one_statement_makes_together_is_altered_afterwards() {
        let (old, new) = (catalog(""), catalog("t; column < t; key < t < column"));
        let identity = |name| Arc::new(table(name));
        let mut created = Step::new(Does::Create, &identity("t"), "+t");
        created.with = vec![identity("column"), identity("key")];
        let steps = vec![Step::new(Does::Alter, &identity("column"), "~column"), created];
        let order = ordered(steps, &old, &new).unwrap();
        assert_eq!(order.into_iter().map(|step| step.sql).collect::<Vec<_>>(), ["+t", "~column"]);
    }

    #[test]
    fn a_circle_is_told() {
        let (old, new) = (catalog(""), catalog("a < b; b < a"));
        let steps = ["a", "b"].map(|name| Step::new(Does::Create, &Arc::new(table(name)), name));
        assert_eq!(ordered(steps.into(), &old, &new), Err(Circle(["a", "b"].map(|name| Arc::new(table(name))).into())));
    }
}
