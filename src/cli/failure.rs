//! What ends a verb early: mistakes to show and the exit code.

use std::process::ExitCode;

use crate::language::{Diagnostic, Diagnostics};
use crate::output::render_problem;

/// Mistakes that end a verb.
pub struct Failure {
    problems: Diagnostics,
    code: u8,
}

impl Failure {
    /// Mistakes in what was read: exit code 4.
    pub fn mistakes(problems: Diagnostics) -> Failure {
        Failure { problems, code: 4 }
    }

    /// Anything else: exit code 1.
    pub fn other(problem: Diagnostic) -> Failure {
        Failure { problems: vec![problem], code: 1 }
    }

    /// Shows the mistakes.
    pub fn tell(self) -> ExitCode {
        for problem in &self.problems {
            eprintln!("{}", render_problem(problem));
        }
        if self.problems.len() > 1 {
            eprintln!("{} mistakes", self.problems.len());
        }
        ExitCode::from(self.code)
    }
}

impl From<Diagnostic> for Failure {
    fn from(problem: Diagnostic) -> Failure {
        Failure::other(problem)
    }
}
