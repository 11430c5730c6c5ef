//! Reading the arguments of a call.

use super::python;
use crate::language::template::Call;
use crate::language::{Diagnostic, Key, Map, Value};

/// Reads of arguments that every family needs. Undefined arguments are errors here.
impl Call<'_> {
    /// The argument at `position` or called `name`, when it was given.
    pub(in crate::language::template) fn given(&self, position: usize, name: &str) -> Result<Option<&Value>, Diagnostic> {
        match self.arg(position, name) {
            Some(Value::Undefined(what)) => Err(Diagnostic::new(what.to_string())),
            other => Ok(other),
        }
    }

    /// The argument at `position` or called `name`, which must be given.
    pub(in crate::language::template) fn need(&self, position: usize, name: &str) -> Result<&Value, Diagnostic> {
        self.given(position, name)?.ok_or_else(|| self.error(format!("the argument '{name}' is missing")))
    }

    /// The text of an argument; `None` when it was not given or is null.
    pub(in crate::language::template) fn text_arg(&self, position: usize, name: &str) -> Result<Option<String>, Diagnostic> {
        Ok(self.given(position, name)?.filter(|v| !matches!(v, Value::Null)).map(python::text))
    }

    /// The integer of an argument; `None` when it was not given or is null.
    pub(in crate::language::template) fn int_arg(&self, position: usize, name: &str) -> Result<Option<i128>, Diagnostic> {
        match self.given(position, name)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Float(f)) => Ok(Some(*f as i128)),
            Some(value) => python::integer(value)
                .or_else(|| value.as_str()?.trim().parse().ok())
                .map(Some)
                .ok_or_else(|| self.error(format!("'{name}' must be an integer, not {}", python::repr(value)))),
        }
    }

    /// The size an argument gives; never negative.
    pub(in crate::language::template) fn size_arg(&self, position: usize, name: &str, default: usize) -> Result<usize, Diagnostic> {
        let size = self.int_arg(position, name)?.unwrap_or(default as i128);
        usize::try_from(size).map_err(|_| self.error(format!("'{name}' must not be negative")))
    }

    /// The truth of an argument.
    pub(in crate::language::template) fn flag_arg(&self, position: usize, name: &str, default: bool) -> Result<bool, Diagnostic> {
        Ok(self.given(position, name)?.map_or(default, python::truthy))
    }

    /// The input as text.
    pub(in crate::language::template) fn text(&self) -> Result<String, Diagnostic> {
        Ok(python::text(self.defined_input()?))
    }

    /// The input as a sequence: a mapping gives its keys, a string its characters.
    pub(in crate::language::template) fn items(&self) -> Result<Vec<Value>, Diagnostic> {
        self.iterate(self.defined_input()?)
    }

    /// The members `value` has when it is iterated.
    pub(in crate::language::template) fn iterate(&self, value: &Value) -> Result<Vec<Value>, Diagnostic> {
        Ok(match value {
            Value::List(items) => items.to_vec(),
            Value::Map(map) => map.keys().map(Key::to_value).collect(),
            Value::Object(object) => object.keys().iter().map(Key::to_value).collect(),
            Value::Str(s) => s.chars().map(|c| Value::str(c.to_string())).collect(),
            Value::Undefined(what) => return Err(Diagnostic::new(what.to_string())),
            other => return Err(self.error(format!("'{}' object is not iterable", other.type_name()))),
        })
    }

    /// The entries of `value`, which must be a mapping.
    pub(in crate::language::template) fn mapping(&self, value: &Value) -> Result<Map, Diagnostic> {
        match value {
            Value::Map(map) => Ok(map.as_ref().clone()),
            Value::Object(object) => {
                let mut map = Map::new();
                for key in object.keys() {
                    if let Some(member) = object.get(&key)? {
                        map.insert(key, member);
                    }
                }
                Ok(map)
            }
            Value::Undefined(what) => Err(Diagnostic::new(what.to_string())),
            other => Err(self.error(format!("a dictionary is needed, not '{}'", other.type_name()))),
        }
    }

    /// The key `value` stands for.
    pub(in crate::language::template) fn key(&self, value: &Value) -> Result<Key, Diagnostic> {
        Key::from_value(value).ok_or_else(|| self.error(format!("unhashable type: '{}'", value.type_name())))
    }
}
