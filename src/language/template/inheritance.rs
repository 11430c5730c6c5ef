//! `include`, `import`, `extends` and `block`.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use minijinja::machinery::Span;
use minijinja::machinery::ast::{self, Expr, Spanned, Stmt};

use crate::language::{Diagnostic, Value};

use super::evaluator::Evaluator;
use super::fail::{Eval, Fail};
use super::frames::Frame;
use super::objects::Module;
use super::output::Output;
use super::source::{self, Body, Source};
use super::{guard, python_text};

impl Evaluator<'_> {
    /// Runs a whole template: its statements, or the template it extends.
    pub fn template(&mut self, body: Body, out: &mut Output) -> Eval<()> {
        let _level = guard::deeper()?;
        self.collect_blocks(body);
        let Some(at) = body.iter().position(|statement| matches!(statement, Stmt::Extends(_))) else {
            self.statements(body, out)?;
            return Ok(());
        };
        self.statements(&body[..at], out)?;
        for statement in body[at + 1..].iter().filter(|statement| !matches!(statement, Stmt::Block(_))) {
            self.statements(std::slice::from_ref(statement), &mut Output::default())?;
        }
        let Stmt::Extends(extends) = &body[at] else { return Ok(()) };
        let parent = self.load(&extends.name)?;
        let mut inner = self.clone();
        inner.source = parent;
        inner.template(parent.body, out)
    }

    fn collect_blocks(&self, body: Body) {
        for statement in body {
            match statement {
                Stmt::Block(block) => {
                    let mut blocks = self.render.blocks.lock().unwrap_or_else(PoisonError::into_inner);
                    blocks.entry(block.name).or_default().push((&block.body, self.source));
                    drop(blocks);
                    self.collect_blocks(&block.body);
                }
                Stmt::IfCond(branch) => {
                    self.collect_blocks(&branch.true_body);
                    self.collect_blocks(&branch.false_body);
                }
                Stmt::ForLoop(statement) => self.collect_blocks(&statement.body),
                Stmt::WithBlock(with) => self.collect_blocks(&with.body),
                _ => {}
            }
        }
    }

    /// Runs the body of the block `name` that stands `level` above the outermost child's.
    pub fn block(&self, name: &'static str, level: usize, out: &mut Output) -> Eval<()> {
        let _level = guard::deeper()?;
        let blocks = self.render.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let found = blocks.get(name).and_then(|bodies| bodies.get(level)).copied();
        drop(blocks);
        let Some((body, source)) = found else {
            return Err(Fail::Undefined(format!("there is no parent block called '{name}'.").into()));
        };
        let mut inner = self.nested(Frame::new(Vec::new()));
        inner.source = source;
        inner.block = Some((name, level));
        inner.statements(body, out)?;
        Ok(())
    }

    /// The same as a value: `super()` and `self.name()`.
    pub fn block_value(&self, name: &'static str, level: usize) -> Eval<Value> {
        let mut out = Output::default();
        self.block(name, level, &mut out)?;
        Ok(Value::Str(out.text(self.scope)?))
    }

    /// `{% include %}`.
    pub fn include(&self, include: &'static Spanned<ast::Include<'static>>, out: &mut Output) -> Eval<()> {
        let names = self.template_names(&include.name)?;
        let Some(source) = self.find(&names)? else {
            return if include.ignore_missing { Ok(()) } else { Err(not_found(&names)) };
        };
        let mut inner = self.nested(Frame::new(Vec::new()));
        if self.says(include.span(), "without") {
            inner.isolated = true;
            inner.frames = vec![Frame::new(Vec::new())];
        }
        inner.source = source;
        inner.render = Arc::default();
        let mut included = Output::default();
        inner.template(source.body, &mut included).map_err(|fail| inner.render.located(fail))?;
        out.append(included);
        Ok(())
    }

    /// `{% import 'file' as name %}`.
    pub fn import(&self, import: &'static Spanned<ast::Import<'static>>) -> Eval<()> {
        let Expr::Var(name) = &import.name else { return Err(Fail::new("import needs a name after `as`")) };
        let module = self.module(&import.expr, import.span())?;
        self.frame().set(name.id, Value::Object(Arc::new(Module(module))));
        Ok(())
    }

    /// `{% from 'file' import a, b as c %}`.
    pub fn import_names(&self, import: &'static Spanned<ast::FromImport<'static>>) -> Eval<()> {
        let module = self.module(&import.expr, import.span())?;
        for (name, alias) in &import.names {
            let (Expr::Var(name), Expr::Var(alias)) = (name, alias.as_ref().unwrap_or(name)) else { continue };
            let found = module.iter().find(|(n, _)| *n == name.id).map(|(_, value)| value.clone());
            let missing = || Value::Undefined(format!("the template does not export '{}'", name.id).into());
            self.frame().set(alias.id, found.unwrap_or_else(missing));
        }
        Ok(())
    }

    /// Runs a template for the variables and macros it sets.
    fn module(&self, name: &'static Expr<'static>, span: Span) -> Eval<Vec<(&'static str, Value)>> {
        let source = self.load(name)?;
        let frame = Frame::new(Vec::new());
        let mut inner = self.nested(frame.clone());
        if !self.says(span, "with") {
            inner.isolated = true;
            inner.frames = vec![frame.clone()];
        }
        inner.source = source;
        self.render.keep(frame.clone());
        inner.template(source.body, &mut Output::default())?;
        Ok(frame.all().into_iter().filter(|(name, _)| !name.starts_with('_')).collect())
    }

    /// Whether the tag at `span` ends with `word context`.
    fn says(&self, span: Span, word: &str) -> bool {
        let rest = self.source.text.get(span.start_offset as usize..).unwrap_or("");
        let tag = &rest[..rest.find("%}").unwrap_or(rest.len())];
        let mut words = tag.split_whitespace().rev().skip_while(|w| matches!(*w, "-" | "+"));
        let last = words.next().map(|w| w.trim_end_matches(['-', '+']));
        match last {
            Some("missing") => words.nth(1).is_some_and(|w| w == "context") && words.next() == Some(word),
            Some("context") => words.next() == Some(word),
            _ => false,
        }
    }

    fn template_names(&self, name: &'static Expr<'static>) -> Eval<Vec<String>> {
        Ok(match self.operand(name)? {
            Value::List(names) => names.iter().map(python_text::str).collect(),
            other => vec![python_text::str(&other)],
        })
    }

    fn load(&self, name: &'static Expr<'static>) -> Eval<Source> {
        let names = self.template_names(name)?;
        self.find(&names)?.ok_or_else(|| not_found(&names))
    }

    /// The first of `names` that exists in the search path or in a `templates` directory there.
    fn find(&self, names: &[String]) -> Eval<Option<Source>> {
        let directories = self.scope.search_path();
        for name in names {
            let candidates = directories.iter().flat_map(|dir| [dir.join("templates").join(name), dir.join(name)]);
            let found = candidates.chain(std::iter::once(PathBuf::from(name))).find(|path| path.is_file());
            if let Some(path) = found.filter(|path| path.is_absolute() || !directories.is_empty()) {
                let shown = path.display();
                let text = std::fs::read_to_string(&path).map_err(|error| Diagnostic::new(format!("cannot read {shown}: {error}")))?;
                return Ok(Some(source::file(&text, &shown.to_string())?));
            }
        }
        Ok(None)
    }
}

fn not_found(names: &[String]) -> Fail {
    Fail::new(format!("template not found: {}", names.join(", ")))
}
