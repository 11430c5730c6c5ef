//! Filters and tests that templates name but nobody has.

use minijinja::machinery::Span;
use minijinja::machinery::ast::{CallArg, Expr, Stmt};

use super::{filters, tests};

/// A name that is not known.
pub struct Unknown {
    /// `filter` or `test`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Where its expression begins in the text.
    pub offset: usize,
}

/// The first unknown name in a list of statements.
pub fn unknown(body: &[Stmt]) -> Option<Unknown> {
    body.iter().find_map(in_statement)
}

fn in_statement(statement: &Stmt) -> Option<Unknown> {
    let either = |expr: &Expr, body: &[Stmt]| unknown_in(expr).or_else(|| unknown(body));
    match statement {
        Stmt::Template(inner) => unknown(&inner.children),
        Stmt::EmitExpr(inner) => unknown_in(&inner.expr),
        Stmt::ForLoop(inner) => either(&inner.iter, &inner.body)
            .or_else(|| inner.filter_expr.as_ref().and_then(unknown_in))
            .or_else(|| unknown(&inner.else_body)),
        Stmt::IfCond(inner) => either(&inner.expr, &inner.true_body).or_else(|| unknown(&inner.false_body)),
        Stmt::WithBlock(inner) => inner.assignments.iter().find_map(|(_, value)| unknown_in(value)).or_else(|| unknown(&inner.body)),
        Stmt::Set(inner) => unknown_in(&inner.expr),
        Stmt::SetBlock(inner) => inner.filter.as_ref().and_then(unknown_in).or_else(|| unknown(&inner.body)),
        Stmt::AutoEscape(inner) => unknown(&inner.body),
        Stmt::FilterBlock(inner) => either(&inner.filter, &inner.body),
        Stmt::Block(inner) => unknown(&inner.body),
        Stmt::Macro(inner) => inner.defaults.iter().find_map(unknown_in).or_else(|| unknown(&inner.body)),
        Stmt::CallBlock(inner) => in_args(&inner.call.args).or_else(|| unknown(&inner.macro_decl.body)),
        _ => None,
    }
}

/// The first unknown name in an expression.
pub fn unknown_in(expr: &Expr) -> Option<Unknown> {
    let all = |exprs: &[Expr]| exprs.iter().find_map(unknown_in);
    let maybe = |expr: &Option<Expr>| expr.as_ref().and_then(unknown_in);
    match expr {
        Expr::Var(_) | Expr::Const(_) => None,
        Expr::Slice(inner) => {
            unknown_in(&inner.expr).or_else(|| maybe(&inner.start)).or_else(|| maybe(&inner.stop)).or_else(|| maybe(&inner.step))
        }
        Expr::UnaryOp(inner) => unknown_in(&inner.expr),
        Expr::BinOp(inner) => unknown_in(&inner.left).or_else(|| unknown_in(&inner.right)),
        Expr::Compare(inner) => unknown_in(&inner.expr).or_else(|| inner.ops.iter().find_map(|op| unknown_in(&op.expr))),
        Expr::IfExpr(inner) => unknown_in(&inner.test_expr).or_else(|| unknown_in(&inner.true_expr)).or_else(|| maybe(&inner.false_expr)),
        Expr::Filter(inner) => maybe(&inner.expr)
            .or_else(|| named("filter", inner.name, filters::find(inner.name).is_some(), inner.span()))
            .or_else(|| in_args(&inner.args)),
        Expr::Test(inner) => unknown_in(&inner.expr)
            .or_else(|| named("test", inner.name, tests::find(inner.name).is_some(), inner.span()))
            .or_else(|| in_args(&inner.args)),
        Expr::GetAttr(inner) => unknown_in(&inner.expr),
        Expr::GetItem(inner) => unknown_in(&inner.expr).or_else(|| unknown_in(&inner.subscript_expr)),
        Expr::Call(inner) => unknown_in(&inner.expr).or_else(|| in_args(&inner.args)),
        Expr::List(inner) => all(&inner.items),
        Expr::Tuple(inner) => all(&inner.items),
        Expr::Map(inner) => all(&inner.keys).or_else(|| all(&inner.values)),
    }
}

fn in_args(args: &[CallArg]) -> Option<Unknown> {
    args.iter().find_map(|arg| match arg {
        CallArg::Pos(expr) | CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => unknown_in(expr),
    })
}

fn named(kind: &'static str, name: &str, known: bool, span: Span) -> Option<Unknown> {
    (!known).then(|| Unknown { kind, name: name.to_string(), offset: span.start_offset as usize })
}
