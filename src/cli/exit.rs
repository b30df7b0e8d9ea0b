//! Exit codes: one table (docs/exit-codes.md), one rule for several at once: the worst wins.

use std::process::ExitCode;

/// How a run ended, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done, whole and clean.
    Done,
    /// 1: done, and the asked-for condition holds (`--fail-on`).
    Condition,
    /// 3: done, but with gaps.
    Gaps,
    /// 2: could not run.
    CouldNotRun,
    /// 4: integrity broken.
    Broken,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// The number the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Condition => 1,
            Self::CouldNotRun => 2,
            Self::Gaps => 3,
            Self::Broken => 4,
            Self::Interrupted => 130,
        }
    }

    /// The worse of two.
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins() {
        assert_eq!(Exit::Gaps.and(Exit::Broken).code(), 4);
        assert_eq!(Exit::CouldNotRun.and(Exit::Gaps).code(), 2);
        assert_eq!(Exit::Condition.and(Exit::Gaps).code(), 3);
        assert_eq!(Exit::Done.and(Exit::Condition).code(), 1);
        assert_eq!(Exit::Done.and(Exit::Done).code(), 0);
    }
}
