//! Statements.

use std::sync::{Arc, Mutex};

use minijinja::machinery::Span;
use minijinja::machinery::ast::{self, Expr, Stmt};

use crate::language::Value;

use super::evaluator::{Evaluator, downcast};
use super::fail::{Eval, Fail};
use super::frames::{Closure, Frame};
use super::guard;
use super::objects::{Function, Loop, Macro, Namespace, Recursion};
use super::output::Output;
use super::source::Body;

/// What a statement did to the loop it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// On to the next statement.
    Next,
    /// `{% continue %}`.
    Continue,
    /// `{% break %}`.
    Break,
}

impl Evaluator<'_> {
    /// Runs `body`.
    pub fn statements(&mut self, body: Body, out: &mut Output) -> Eval<Flow> {
        for statement in body {
            match self.statement(statement, out) {
                Ok(Flow::Next) => {}
                Ok(flow) => return Ok(flow),
                Err(fail) => {
                    self.note(statement);
                    return Err(fail);
                }
            }
        }
        Ok(Flow::Next)
    }

    #[cold]
    fn note(&self, statement: &Stmt) {
        self.render.note(self.source.place(span(statement)));
    }

    fn statement(&mut self, statement: &'static Stmt<'static>, out: &mut Output) -> Eval<Flow> {
        let _level = guard::deeper()?;
        match statement {
            Stmt::EmitRaw(raw) => out.raw(raw.raw),
            Stmt::EmitExpr(emit) => out.value(self.eval(&emit.expr)?)?,
            Stmt::IfCond(branch) => {
                let body = if self.truth(&branch.expr)? { &branch.true_body } else { &branch.false_body };
                return self.statements(body, out);
            }
            Stmt::ForLoop(statement) => self.for_loop(statement, out)?,
            Stmt::Set(set) => {
                let value = self.eval(&set.expr)?;
                self.assign(&set.target, value)?;
            }
            Stmt::SetBlock(set) => {
                let value = self.captured(&set.body)?;
                let value = match &set.filter {
                    Some(chain) => self.filter_chain(chain, value)?,
                    None => value,
                };
                self.assign(&set.target, value)?;
            }
            Stmt::FilterBlock(block) => {
                let value = self.captured(&block.body)?;
                out.value(self.filter_chain(&block.filter, value)?)?;
            }
            Stmt::WithBlock(with) => return self.with_block(with, out),
            Stmt::AutoEscape(block) => return self.statements(&block.body, out),
            Stmt::Macro(declaration) => {
                let callee = self.macro_of(declaration);
                self.frame().set(declaration.name, callee);
            }
            Stmt::CallBlock(block) => {
                let caller = self.macro_of(&block.macro_decl);
                out.value(self.call_with_caller(&block.call, caller)?)?;
            }
            Stmt::Do(statement) => {
                self.call(&statement.call)?;
            }
            Stmt::Include(include) => self.include(include, out)?,
            Stmt::Import(import) => self.import(import)?,
            Stmt::FromImport(import) => self.import_names(import)?,
            Stmt::Block(block) => self.block(block.name, 0, out)?,
            Stmt::Template(template) => return self.statements(&template.children, out),
            Stmt::Continue(_) => return Ok(Flow::Continue),
            Stmt::Break(_) => return Ok(Flow::Break),
            Stmt::Extends(_) => return Err(Fail::new("{% extends %} must stand outside of other blocks")),
        }
        Ok(Flow::Next)
    }

    /// What `body` comes to, run in a frame of its own.
    fn captured(&mut self, body: Body) -> Eval<Value> {
        let mut out = Output::default();
        self.nested(Frame::new(Vec::new())).statements(body, &mut out)?;
        out.native(self.scope)
    }

    fn macro_of(&self, declaration: &'static ast::Spanned<ast::Macro<'static>>) -> Value {
        Value::Object(Arc::new(Function::Macro(Macro {
            declaration,
            closure: Closure::of(&self.frames),
            source: self.source,
            isolated: self.isolated,
        })))
    }

    fn with_block(&mut self, with: &'static ast::WithBlock<'static>, out: &mut Output) -> Eval<Flow> {
        let inner = &mut self.nested(Frame::new(Vec::new()));
        for (target, expr) in &with.assignments {
            let value = self.eval(expr)?;
            inner.assign(target, value)?;
        }
        inner.statements(&with.body, out)
    }

    /// Gives `value` to what `target` names.
    fn assign(&self, target: &'static Expr<'static>, value: Value) -> Eval<()> {
        match target {
            Expr::Var(var) => self.frame().set(var.id, value),
            Expr::List(list) => self.unpack(&list.items, value)?,
            Expr::Tuple(tuple) => self.unpack(&tuple.items, value)?,
            Expr::GetAttr(get) => {
                let holder = self.defined(&get.expr)?;
                match &holder {
                    Value::Object(object) if downcast::<Namespace>(object).is_some() => {
                        downcast::<Namespace>(object).into_iter().for_each(|n| n.set(get.name, value.clone()));
                    }
                    _ => return Err(Fail::new("cannot assign attribute on non-namespace object")),
                }
            }
            _ => return Err(Fail::new("this cannot be assigned to")),
        }
        Ok(())
    }

    fn unpack(&self, targets: &'static [Expr<'static>], value: Value) -> Eval<()> {
        let values = self.iterate(value)?;
        if values.len() != targets.len() {
            let (wanted, got) = (targets.len(), values.len());
            return Err(Fail::new(if got < wanted {
                format!("not enough values to unpack (expected {wanted}, got {got})")
            } else {
                format!("too many values to unpack (expected {wanted})")
            }));
        }
        for (target, value) in targets.iter().zip(values) {
            self.assign(target, self.settle(value)?)?;
        }
        Ok(())
    }

    fn for_loop(&mut self, statement: &'static ast::ForLoop<'static>, out: &mut Output) -> Eval<()> {
        let items = self.eval(&statement.iter)?;
        self.run_loop(statement, items, 0, out)
    }

    fn run_loop(&mut self, statement: &'static ast::ForLoop<'static>, items: Value, depth: usize, out: &mut Output) -> Eval<()> {
        let items = self.loop_items(statement, items)?;
        if items.is_empty() {
            self.nested(Frame::new(Vec::new())).statements(&statement.else_body, out)?;
            return Ok(());
        }
        let items = Arc::new(items);
        let seen = Arc::new(Mutex::new(None));
        let recursion = statement.recursive.then(|| Recursion { statement, closure: Closure::of(&self.frames) });
        let frame = Frame::new(Vec::new());
        let mut inner = self.nested(frame.clone());
        for (index, item) in items.iter().enumerate() {
            frame.clear();
            let turn = Loop { items: items.clone(), index, depth, seen: seen.clone(), recursion: recursion.clone() };
            frame.set("loop", Value::Object(Arc::new(turn)));
            inner.assign(&statement.target, item.clone())?;
            if inner.statements(&statement.body, out)? == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    /// The items a loop goes over, evaluated, those its condition rejects left out.
    fn loop_items(&self, statement: &'static ast::ForLoop<'static>, items: Value) -> Eval<Vec<Value>> {
        let mut kept = Vec::new();
        let frame = Frame::new(Vec::new());
        let inner = self.nested(frame.clone());
        for item in self.iterate(items)? {
            let item = self.settle(item)?;
            if let Some(condition) = &statement.filter_expr {
                frame.clear();
                inner.assign(&statement.target, item.clone())?;
                if !inner.truth(condition)? {
                    continue;
                }
            }
            kept.push(item);
        }
        Ok(kept)
    }

    /// `loop(items)` in a recursive loop.
    pub fn recurse(&self, current: &Loop, mut args: Vec<Value>) -> Eval<Value> {
        let _level = guard::deeper()?;
        let (Some(recursion), Some(items)) = (&current.recursion, args.pop()) else {
            return Err(Fail::new("The loop must have the 'recursive' marker to be called recursively."));
        };
        let mut inner = self.clone();
        inner.frames = recursion.closure.frames();
        let mut out = Output::default();
        inner.run_loop(recursion.statement, items, current.depth + 1, &mut out)?;
        out.native(self.scope)
    }
}

/// Where a statement stands.
fn span(statement: &Stmt) -> Span {
    match statement {
        Stmt::Template(s) => s.span(),
        Stmt::Extends(s) => s.span(),
        Stmt::Include(s) => s.span(),
        Stmt::Import(s) => s.span(),
        Stmt::FromImport(s) => s.span(),
        Stmt::EmitRaw(s) => s.span(),
        Stmt::EmitExpr(s) => s.span(),
        Stmt::ForLoop(s) => s.span(),
        Stmt::IfCond(s) => s.span(),
        Stmt::WithBlock(s) => s.span(),
        Stmt::Set(s) => s.span(),
        Stmt::SetBlock(s) => s.span(),
        Stmt::AutoEscape(s) => s.span(),
        Stmt::FilterBlock(s) => s.span(),
        Stmt::Block(s) => s.span(),
        Stmt::Macro(s) => s.span(),
        Stmt::CallBlock(s) => s.span(),
        Stmt::Do(s) => s.span(),
        Stmt::Continue(s) => s.span(),
        Stmt::Break(s) => s.span(),
    }
}
