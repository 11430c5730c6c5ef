//! From nodes to values: strings with delimiters become compiled templates.

use super::{Node, NodeKind};
use crate::language::vault::Secrets;
use crate::language::{Diagnostic, Diagnostics, Map, Value, template};

/// Why an encrypted string fails when no password is given: where it is used, not where it stands.
const LOCKED: &str = "the value is encrypted and no vault password was given";

impl Node {
    /// The value of the node. Encrypted strings stay locked: using them is an error.
    pub fn to_value(&self) -> Result<Value, Diagnostics> {
        self.to_value_with(&Secrets::default())
    }

    /// The value of the node, encrypted strings opened with `secrets`; all problems are reported.
    pub fn to_value_with(&self, secrets: &Secrets) -> Result<Value, Diagnostics> {
        self.convert(Conversion { secrets, trusted: true, problems: Vec::new() })
    }

    /// The value of a node whose text is data: its strings are never templates.
    pub fn to_data(&self) -> Result<Value, Diagnostics> {
        self.convert(Conversion { secrets: &Secrets::default(), trusted: false, problems: Vec::new() })
    }

    fn convert(&self, mut conversion: Conversion) -> Result<Value, Diagnostics> {
        let value = conversion.value(self);
        match conversion.problems.is_empty() {
            true => Ok(value),
            false => Err(conversion.problems),
        }
    }
}

struct Conversion<'a> {
    secrets: &'a Secrets,
    /// Whether strings with delimiters are templates.
    trusted: bool,
    problems: Diagnostics,
}

impl Conversion<'_> {
    fn value(&mut self, node: &Node) -> Value {
        match &node.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(b) => Value::Bool(*b),
            NodeKind::Int(i) => Value::Int(*i),
            NodeKind::Float(f) => Value::Float(*f),
            NodeKind::Str { text, unsafe_ } if *unsafe_ || !self.trusted => Value::str(text.as_str()),
            NodeKind::Str { text, .. } => self.string(text, node),
            NodeKind::Vault(text) => self.encrypted(text, node),
            NodeKind::Time(text) => template::timestamp(text).unwrap_or_else(|| Value::str(text.as_str())),
            NodeKind::Binary(bytes) => template::bytes(bytes.clone()),
            NodeKind::Set(members) => template::set(members.iter().filter_map(Node::to_key).collect()),
            NodeKind::List(items) => items.iter().map(|item| self.value(item)).collect(),
            NodeKind::Map(entries) => Value::map(self.map(entries)),
        }
    }

    fn map(&mut self, entries: &[(Node, Node)]) -> Map {
        entries.iter().filter_map(|(key, value)| Some((key.to_key()?, self.value(value)))).collect()
    }

    fn string(&mut self, text: &str, node: &Node) -> Value {
        let made = template::string(text, Some(&node.place));
        self.keep(made, node)
    }

    fn encrypted(&mut self, text: &str, node: &Node) -> Value {
        if self.secrets.is_empty() {
            return template::refusing(text, LOCKED, &node.place);
        }
        let opened = self.secrets.decrypt_text(text).inspect(|plain| self.secrets.register().add(plain));
        match opened {
            Ok(text) => self.string(&text, node),
            Err(problem) => self.keep(Err(problem), node),
        }
    }

    fn keep(&mut self, made: Result<Value, Diagnostic>, node: &Node) -> Value {
        made.unwrap_or_else(|problem| {
            self.problems.push(problem.at(&node.place));
            Value::Null
        })
    }
}
