//! Random small schemas of PostgreSQL, MariaDB and MySQL: written again as they are read, and turned into each other.

use std::time::Duration;
use std::time::Instant;

use rev::catalog::Level;

use crate::random_mariadb;
use crate::random_postgres;
use crate::reading::catalog;
use crate::reading::try_lead;
use crate::support::Chance;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::budget;

/// How long pairs are tried.
const ORDINARY: Duration = Duration::from_secs(20);

/// For how long statements are taken out of a pair that fails, so that little is left of it.
const REDUCING: Duration = Duration::from_secs(60);

/// Choices.
pub trait Choice {
    /// Returns one of several.
    fn of<T: Copy>(&mut self, several: &[T]) -> T;
    /// Returns true once in so many times.
    fn once_in(&mut self, times: u64) -> bool;
}

impl Choice for Chance {
    fn of<T: Copy>(&mut self, several: &[T]) -> T {
        several[self.below(several.len() as u64) as usize]
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// Why a pair fails.
enum Fault {
    /// The server takes a statement of it for a mistake.
    Unmakeable(String),
    /// rev does not lead from one to the other.
    Wrong(String),
}

struct Three {
    one: TestDatabase,
    other: TestDatabase,
    copy: TestDatabase,
}

impl Three {
    fn judge(&self, before: &[String], after: &[String]) -> Result<(), Fault> {
        let Self { one, other, copy } = self;
        for (database, statements) in [(one, before), (other, after), (copy, &[])] {
            database.clear();
            for sql in statements {
                database.try_query(sql).map_err(|error| Fault::Unmakeable(format!("{error}: {sql}")))?;
            }
        }
        let (old, new, nothing) = (catalog(one), catalog(other), catalog(copy));
        if !old.unread.is_empty() {
            return Err(Fault::Wrong(format!("not read: {:?}", old.unread)));
        }
        let wrong = |what: &'static str| move |why: String| Fault::Wrong(format!("{what}: {why}"));
        try_lead(copy, &nothing, &old, Level::Exact).map_err(wrong("written again"))?;
        let reached = try_lead(one, &old, &new, Level::Logical).map_err(wrong("there"))?;
        try_lead(one, &reached, &old, Level::Logical).map_err(wrong("back"))?;
        Ok(())
    }

    /// Takes out of a pair all that it fails without.
    fn reduced(&self, sides: [Vec<String>; 2], why: String) -> ([Vec<String>; 2], String) {
        let ends = Instant::now() + REDUCING;
        let (mut sides, mut why) = (sides, why);
        for side in [0, 1] {
            for at in (0..sides[side].len()).rev() {
                let mut fewer = sides.clone();
                fewer[side].remove(at);
                if Instant::now() > ends {
                    return (sides, why);
                }
                if let Err(Fault::Wrong(still)) = self.judge(&fewer[0], &fewer[1]) {
                    (sides, why) = (fewer, still);
                }
            }
        }
        (sides, why)
    }
}

fn check(kind: Kind, schema: fn(&mut Chance) -> Vec<String>) {
    let three = Three { one: TestDatabase::new(kind), other: TestDatabase::new(kind), copy: TestDatabase::new(kind) };
    let mut chance = Chance::or_always(14);
    let ends = Instant::now() + budget(ORDINARY);
    while Instant::now() < ends {
        let seed = chance.seed();
        let (before, after) = (schema(&mut chance), schema(&mut chance));
        let Err(fault) = three.judge(&before, &after) else { continue };
        let (sides, why) = match fault {
            Fault::Unmakeable(why) => ([before, after], format!("the test makes what no server takes: {why}")),
            Fault::Wrong(why) => three.reduced([before, after], why),
        };
        let [before, after] = sides.map(|side| side.join(";\n"));
        panic!("REV_TEST_SEED={seed}\n{why}\n-- before\n{before};\n-- after\n{after};\n");
    }
}

mod schemas_turn_into_each_other {
    use super::*;

    #[test]
    fn postgres() {
        check(Kind::Postgres, random_postgres::schema);
    }

    #[test]
    fn mariadb() {
        check(Kind::Mariadb, random_mariadb::schema);
    }
}
