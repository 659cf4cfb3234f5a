//! Which labels each revision stands under.

use std::collections::HashMap;

use petgraph::visit::Visitable;

use crate::graph::dag::RevisionGraph;
use crate::graph::label_sets::LabelSets;
use crate::id::Label;
use crate::id::RevisionId;

impl RevisionGraph {
    /// Returns the labels that the revision or one below it (by down revision) declares, in their order.
    ///
    /// The first call works it out for all, in one pass.
    pub fn labels_of(&self, id: &RevisionId) -> &[Label] {
        let Some(node) = self.node(id) else { return &[] };
        if self.labels.is_empty() {
            return &[];
        }
        let labels = self.label_sets.get_or_init(|| self.spread_labels());
        &labels.sets[labels.set_of[node.index()] as usize]
    }

    fn spread_labels(&self) -> LabelSets {
        let mut labels = LabelSets { set_of: vec![0; self.len()], sets: vec![Vec::new()] };
        let mut known: HashMap<Vec<Label>, u32> = HashMap::from([(Vec::new(), 0)]);
        let all: Vec<_> = self.net.node_indices().collect();
        for node in self.order(&all, &self.net.visit_map()) {
            let declared = &self.revision(node).labels;
            let mut from: Vec<u32> = self.parent_nodes(node).iter().map(|p| labels.set_of[p.index()]).collect();
            from.sort_unstable();
            from.dedup();
            labels.set_of[node.index()] = match from[..] {
                [] if declared.is_empty() => 0,
                [one] if declared.is_empty() => one,
                _ => {
                    let mut set = declared.clone();
                    set.extend(from.iter().flat_map(|&set| labels.sets[set as usize].iter().cloned()));
                    set.sort_unstable();
                    set.dedup();
                    let next = known.len() as u32;
                    *known.entry(set).or_insert_with_key(|set| {
                        labels.sets.push(set.clone());
                        next
                    })
                }
            };
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::fixture::graph;

    use super::*;

    fn check(text: &str, id: &str, labels: &str) {
        let graph = graph(text);
        let found: Vec<_> = graph.labels_of(&RevisionId::parse(id).unwrap()).iter().map(Label::as_str).collect();
        assert_eq!(found.join(" "), labels, "{id} in {text}");
    }

    #[test]
    fn a_label_is_shown_where_it_is_declared_and_above() {
        let text = "a; b < a : shop; c < b; m < c x; x : blog lib; y + c";
        check(text, "a", "");
        check(text, "b", "shop");
        check(text, "c", "shop");
        check(text, "m", "blog lib shop");
        check(text, "y", "");
        check("a; b < a", "b", "");
    }
}
