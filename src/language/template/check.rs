//! What the parser takes but the language does not.

use minijinja::machinery::ast::Stmt;

use super::source::Body;

/// The first construct that Ansible's templates do not have.
pub fn problem(body: Body) -> Option<String> {
    body.iter().find_map(statement)
}

fn statement(statement: &'static Stmt<'static>) -> Option<String> {
    match statement {
        Stmt::Do(_) => Some("Encountered unknown tag 'do'.".to_string()),
        Stmt::ForLoop(inner) => problem(&inner.body).or_else(|| problem(&inner.else_body)),
        Stmt::IfCond(inner) => problem(&inner.true_body).or_else(|| problem(&inner.false_body)),
        Stmt::WithBlock(inner) => problem(&inner.body),
        Stmt::SetBlock(inner) => problem(&inner.body),
        Stmt::AutoEscape(inner) => problem(&inner.body),
        Stmt::FilterBlock(inner) => problem(&inner.body),
        Stmt::Block(inner) => problem(&inner.body),
        Stmt::Macro(inner) => problem(&inner.body),
        Stmt::CallBlock(inner) => problem(&inner.macro_decl.body),
        _ => None,
    }
}
