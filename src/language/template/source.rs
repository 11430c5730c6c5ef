//! Parsed texts: every distinct text is parsed once and kept for the life of the process,
//! as the playbook texts they come from are.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use minijinja::machinery::{Span, ast, parse, parse_expr};
use minijinja::syntax::SyntaxConfig;

use crate::language::{Diagnostic, Place};

use super::literals::{self, Escapes};
use super::{check, header};

/// The statements of a parsed text.
pub type Body = &'static [ast::Stmt<'static>];

/// A parsed template.
#[derive(Clone, Copy)]
pub struct Source {
    /// The text that was parsed: spans point into it.
    pub text: &'static str,
    /// Its statements.
    pub body: Body,
    /// The line breaks the text ends with, which the output keeps.
    pub newlines: usize,
    /// The file it stands in.
    pub file: Option<File>,
}

/// The file a template stands in.
#[derive(Clone, Copy)]
pub struct File {
    name: &'static str,
    /// The lines before the template.
    header: u32,
}

impl Source {
    /// What stands for the text of an expression: no statements.
    pub const NONE: Source = Source { text: "", body: &[], newlines: 0, file: None };

    /// Where `span` stands, when the template is a file.
    pub fn place(&self, span: Span) -> Option<Place> {
        let file = self.file?;
        Some(Place::new(file.name, file.header + u32::from(span.start_line), u32::from(span.start_col) + 1))
    }
}

type Cache<T> = LazyLock<RwLock<HashMap<&'static str, T>>>;

static STRINGS: Cache<Source> = LazyLock::new(Default::default);
static FILES: Cache<Source> = LazyLock::new(Default::default);
static EXPRESSIONS: Cache<&'static ast::Expr<'static>> = LazyLock::new(Default::default);

/// The template in a string of YAML: backslashes in the literals of its `{{ }}` stand for themselves.
pub fn string(text: &str) -> Result<Source, Diagnostic> {
    cached(&STRINGS, text, || template(text, &default_syntax(), Escapes::OnlyInBlocks, None))
}

/// The template in a file, whose first line may set the syntax.
pub fn file(text: &str, name: &str) -> Result<Source, Diagnostic> {
    cached(&FILES, &format!("{name}\0{text}"), || {
        let (syntax, body) = header::split(text).map_err(|error| error.at(&Place::new(name, 1, 1)))?;
        template(body, &syntax, Escapes::Everywhere, Some((name, text.len() - body.len(), text)))
    })
}

/// An expression without delimiters.
pub fn expression(text: &str) -> Result<&'static ast::Expr<'static>, Diagnostic> {
    cached(&EXPRESSIONS, text, || {
        let kept = keep(&literals::normalise_expression(text));
        let expr = parse_expr(kept).map_err(|error| expression_error(&error, text))?;
        match check::fault_in(&expr) {
            Some(fault) => Err(Diagnostic::new(format!("Syntax error in expression: {}", fault.message))),
            None => Ok(&*Box::leak(Box::new(expr))),
        }
    })
}

/// What the header of a file overrides, the rest being Ansible's defaults.
pub fn default_syntax() -> SyntaxConfig {
    SyntaxConfig::builder().trim_blocks(true).build().unwrap_or_default()
}

fn cached<T: Copy>(cache: &Cache<T>, text: &str, make: impl FnOnce() -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    if let Some(found) = cache.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Ok(*found);
    }
    let made = make()?;
    cache.write().unwrap_or_else(PoisonError::into_inner).insert(keep(text), made);
    Ok(made)
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_string().into_boxed_str())
}

/// A file's name, the offset of the template in it, and its text.
type Origin<'a> = Option<(&'a str, usize, &'a str)>;

fn template(text: &str, syntax: &SyntaxConfig, escapes: Escapes, origin: Origin) -> Result<Source, Diagnostic> {
    let last = if syntax.keep_trailing_newline() { text } else { text.strip_suffix('\n').unwrap_or(text) };
    let kept = keep(&literals::normalise(last, syntax, escapes));
    let statement = parse(kept, "template", whole(syntax)).map_err(|error| template_error(&error, text, origin))?;
    let statement = Box::leak(Box::new(statement));
    let body: Body = match statement {
        ast::Stmt::Template(template) => &template.children,
        single => std::slice::from_ref(single),
    };
    if let Some(fault) = check::fault(body) {
        let message = format!("Syntax error in template: {}", fault.message);
        return Err(located(message, fault.offset.min(text.len()), text, origin));
    }
    let file = origin.map(|(name, offset, whole)| File { name: keep(name), header: position(whole, offset).0 - 1 });
    Ok(Source { text: kept, body, newlines: trailing_newlines(text), file })
}

/// The syntax with nothing taken off the end: the parser would take a carriage return along.
fn whole(syntax: &SyntaxConfig) -> SyntaxConfig {
    syntax.to_builder().keep_trailing_newline(true).build().unwrap_or_else(|_| syntax.clone())
}

/// The line breaks at the end of a text.
pub fn trailing_newlines(text: &str) -> usize {
    text.bytes().rev().take_while(|b| *b == b'\n').count()
}

fn cause(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_string)
}

fn template_error(error: &minijinja::Error, text: &str, origin: Origin) -> Diagnostic {
    let start = error.range().map_or(0, |range| range.start.min(text.len()));
    located(format!("Syntax error in template: {}", cause(error)), start, text, origin)
}

fn located(message: String, start: usize, text: &str, origin: Origin) -> Diagnostic {
    let (line, column) = position(text, start);
    match origin {
        Some((name, offset, whole)) => {
            let (line, column) = position(whole, start + offset);
            Diagnostic::new(message).at(&Place::new(name, line, column))
        }
        None if text.contains('\n') => Diagnostic::new(message).hint(format!("line {line}, column {column} of the string")),
        None => Diagnostic::new(message).hint(format!("at `{}`", excerpt(text, start))),
    }
}

fn expression_error(error: &minijinja::Error, text: &str) -> Diagnostic {
    if text.contains("{{") || text.contains("{%") {
        return Diagnostic::new(format!(
            "Syntax error in expression. Template delimiters are not supported in expressions: {}",
            cause(error)
        ))
        .hint("write the expression without `{{` and `}}`");
    }
    let start = error.range().map_or(0, |range| range.start.min(text.len()));
    Diagnostic::new(format!("Syntax error in expression: {}", cause(error))).hint(format!("at `{}` in `{text}`", excerpt(text, start)))
}

fn position(text: &str, offset: usize) -> (u32, u32) {
    let before: String = text.bytes().take(offset).map(char::from).collect();
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |i| i + 1) + 1;
    (line as u32, column as u32)
}

fn excerpt(text: &str, offset: usize) -> String {
    let end = text.len();
    let start = (0..=offset.min(end)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text[start..].chars().take(30).collect()
}
