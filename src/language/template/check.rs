//! What the parser takes but the language does not have: unknown filters and tests, the `do` tag.

use minijinja::machinery::Span;
use minijinja::machinery::ast::{CallArg, Expr, Stmt};

use super::{filters, tests};

/// A mistake that the parser does not see.
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Where it begins in the text.
    pub offset: usize,
}

impl Fault {
    fn at(span: Span, message: String) -> Option<Fault> {
        Some(Fault { message, offset: span.start_offset as usize })
    }
}

/// A fault in a list of statements.
pub fn fault(body: &[Stmt]) -> Option<Fault> {
    let mut walk = Walk::default();
    walk.statements.extend(body);
    walk.first()
}

/// A fault in an expression.
pub fn fault_in(expr: &Expr) -> Option<Fault> {
    let mut walk = Walk::default();
    walk.exprs.push(expr);
    walk.first()
}

/// What is still to be looked at: a list, as a text may nest deeper than calls can.
#[derive(Default)]
struct Walk<'a> {
    statements: Vec<&'a Stmt<'a>>,
    exprs: Vec<&'a Expr<'a>>,
}

impl<'a> Walk<'a> {
    fn first(mut self) -> Option<Fault> {
        loop {
            while let Some(expr) = self.exprs.pop() {
                if let Some(fault) = unnamed(expr) {
                    return Some(fault);
                }
                self.expr(expr);
            }
            match self.statements.pop()? {
                Stmt::Do(inner) => return Fault::at(inner.span(), "Encountered unknown tag 'do'.".into()),
                statement => self.statement(statement),
            }
        }
    }

    fn statement(&mut self, statement: &'a Stmt<'a>) {
        match statement {
            Stmt::Template(inner) => self.statements.extend(&inner.children),
            Stmt::EmitExpr(inner) => self.exprs.push(&inner.expr),
            Stmt::ForLoop(inner) => {
                self.exprs.push(&inner.iter);
                self.exprs.extend(&inner.filter_expr);
                self.statements.extend(inner.body.iter().chain(&inner.else_body));
            }
            Stmt::IfCond(inner) => {
                self.exprs.push(&inner.expr);
                self.statements.extend(inner.true_body.iter().chain(&inner.false_body));
            }
            Stmt::WithBlock(inner) => {
                self.exprs.extend(inner.assignments.iter().map(|(_, value)| value));
                self.statements.extend(&inner.body);
            }
            Stmt::Set(inner) => self.exprs.push(&inner.expr),
            Stmt::SetBlock(inner) => {
                self.exprs.extend(&inner.filter);
                self.statements.extend(&inner.body);
            }
            Stmt::AutoEscape(inner) => self.statements.extend(&inner.body),
            Stmt::FilterBlock(inner) => {
                self.exprs.push(&inner.filter);
                self.statements.extend(&inner.body);
            }
            Stmt::Block(inner) => self.statements.extend(&inner.body),
            Stmt::Macro(inner) => {
                self.exprs.extend(&inner.defaults);
                self.statements.extend(&inner.body);
            }
            Stmt::CallBlock(inner) => {
                self.args(&inner.call.args);
                self.statements.extend(&inner.macro_decl.body);
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: &'a Expr<'a>) {
        match expr {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(inner) => {
                self.exprs.push(&inner.expr);
                self.exprs.extend(inner.start.iter().chain(&inner.stop).chain(&inner.step));
            }
            Expr::UnaryOp(inner) => self.exprs.push(&inner.expr),
            Expr::BinOp(inner) => self.exprs.extend([&inner.left, &inner.right]),
            Expr::Compare(inner) => {
                self.exprs.push(&inner.expr);
                self.exprs.extend(inner.ops.iter().map(|op| &op.expr));
            }
            Expr::IfExpr(inner) => {
                self.exprs.extend([&inner.test_expr, &inner.true_expr]);
                self.exprs.extend(&inner.false_expr);
            }
            Expr::Filter(inner) => {
                self.exprs.extend(&inner.expr);
                self.args(&inner.args);
            }
            Expr::Test(inner) => {
                self.exprs.push(&inner.expr);
                self.args(&inner.args);
            }
            Expr::GetAttr(inner) => self.exprs.push(&inner.expr),
            Expr::GetItem(inner) => self.exprs.extend([&inner.expr, &inner.subscript_expr]),
            Expr::Call(inner) => {
                self.exprs.push(&inner.expr);
                self.args(&inner.args);
            }
            Expr::List(inner) => self.exprs.extend(&inner.items),
            Expr::Tuple(inner) => self.exprs.extend(&inner.items),
            Expr::Map(inner) => self.exprs.extend(inner.keys.iter().chain(&inner.values)),
        }
    }

    fn args(&mut self, args: &'a [CallArg<'a>]) {
        self.exprs.extend(args.iter().map(|arg| match arg {
            CallArg::Pos(expr) | CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => expr,
        }));
    }
}

/// The expression's own fault: a filter or test that nobody has.
fn unnamed(expr: &Expr) -> Option<Fault> {
    let unknown = |kind, name: &str, span| Fault::at(span, format!("No {kind} named '{name}'."));
    match expr {
        Expr::Filter(inner) if filters::find(inner.name).is_none() => unknown("filter", inner.name, inner.span()),
        Expr::Test(inner) if tests::find(inner.name).is_none() => unknown("test", inner.name, inner.span()),
        _ => None,
    }
}
