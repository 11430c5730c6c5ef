//! Questions to the user.

use std::io::IsTerminal;
use std::path::Path;

use crate::language::Diagnostic;
use crate::language::playbook::Prompt;
use crate::language::secret::Secret;

use super::failure::Failure;

/// Asks for a secret on the terminal.
pub fn secret(prompt: &str) -> Result<String, Diagnostic> {
    rpassword::prompt_password(prompt).map_err(|e| Diagnostic::new(format!("could not ask for a password: {e}")))
}

/// A password: the content of `file`, or asked for.
pub fn password(ask: bool, file: Option<&Path>, prompt: &str) -> Result<Option<Secret>, Failure> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|e| Diagnostic::new(format!("could not read {}: {e}", path.display())))?;
        return Ok(Some(Secret::new(text.trim_end_matches('\n').to_string())));
    }
    if !ask {
        return Ok(None);
    }
    Ok(Some(Secret::new(secret(prompt)?)))
}

/// Asks one of the questions of `vars_prompt`, when somebody is there to answer.
pub fn answer(prompt: &Prompt) -> Option<String> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    let question = format!("{}: ", prompt.prompt);
    let answer = if prompt.private {
        rpassword::prompt_password(question).ok()?
    } else {
        eprint!("{question}");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).ok()?;
        line.trim_end_matches('\n').to_string()
    };
    Some(answer).filter(|answer| !answer.is_empty())
}
