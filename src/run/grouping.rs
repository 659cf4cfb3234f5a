//! Which revisions share a commit.

use std::time::Duration;

use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::program::program::Scope;
use crate::run::session::Session;

/// The longest a group of revisions may stay uncommitted, so that an interruption loses little.
const GROUP_TIME: Duration = Duration::from_secs(1);

/// The most revisions that share a commit.
const GROUP_STEPS: usize = 100;

/// Which steps share a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// Each for itself.
    None,
    /// Some at a time, while the database holds nothing that could be blocked by a longer transaction.
    Fresh {
        /// How many of the program's steps can do so without showing it.
        steps: usize,
    },
    /// All of the run.
    All,
}

impl Grouping {
    pub(crate) fn of(program: &Program, session: &Session) -> Self {
        match program.scope {
            Scope::Run => Self::All,
            Scope::Revision if program.dialect.has_transactional_ddl() && session.is_fresh() => {
                let family = program.dialect.family();
                let is_alone =
                    |step: &ProgramStep| step.defers_checks() || step.sets_encoding() || step.leaves_traces(family);
                let first_alone = program.steps.iter().position(is_alone);
                Self::Fresh { steps: first_alone.unwrap_or(program.steps.len()) }
            }
            Scope::Revision => Self::None,
        }
    }

    /// Returns how long steps may stay uncommitted.
    pub(crate) fn limit(self) -> Option<Duration> {
        match self {
            Self::None | Self::Fresh { .. } => Some(GROUP_TIME),
            Self::All => None,
        }
    }

    /// Returns how many of the steps from `next` on can go together.
    pub(crate) fn length(self, steps: &[ProgramStep], next: usize) -> usize {
        match self {
            Self::None => 1,
            Self::Fresh { steps: end } => {
                let group = steps[..end.max(next)].iter().skip(next).take(GROUP_STEPS);
                group.take_while(|step| step.is_one_transaction()).count()
            }
            Self::All => steps.len() - next,
        }
    }
}
