//! The values of the language: what variables hold and templates give.
//!
//! A [`Value`] is cheap to clone. A string that held `{{` or `{%` when it was loaded from a file of the
//! user's is a [`Value::Template`]; every other string is plain data and is never templated, whatever it contains.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};

use super::diagnostic::Diagnostic;
use super::template::Template;

/// A value of the language.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing was defined under that name; the text says what was missing. Never stored in a variable.
    Undefined(Arc<str>),
    /// The `omit` placeholder: the parameter or list member that holds it is left out.
    Omit,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer, wide enough for what playbooks compute with.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A string that is data.
    Str(Arc<str>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A mapping in order of insertion.
    Map(Arc<Map>),
    /// A template that has not been evaluated yet.
    Template(Arc<Template>),
    /// A mapping whose members are computed on access (`hostvars`, `loop`, `namespace()` …).
    Object(Arc<dyn Object>),
}

/// A mapping in order of insertion.
pub type Map = IndexMap<Key, Value>;

/// A mapping whose members are computed on access.
pub trait Object: std::any::Any + fmt::Debug + Send + Sync {
    /// The member `key`; `None` when there is none.
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic>;
    /// All keys, in order.
    fn keys(&self) -> Vec<Key>;
    /// What it is as data, when that is no mapping: a time is a text, a set the list of its members.
    fn data(&self) -> Option<Value> {
        None
    }
    /// Python's name of its type.
    fn type_name(&self) -> &'static str {
        "dict"
    }
    /// Calls the object (`loop.cycle`, `joiner()` …); most objects cannot be called.
    fn call(&self, _args: &[Value], _kwargs: &Map) -> Result<Value, Diagnostic> {
        Err(Diagnostic::new("the object is not callable"))
    }
}

/// The key of a mapping.
#[derive(Clone, Debug)]
pub enum Key {
    /// The usual kind.
    Str(Arc<str>),
    /// `{1: …}`.
    Int(i128),
    /// `{yes: …}`.
    Bool(bool),
    /// `{~: …}`.
    Null,
}

impl Key {
    /// The key as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Key::Str(s) => Value::Str(s.clone()),
            Key::Int(i) => Value::Int(*i),
            Key::Bool(b) => Value::Bool(*b),
            Key::Null => Value::Null,
        }
    }

    /// The key that `value` stands for; `None` for values that cannot be keys.
    pub fn from_value(value: &Value) -> Option<Key> {
        Some(match value {
            Value::Str(s) => Key::Str(s.clone()),
            Value::Int(i) => Key::Int(*i),
            Value::Bool(b) => Key::Bool(*b),
            Value::Null => Key::Null,
            Value::Float(f) if f.fract() == 0.0 => Key::Int(*f as i128),
            _ => return None,
        })
    }

    /// The key when it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Key::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The number a key counts as: Python's `1`, `True` and `1.0` are one key.
    fn number(&self) -> Option<i128> {
        match self {
            Key::Int(i) => Some(*i),
            Key::Bool(b) => Some(i128::from(*b)),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Str(s) => f.write_str(s),
            Key::Int(i) => write!(f, "{i}"),
            Key::Bool(true) => f.write_str("True"),
            Key::Bool(false) => f.write_str("False"),
            Key::Null => f.write_str("None"),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Str(a), Key::Str(b)) => a == b,
            (Key::Null, Key::Null) => true,
            _ => self.number().is_some() && self.number() == other.number(),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Key::Str(s) => s.as_ref().hash(state),
            Key::Null => 0xffu8.hash(state),
            number => number.number().hash(state),
        }
    }
}

impl Equivalent<Key> for str {
    fn equivalent(&self, key: &Key) -> bool {
        key.as_str() == Some(self)
    }
}

impl From<&str> for Key {
    fn from(s: &str) -> Key {
        Key::Str(s.into())
    }
}

impl From<String> for Key {
    fn from(s: String) -> Key {
        Key::Str(s.into())
    }
}

impl Value {
    /// A string of data.
    pub fn str(s: impl Into<Arc<str>>) -> Value {
        Value::Str(s.into())
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    /// A mapping.
    pub fn map(map: Map) -> Value {
        Value::Map(Arc::new(map))
    }

    /// The string of a [`Value::Str`].
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The member `key` of a plain mapping, without evaluating anything.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// Whether both are one and the same value: equal scalars, or the same shared list or mapping.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Null, Value::Null) | (Value::Omit, Value::Omit) => true,
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
            (Value::Template(a), Value::Template(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Whether nothing is defined here.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// Python's name of the value's type, as Ansible's messages use it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Undefined(_) => "Undefined",
            Value::Omit => "Omit",
            Value::Null => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) | Value::Template(_) => "str",
            Value::List(_) => "list",
            Value::Map(_) => "dict",
            Value::Object(object) => object.type_name(),
        }
    }

    /// Whether the value, or any member at any depth, is still a template.
    pub fn has_templates(&self) -> bool {
        match self {
            Value::Template(_) => true,
            Value::List(items) => items.iter().any(Value::has_templates),
            Value::Map(map) => map.values().any(Value::has_templates),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        Value::Str(s.into())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Value {
        Value::Str(s.into())
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Value {
        Value::Int(i.into())
    }
}

impl From<usize> for Value {
    fn from(i: usize) -> Value {
        Value::Int(i as i128)
    }
}

impl From<f64> for Value {
    fn from(f: f64) -> Value {
        Value::Float(f)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::list(items)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Value {
        Value::list(items.into_iter().collect())
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Value {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(b),
            Json::Number(n) => match n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from)) {
                Some(i) => Value::Int(i),
                None => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(s) => Value::Str(s.into()),
            Json::Array(items) => items.into_iter().map(Value::from).collect(),
            Json::Object(map) => Value::map(map.into_iter().map(|(k, v)| (Key::from(k), v.into())).collect()),
        }
    }
}

impl Value {
    /// The value as JSON. Templates must have been evaluated; what JSON cannot hold (omit, undefined) becomes `null`,
    /// and an integer beyond 64 bits becomes a float.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Undefined(_) | Value::Omit | Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(i) => match (i64::try_from(*i), u64::try_from(*i)) {
                (Ok(i), _) => i.into(),
                (_, Ok(u)) => u.into(),
                _ => (*i as f64).into(),
            },
            Value::Float(f) => (*f).into(),
            Value::Str(s) => Json::String(s.to_string()),
            Value::Template(t) => Json::String(t.source().to_string()),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Map(map) => Json::Object(map.iter().map(|(k, v)| (json_key(k), v.to_json())).collect()),
            Value::Object(object) => object.data().map_or_else(|| members_to_json(&**object), |data| data.to_json()),
        }
    }
}

fn members_to_json(object: &dyn Object) -> serde_json::Value {
    let member = |key: &Key| object.get(key).ok().flatten().map_or(serde_json::Value::Null, |value| value.to_json());
    object.keys().iter().map(|key| (json_key(key), member(key))).collect()
}

/// A key as `json.dumps` writes it.
fn json_key(key: &Key) -> String {
    match key {
        Key::Bool(b) => b.to_string(),
        Key::Null => "null".to_string(),
        other => other.to_string(),
    }
}
