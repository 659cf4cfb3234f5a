//! Where each revision stands in a picture, and which way the lines between them go.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::collections::BinaryHeap;
use std::collections::HashMap;

use serde::Serialize;

/// Why a line leads from one revision to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The other is a down revision.
    Down,
    /// The other is a dependency only.
    Dependency,
}

/// A line down to another revision: it leaves for `lane`, stays in it, and ends in the lane of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The row of the other, which is below.
    pub to: usize,
    /// The lane in which the line goes down.
    pub lane: usize,
    /// Why it is there.
    pub kind: LinkKind,
}

/// The place of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The lane of the revision, from 0 at the left.
    pub lane: usize,
    /// How many lanes are in use beside it, its own included.
    pub width: usize,
    /// The lines down from it.
    pub links: Vec<Link>,
}

/// Gives every row a lane and every line a way on which no other revision stands.
///
/// `named` says for each row, newest first, which rows it names; those must be below it. Lines that lead to the same
/// row for the same reason join as soon as they can, so that there are few lanes. The time is linear but for the choice
/// of a free lane.
pub fn arrange(named: &[Vec<(usize, LinkKind)>]) -> Vec<Place> {
    let mut lanes = Lanes::default();
    (0..named.len()).map(|row| lanes.place(row, &named[row])).collect()
}

#[derive(Default)]
struct Lanes {
    /// The lanes in which lines go down to a row that is still to come.
    waiting: HashMap<usize, Vec<(usize, LinkKind)>>,
    free: BinaryHeap<Reverse<usize>>,
    used: BTreeSet<usize>,
    /// How many there ever were.
    count: usize,
}

impl Lanes {
    fn place(&mut self, row: usize, named: &[(usize, LinkKind)]) -> Place {
        let arriving = self.waiting.remove(&row).unwrap_or_default();
        let leftmost = |kind: LinkKind| arriving.iter().filter(|(_, of)| *of == kind).map(|(lane, _)| *lane).min();
        let lane = leftmost(LinkKind::Down).or_else(|| leftmost(LinkKind::Dependency)).unwrap_or_else(|| self.take());
        let before = self.width();
        for (other, _) in arriving.iter().filter(|(other, _)| *other != lane) {
            self.release(*other);
        }
        let mut own = Some(lane);
        let links: Vec<Link> =
            named.iter().filter(|(to, _)| *to > row).map(|&(to, kind)| self.link(to, kind, &mut own)).collect();
        if let Some(lane) = own {
            self.release(lane);
        }
        Place { lane, width: before.max(self.width()), links }
    }

    /// Leads a line to a row: in the lane of one that leads there already, else straight down from `own`, else anew.
    fn link(&mut self, to: usize, kind: LinkKind, own: &mut Option<usize>) -> Link {
        let there = self.waiting.get(&to).into_iter().flatten();
        let there = there.filter(|(_, of)| *of == kind).map(|(lane, _)| *lane).min();
        let lane = match (there, *own) {
            // To join what is further right would move the revision below to the right, and all below that.
            (Some(there), own) if own.is_none_or(|own| there < own) => there,
            (_, Some(lane)) => {
                *own = None;
                self.reserve(lane, to, kind)
            }
            (_, None) => {
                let lane = self.take();
                self.reserve(lane, to, kind)
            }
        };
        Link { to, lane, kind }
    }

    fn reserve(&mut self, lane: usize, to: usize, kind: LinkKind) -> usize {
        self.waiting.entry(to).or_default().push((lane, kind));
        lane
    }

    fn take(&mut self) -> usize {
        let lane = self.free.pop().map_or(self.count, |Reverse(lane)| lane);
        self.count = self.count.max(lane + 1);
        self.used.insert(lane);
        lane
    }

    fn release(&mut self, lane: usize) {
        // A row may be led to twice in one lane.
        if self.used.remove(&lane) {
            self.free.push(Reverse(lane));
        }
    }

    fn width(&self) -> usize {
        self.used.last().map_or(0, |lane| lane + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Reads `m < b c; c < a + x; …`, newest first, as rows that name rows.
    fn rows(text: &str) -> Vec<Vec<(usize, LinkKind)>> {
        let lines: Vec<Vec<&str>> = text.split(';').map(|line| line.split_whitespace().collect()).collect();
        let row_of: BTreeMap<&str, usize> = lines.iter().zip(0..).map(|(words, row)| (words[0], row)).collect();
        let named = |words: &Vec<&str>| {
            let mut kind = LinkKind::Down;
            let mut named = Vec::new();
            for word in &words[1..] {
                match *word {
                    "<" => kind = LinkKind::Down,
                    "+" => kind = LinkKind::Dependency,
                    name => named.push((row_of[name], kind)),
                }
            }
            named
        };
        lines.iter().map(named).collect()
    }

    /// Compares the lanes of the rows, and of the lines that leave them.
    fn check(text: &str, lanes: &[usize], lines: &[&[usize]]) {
        let places = arrange(&rows(text));
        assert_eq!(places.iter().map(|place| place.lane).collect::<Vec<_>>(), lanes, "{text}");
        let found: Vec<Vec<usize>> =
            places.iter().map(|place| place.links.iter().map(|link| link.lane).collect()).collect();
        assert_eq!(found, lines, "{text}");
    }

    #[test]
    fn a_line_of_revisions_stays_in_one_lane() {
        check("c < b; b < a; a", &[0, 0, 0], &[&[0], &[0], &[]]);
    }

    #[test]
    fn branches_part_and_the_trunk_stays_left() {
        check("m < b c; c < a; b < a; a", &[0, 1, 0, 0], &[&[0, 1], &[1], &[0], &[]]);
        check("y < a; x < a; a", &[0, 1, 0], &[&[0], &[0], &[]]);
    }

    #[test]
    fn many_heads_on_one_base_take_two_lanes() {
        let text: String = (0..50).map(|k| format!("h{k} < a;")).collect();
        let places = arrange(&rows(&(text + "a")));
        assert_eq!(places.iter().map(|place| place.width).max(), Some(2));
    }

    #[test]
    fn a_dependency_has_a_lane_of_its_own() {
        check("c < b + x; b < a; a; x", &[0, 0, 0, 1], &[&[0, 1], &[0], &[], &[]]);
        check("c + x; b; x", &[0, 1, 0], &[&[0], &[], &[]]);
    }

    #[test]
    fn a_lane_is_used_again() {
        check("b < a; a; d < c; c", &[0, 0, 0, 0], &[&[0], &[], &[0], &[]]);
    }

    #[test]
    fn a_row_that_names_one_above_is_harmless() {
        check("a < b; b < a", &[0, 0], &[&[0], &[]]);
    }

    #[test]
    fn a_hundred_thousand_rows_are_arranged_at_once() {
        let count = 100_000;
        let chain: Vec<_> =
            (1..=count).map(|row| if row < count { vec![(row, LinkKind::Down)] } else { vec![] }).collect();
        assert!(arrange(&chain).iter().all(|place| place.lane == 0));
        let star: Vec<_> =
            (0..count).map(|row| vec![(count - 1, LinkKind::Down); usize::from(row < count - 1)]).collect();
        assert_eq!(arrange(&star).iter().map(|place| place.width).max(), Some(2));
        let pairs: Vec<_> =
            (0..count).map(|row| vec![(row + count / 2, LinkKind::Down); usize::from(row < count / 2)]).collect();
        assert_eq!(arrange(&pairs).iter().map(|place| place.width).max(), Some(count / 2));
    }

    fn graphs() -> impl Strategy<Value = Vec<Vec<(usize, LinkKind)>>> {
        let row = proptest::collection::vec((1..12_usize, any::<bool>()), 0..4);
        proptest::collection::vec(row, 1..40).prop_map(|rows| {
            let count = rows.len();
            let kind = |down| if down { LinkKind::Down } else { LinkKind::Dependency };
            let named = |(row, steps): (usize, Vec<(usize, bool)>)| {
                let below: BTreeMap<usize, bool> = steps.into_iter().map(|(step, down)| (row + step, down)).collect();
                below.into_iter().filter(|(to, _)| *to < count).map(|(to, down)| (to, kind(down))).collect()
            };
            rows.into_iter().enumerate().map(named).collect()
        })
    }

    proptest! {
        #[test]
        fn no_line_goes_through_a_revision_and_each_is_drawn(named in graphs()) {
            let places = arrange(&named);
            for (row, place) in places.iter().enumerate() {
                let drawn: Vec<_> = place.links.iter().map(|link| (link.to, link.kind)).collect();
                prop_assert_eq!(&drawn, &named[row]);
                prop_assert!(place.lane < place.width);
                for link in &place.links {
                    for between in &places[row + 1..link.to] {
                        prop_assert!(between.lane != link.lane);
                        prop_assert!(link.lane < between.width);
                    }
                }
            }
        }

        #[test]
        fn lines_in_one_lane_at_one_row_lead_to_the_same_place(named in graphs()) {
            let places = arrange(&named);
            let mut occupied: BTreeMap<(usize, usize), (usize, LinkKind)> = BTreeMap::new();
            for (row, place) in places.iter().enumerate() {
                for link in &place.links {
                    for at in row + 1..link.to {
                        let there = *occupied.entry((at, link.lane)).or_insert((link.to, link.kind));
                        prop_assert_eq!(there, (link.to, link.kind));
                    }
                }
            }
        }
    }
}
