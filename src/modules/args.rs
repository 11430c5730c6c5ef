//! The arguments of one task, validated against a module's spec.

use serde_json::{Map, Value as Json};

use super::spec::{Kind, Param, Spec};
use super::{Failure, Module};

/// Validated arguments: every key is a parameter's own name (never an alias), every value of its kind,
/// defaults filled in. A parameter that was not given, or was given as `null`, is absent.
#[derive(Debug, Clone, Default)]
pub struct Args(Map<String, Json>);

impl Args {
    /// Checks `given` against the module's spec and brings it into form. The messages are Ansible's.
    pub fn bind(module: &Module, given: Map<String, Json>) -> Result<Args, Failure> {
        let spec = &module.spec;
        let mut bound = Map::new();
        let mut unknown = Vec::new();
        for (name, value) in given {
            match spec.param(&name) {
                _ if spec.free_form && name == "_raw_params" => {
                    bound.insert(name, value);
                }
                _ if name.starts_with("_rplay_") => {
                    bound.insert(name, value);
                }
                Some(_) if value.is_null() => {}
                Some(param) => {
                    bound.insert(param.name.to_string(), coerce(param, value)?);
                }
                None => unknown.push(name),
            }
        }
        if !unknown.is_empty() {
            return Err(unsupported(module, &unknown));
        }
        check_exclusive(spec, &bound)?;
        for param in spec.params {
            if !bound.contains_key(param.name)
                && let Some(default) = param.default
            {
                bound.insert(param.name.to_string(), coerce(param, Json::from(default))?);
            }
        }
        check_rules(spec, &bound)?;
        Ok(Args(bound))
    }

    /// Arguments that were bound elsewhere.
    pub fn bound(map: Map<String, Json>) -> Args {
        Args(map)
    }

    /// The arguments as they cross the wire.
    pub fn into_inner(self) -> Map<String, Json> {
        self.0
    }

    /// The value of `name`, whatever it is.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// Text or a path.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Text or a path that the spec requires or gives a default.
    pub fn need(&self, name: &str) -> Result<&str, Failure> {
        self.str(name).ok_or_else(|| Failure::new(format!("missing required arguments: {name}")))
    }

    /// A boolean; absent counts as false.
    pub fn bool(&self, name: &str) -> bool {
        self.0.get(name).and_then(Json::as_bool).unwrap_or(false)
    }

    /// A boolean that may be absent.
    pub fn maybe_bool(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    /// An integer.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// A number.
    pub fn float(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    /// A list.
    pub fn list(&self, name: &str) -> Option<&[Json]> {
        self.0.get(name)?.as_array().map(Vec::as_slice)
    }

    /// A list of texts; other scalars are written as text.
    pub fn strings(&self, name: &str) -> Vec<String> {
        self.list(name).unwrap_or_default().iter().map(text).collect()
    }

    /// A mapping.
    pub fn dict(&self, name: &str) -> Option<&Map<String, Json>> {
        self.0.get(name)?.as_object()
    }
}

/// A scalar as Python's `str` writes it.
pub fn text(value: &Json) -> String {
    match value {
        Json::String(s) => s.clone(),
        Json::Bool(true) => "True".into(),
        Json::Bool(false) => "False".into(),
        Json::Null => "None".into(),
        other => other.to_string(),
    }
}

/// JSON on one line with a blank after every comma and colon, as Python writes it.
pub fn spaced(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{}: {}", Json::from(k.as_str()), spaced(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn unsupported(module: &Module, unknown: &[String]) -> Failure {
    let mut supported: Vec<&str> = module.spec.params.iter().map(|p| p.name).collect();
    supported.sort_unstable();
    Failure::new(format!(
        "Unsupported parameters for ({}) module: {}. Supported parameters include: {}.",
        module.names[0],
        unknown.join(", "),
        supported.join(", ")
    ))
}

/// Only what was given excludes anything, so this comes before the defaults.
fn check_exclusive(spec: &Spec, given: &Map<String, Json>) -> Result<(), Failure> {
    match spec.mutually_exclusive.iter().find(|set| set.iter().filter(|name| given.contains_key(**name)).count() > 1) {
        Some(set) => Err(Failure::new(format!("parameters are mutually exclusive: {}", set.join("|")))),
        None => Ok(()),
    }
}

fn check_rules(spec: &Spec, bound: &Map<String, Json>) -> Result<(), Failure> {
    let missing: Vec<&str> = spec.params.iter().filter(|p| p.required && !bound.contains_key(p.name)).map(|p| p.name).collect();
    if !missing.is_empty() {
        return Err(Failure::new(format!("missing required arguments: {}", missing.join(", "))));
    }
    for set in spec.required_one_of {
        if !set.iter().any(|name| bound.contains_key(*name)) {
            return Err(Failure::new(format!("one of the following is required: {}", set.join(", "))));
        }
    }
    for (name, value, needs) in spec.required_if {
        if bound.get(*name).map(text).as_deref() != Some(*value) {
            continue;
        }
        let missing: Vec<&str> = needs.iter().copied().filter(|n| !bound.contains_key(*n)).collect();
        if !missing.is_empty() {
            return Err(Failure::new(format!("{name} is {value} but all of the following are missing: {}", missing.join(", "))));
        }
    }
    Ok(())
}

/// Brings `value` into the parameter's kind.
fn coerce(param: &Param, value: Json) -> Result<Json, Failure> {
    let wrong = |value: &Json, kind: &str| {
        let shown = if param.secret { "a value that is not shown".to_string() } else { text(value) };
        Failure::new(format!("argument '{}' is of the wrong type: {shown} cannot be converted to {kind}", param.name))
    };
    let value = match param.kind {
        Kind::Raw => value,
        Kind::Str | Kind::Path => match value {
            Json::Array(_) | Json::Object(_) if param.kind == Kind::Path => return Err(wrong(&value, "a path")),
            Json::Array(_) | Json::Object(_) => Json::String(value.to_string()),
            scalar => Json::String(text(&scalar)),
        },
        Kind::Bool => Json::Bool(boolean(&value).ok_or_else(|| wrong(&value, "a bool"))?),
        Kind::Int => integer(&value).ok_or_else(|| wrong(&value, "an int"))?.into(),
        Kind::Float => text(&value).trim().parse::<f64>().map_err(|_| wrong(&value, "a float"))?.into(),
        Kind::List => match value {
            Json::Array(_) => value,
            Json::String(s) if s.is_empty() => Json::Array(Vec::new()),
            Json::String(s) => s.split(',').map(|part| Json::from(part.trim())).collect(),
            Json::Object(_) => return Err(wrong(&value, "a list")),
            scalar => Json::Array(vec![scalar]),
        },
        Kind::Dict => dict(&value).ok_or_else(|| wrong(&value, "a dict"))?,
    };
    if param.choices.is_empty() {
        return Ok(value);
    }
    let items = match &value {
        Json::Array(items) => items.iter().map(text).collect(),
        other => vec![choice_text(other)],
    };
    match items.iter().find(|item| !param.choices.contains(&item.as_str())) {
        None => Ok(value),
        Some(item) => Err(Failure::new(format!("value of {} must be one of: {}, got: {item}", param.name, param.choices.join(", ")))),
    }
}

/// `state: yes` means the choice `yes`/`true`, so booleans compare in YAML's spelling.
fn choice_text(value: &Json) -> String {
    match value {
        Json::Bool(b) => b.to_string(),
        other => text(other),
    }
}

/// A boolean in any of Ansible's spellings.
pub fn boolean(value: &Json) -> Option<bool> {
    match text(value).to_lowercase().as_str() {
        "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Some(true),
        "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => Some(false),
        _ => None,
    }
}

fn integer(value: &Json) -> Option<i64> {
    match value {
        Json::Bool(b) => Some(i64::from(*b)),
        Json::Number(n) => n.as_i64().or_else(|| n.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64)),
        Json::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

fn dict(value: &Json) -> Option<Json> {
    match value {
        Json::Object(_) => Some(value.clone()),
        Json::String(s) if s.trim_start().starts_with('{') => serde_json::from_str(s).ok(),
        Json::String(s) => s
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').map(|(k, v)| (k.trim().to_string(), Json::from(v.trim()))))
            .collect::<Option<Map<_, _>>>()
            .map(Json::Object),
        _ => None,
    }
}
