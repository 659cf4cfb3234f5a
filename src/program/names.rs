//! Names that are found in texts, however many there are of both; pure.

use std::collections::HashMap;

use crate::sql::mentions;

/// Names, each with the first index that it was noted with.
#[derive(Debug, Default)]
pub(crate) struct Names {
    plain: HashMap<String, usize>,
    /// Those that a text has not as one word.
    odd: Vec<(String, usize)>,
}

impl Names {
    /// Notes a name.
    pub(crate) fn note(&mut self, name: &str, index: usize) {
        if name.chars().all(is_part) {
            self.plain.entry(name.to_lowercase()).or_insert(index);
        } else {
            self.odd.push((name.to_owned(), index));
        }
    }

    /// Returns the smallest index of a name that stands somewhere in a text, as [`mentions`] has it.
    pub(crate) fn first_in(&self, sql: &str) -> Option<usize> {
        if self.plain.is_empty() && self.odd.is_empty() {
            return None;
        }
        let text = sql.to_lowercase();
        let words = text.split(|c| !is_part(c)).filter(|word| !word.is_empty());
        let plain = words.filter_map(|word| self.plain.get(word).copied()).min();
        let odd = self.odd.iter().filter(|(name, _)| mentions(sql, name)).map(|(_, index)| *index).min();
        plain.into_iter().chain(odd).min()
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_one_by_one() {
        let names = ["b", "A", "Größe", "a b", "x.y"];
        let mut all = Names::default();
        names.iter().zip(0..).for_each(|(name, index)| all.note(name, index));
        for sql in ["DROP TABLE a", "SELECT 'b', \"größe\"", "x.y", "\"A B\"", "ab b_ _a", "", "aé"] {
            let expected = names.iter().position(|name| mentions(sql, name));
            assert_eq!(all.first_in(sql), expected, "{sql}");
        }
    }
}
