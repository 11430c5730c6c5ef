//! A mistake of the user's, with the line it stands in.

use std::fmt::Write;

use crate::language::Diagnostic;

/// The mistake as people read it: message, place, the line underlined, the hint.
pub fn render(problem: &Diagnostic) -> String {
    let mut out = format!("[ERROR]: {}\n", problem.message);
    if let Some(place) = &problem.place {
        let _ = writeln!(out, "  --> {place}");
        if let Some(line) = source_line(&place.file, place.line) {
            let number = place.line.to_string();
            let blank = " ".repeat(number.len());
            let before: String =
                line.chars().take(place.column.saturating_sub(1) as usize).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let rest = line.chars().skip(place.column.saturating_sub(1) as usize).collect::<String>();
            let length = rest.trim_end().chars().count().clamp(1, 60);
            let _ = writeln!(out, " {blank} |\n {number} | {line}\n {blank} | {before}{}", "^".repeat(length));
        }
    }
    if let Some(hint) = &problem.hint {
        let _ = writeln!(out, "  hint: {hint}");
    }
    out
}

fn source_line(file: &str, line: u32) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().nth(line.checked_sub(1)? as usize).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Place;

    #[test]
    fn a_mistake_shows_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.yml");
        std::fs::write(&path, "- hosts: all\n  taks: []\n").unwrap();
        let file = path.display().to_string();
        let problem = Diagnostic::new("'taks' is not known").at(&Place::new(file.as_str(), 2, 3)).hint("did you mean 'tasks'?");
        let expected = format!(
            "[ERROR]: 'taks' is not known\n  --> {file}:2:3\n   |\n 2 |   taks: []\n   |   ^^^^^^^^\n  hint: did you mean 'tasks'?\n"
        );
        assert_eq!(render(&problem), expected);
    }
}
