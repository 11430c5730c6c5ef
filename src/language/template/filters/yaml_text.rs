//! Values as YAML text, laid out as PyYAML's emitter does.

use super::python;
use super::yaml_scalar::{Shape, escape, is_implicit, scalar_text, shape};
use crate::language::{Key, Map, Value};

/// The shape of the text.
pub struct Style {
    /// Blanks a level is indented by.
    pub indent: usize,
    /// The column after which lines are folded.
    pub width: usize,
    /// Whether containers are written within brackets; `None`: those that hold scalars only.
    pub flow: Option<bool>,
    /// Whether keys are sorted.
    pub sort_keys: bool,
    /// Whether the document begins with `---`.
    pub explicit_start: bool,
    /// Whether characters beyond ASCII are written as they are.
    pub unicode: bool,
}

/// The YAML text of a value.
pub fn emit(value: &Value, style: &Style) -> String {
    let mut emitter = Emitter { out: String::new(), column: 0, whitespace: true, indention: true, flow_level: 0, style };
    if style.explicit_start {
        emitter.indicator("---", true, false, false);
        if matches!(value, Value::List(_) | Value::Map(_)) && !emitter.is_flow(value) {
            emitter.line_break();
        }
    }
    emitter.node(value, None, Context::Root);
    if emitter.column > 0 {
        emitter.line_break();
    }
    emitter.out
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    Root,
    Sequence,
    Mapping,
    Key,
}

/// The text so far, and where its end stands.
struct Emitter<'a> {
    out: String,
    column: usize,
    whitespace: bool,
    indention: bool,
    flow_level: usize,
    style: &'a Style,
}

impl Emitter<'_> {
    /// Appends a text without line breaks.
    fn write(&mut self, text: &str) {
        self.column += text.chars().count();
        self.out.push_str(text);
    }

    fn line_break(&mut self) {
        self.whitespace = true;
        self.indention = true;
        self.column = 0;
        self.out.push('\n');
    }

    /// Goes to the column of the level, on a new line when need be.
    fn write_indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.line_break();
        }
        if self.column < indent {
            self.whitespace = true;
            self.write(&" ".repeat(indent - self.column));
        }
    }

    /// Appends punctuation.
    fn indicator(&mut self, text: &str, need_whitespace: bool, whitespace: bool, indention: bool) {
        if !self.whitespace && need_whitespace {
            self.write(" ");
        }
        self.write(text);
        self.whitespace = whitespace;
        self.indention &= indention;
    }

    /// Whether a container is written within brackets.
    fn is_flow(&self, value: &Value) -> bool {
        let members: Vec<&Value> = match value {
            Value::List(items) => items.iter().collect(),
            Value::Map(map) => map.values().collect(),
            _ => return false,
        };
        let scalars = || members.iter().all(|member| !matches!(member, Value::List(_) | Value::Map(_)));
        self.flow_level > 0 || members.is_empty() || self.style.flow.unwrap_or_else(scalars)
    }

    /// Appends a node of the level `indent` (none yet at the root); tells whether it was a plain scalar.
    fn node(&mut self, value: &Value, indent: Option<usize>, context: Context) {
        match value {
            Value::List(items) if self.is_flow(value) => self.flow(('[', ']'), indent, items.iter(), |emitter, item, level| {
                emitter.node(item, Some(level), Context::Sequence);
            }),
            Value::List(items) => self.block_list(items, indent, context),
            Value::Map(map) if self.is_flow(value) => {
                let entries = self.entries(map);
                self.flow(('{', '}'), indent, entries.iter(), |emitter, entry, level| emitter.entry(entry, level));
            }
            Value::Map(map) => self.block_map(map, indent),
            Value::Object(object) if matches!(object.data(), Some(Value::List(_))) => {
                self.node(&object.data().unwrap_or(Value::Null), indent, context);
            }
            Value::Object(object) if object.data().is_none() => {
                let members = object.keys().into_iter().filter_map(|key| object.get(&key).ok().flatten().map(|member| (key, member)));
                self.node(&Value::map(members.collect()), indent, context);
            }
            scalar => self.scalar(scalar, indent.unwrap_or(0), context),
        }
    }

    /// The entries of a mapping in the order of writing.
    fn entries(&self, map: &Map) -> Vec<(Key, Value)> {
        let mut entries: Vec<_> = map.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        if self.style.sort_keys {
            entries.sort_by(|(a, _), (b, _)| {
                python::compare(&a.to_value(), &b.to_value()).unwrap_or_else(|_| a.to_string().cmp(&b.to_string()))
            });
        }
        entries
    }

    /// Appends a container within brackets.
    fn flow<T>(
        &mut self,
        brackets: (char, char),
        indent: Option<usize>,
        members: impl Iterator<Item = T>,
        mut member: impl FnMut(&mut Self, T, usize),
    ) {
        let level = indent.unwrap_or(0) + self.style.indent;
        self.indicator(&brackets.0.to_string(), true, true, false);
        self.flow_level += 1;
        for (index, one) in members.enumerate() {
            if index > 0 {
                self.indicator(",", false, false, false);
            }
            if self.column > self.style.width {
                self.write_indent(level);
            }
            member(self, one, level);
        }
        self.flow_level -= 1;
        self.indicator(&brackets.1.to_string(), false, false, false);
    }

    /// Appends one entry of a mapping.
    fn entry(&mut self, (key, value): &(Key, Value), level: usize) {
        let text = key.to_string();
        if text.is_empty() || text.contains('\n') || text.chars().count() >= 128 {
            self.indicator("?", true, false, self.flow_level == 0);
            self.node(&key.to_value(), Some(level), Context::Mapping);
            self.write_indent(level);
            self.indicator(":", true, false, self.flow_level == 0);
        } else {
            self.node(&key.to_value(), Some(level), Context::Key);
            self.indicator(":", false, false, false);
        }
        self.node(value, Some(level), Context::Mapping);
    }

    fn block_list(&mut self, items: &[Value], indent: Option<usize>, context: Context) {
        let indentless = context == Context::Mapping && !self.indention;
        let level = match indent {
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + self.style.indent,
        };
        for item in items {
            self.write_indent(level);
            self.indicator("-", true, false, true);
            self.node(item, Some(level), Context::Sequence);
        }
    }

    fn block_map(&mut self, map: &Map, indent: Option<usize>) {
        let level = indent.map_or(0, |indent| indent + self.style.indent);
        for entry in self.entries(map) {
            self.write_indent(level);
            self.entry(&entry, level);
        }
    }

    /// Appends a scalar.
    fn scalar(&mut self, value: &Value, indent: usize, context: Context) {
        let (text, is_string) = scalar_text(value);
        let shape = shape(&text, self.style.unicode);
        let key = context == Context::Key;
        let allowed = if self.flow_level > 0 { shape.flow_plain } else { shape.block_plain };
        let same = !is_string || !is_implicit(&text);
        let folded_indent = if context == Context::Root { self.style.indent } else { indent + self.style.indent };
        match shape {
            _ if same && allowed && !(key && (text.is_empty() || shape.multiline)) => {
                self.plain(&text, folded_indent, !key);
            }
            Shape { single_quoted: true, multiline, .. } if !(key && multiline) => self.single_quoted(&text, folded_indent, !key),
            _ => self.double_quoted(&text, folded_indent, !key),
        }
    }

    fn plain(&mut self, text: &str, indent: usize, split: bool) {
        if text.is_empty() {
            return;
        }
        if !self.whitespace {
            self.write(" ");
        }
        self.whitespace = false;
        self.indention = false;
        self.folded(text, indent, split, false);
    }

    fn single_quoted(&mut self, text: &str, indent: usize, split: bool) {
        self.indicator("'", true, false, false);
        self.folded(text, indent, split, true);
        self.indicator("'", false, false, false);
    }

    /// Appends text whose lone blanks may become line ends, beyond the width, and whose line breaks are doubled.
    fn folded(&mut self, text: &str, indent: usize, split: bool, quoted: bool) {
        let runs = runs(text);
        let last = runs.len().saturating_sub(1);
        for (index, run) in runs.iter().enumerate() {
            let inner = !quoted || index > 0 && index < last;
            match run.chars().next() {
                Some(' ') if *run == " " && split && inner && self.column > self.style.width => {
                    self.write_indent(indent);
                    self.whitespace = false;
                    self.indention = false;
                }
                Some('\n') => {
                    (0..=run.len()).for_each(|_| self.line_break());
                    self.write_indent(indent);
                }
                _ if quoted => self.write(&run.replace('\'', "''")),
                _ => self.write(run),
            }
        }
    }

    /// Appends text with escapes; beyond the width a line ends in a backslash.
    fn double_quoted(&mut self, text: &str, indent: usize, split: bool) {
        self.indicator("\"", true, false, false);
        let chars: Vec<char> = text.chars().collect();
        let mut pending = String::new();
        for (at, c) in chars.iter().enumerate() {
            let escaped = escape(*c, self.style.unicode);
            if let Some(escaped) = &escaped {
                self.write(&std::mem::take(&mut pending));
                self.write(escaped);
            }
            let inner = at > 0 && at + 1 < chars.len();
            let length = pending.chars().count();
            let may_fold = *c == ' ' || escaped.is_some();
            if split && inner && may_fold && self.column + length > self.style.width {
                self.write(&std::mem::take(&mut pending));
                self.write("\\");
                self.write_indent(indent);
                self.whitespace = false;
                self.indention = false;
                if *c == ' ' {
                    self.write("\\");
                }
            }
            if escaped.is_none() {
                pending.push(*c);
            }
        }
        self.write(&pending);
        self.indicator("\"", false, false, false);
    }
}

/// The text as runs of blanks, of line breaks and of other characters.
fn runs(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        ' ' => 0,
        '\n' => 1,
        _ => 2,
    };
    let mut runs = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| before != kind(c)) {
            runs.push(&text[start..at]);
            start = at;
        }
        before = Some(kind(c));
    }
    runs.push(&text[start..]);
    runs
}
