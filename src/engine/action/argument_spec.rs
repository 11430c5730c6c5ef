//! `validate_argument_spec`: whether variables are what a role says it takes.

use serde_json::{Map as Object, Value as Json};

use crate::engine::outcome::{Outcome, fields};
use crate::language::template::{self, Scope};
use crate::modules::{boolean, spaced, text};

use super::Call;

/// Its parameters.
pub const PARAMS: &[&str] = &["argument_spec", "provided_arguments", "validate_args_context"];

/// Holds `provided_arguments`, and variables of the names in `argument_spec`, to that specification (`type`, `elements`,
/// `required`, `choices`, `options`). Gives `argument_errors` and `argument_spec_data`. Source: ansible.builtin.validate_argument_spec.
pub async fn validate(call: Call<'_>) -> Outcome {
    let Some(Json::Object(spec)) = call.args.get("argument_spec") else {
        return Outcome::failed("\"argument_spec\" arg is required in args");
    };
    let mut given = match call.args.get("provided_arguments") {
        Some(Json::Object(given)) => given.clone(),
        _ => Object::new(),
    };
    for name in spec.keys() {
        let Some(value) = call.scope.variable(name) else { continue };
        match template::resolve(&value, call.scope) {
            Ok(value) => given.insert(name.clone(), value.to_json()),
            Err(problem) => return Outcome::mistake(&problem),
        };
    }
    let context = call.args.get("validate_args_context").cloned().unwrap_or_else(|| Json::Object(Object::new()));
    let mut errors = Vec::new();
    check(spec, &given, "", &mut errors);
    let mut outcome = match errors.is_empty() {
        true => Outcome::of(fields([("changed", false.into()), ("msg", "The arg spec validation passed".into())])),
        false => {
            let mut outcome = Outcome::failed(format!("Validation of arguments failed:\n{}", errors.join("\n")));
            outcome.result.insert("argument_spec_data".into(), Json::Object(spec.clone()));
            outcome.result.insert("argument_errors".into(), errors.into());
            outcome
        }
    };
    outcome.result.insert("validate_args_context".into(), context);
    outcome
}

/// Notes what is wrong with `given`; `within` names the option that holds them.
fn check(spec: &Object<String, Json>, given: &Object<String, Json>, within: &str, errors: &mut Vec<String>) {
    let found = if within.is_empty() { String::new() } else { format!(" found in {within}") };
    let required = |option: &Json| option.get("required").and_then(boolean).unwrap_or(false);
    let mut missing: Vec<&str> = spec.iter().filter(|(n, o)| required(o) && !given.contains_key(*n)).map(|(n, _)| n.as_str()).collect();
    missing.sort_unstable();
    if !missing.is_empty() {
        errors.push(format!("missing required arguments: {}{found}", missing.join(", ")));
    }
    for (name, option) in spec {
        let Some(value) = given.get(name).filter(|value| !value.is_null()) else { continue };
        let kind = option.get("type").and_then(Json::as_str).unwrap_or("str");
        if let Err(why) = convert(kind, value) {
            errors.push(format!("argument '{name}' is of type {} and we were unable to convert to {kind}: {why}{found}", type_name(value)));
            continue;
        }
        check_elements(name, option, value, errors);
        check_choices(name, option, value, &found, errors);
        check_options(name, option, value, within, errors);
    }
}

fn check_elements(name: &str, option: &Json, value: &Json, errors: &mut Vec<String>) {
    let (Some(kind), Json::Array(items)) = (option.get("elements").and_then(Json::as_str), value) else { return };
    if let Some((item, why)) = items.iter().find_map(|item| convert(kind, item).err().map(|why| (item, why))) {
        let of = type_name(item);
        errors.push(format!("Elements value for option '{name}' is of type {of} and we were unable to convert to {kind}: {why}"));
    }
}

fn check_choices(name: &str, option: &Json, value: &Json, found: &str, errors: &mut Vec<String>) {
    let Some(Json::Array(choices)) = option.get("choices") else { return };
    let allowed = |value: &Json| choices.iter().any(|choice| choice == value || text(choice) == text(value));
    let shown = choices.iter().map(text).collect::<Vec<_>>().join(", ");
    match value {
        Json::Array(items) => {
            let wrong: Vec<String> = items.iter().filter(|item| !allowed(item)).map(text).collect();
            if !wrong.is_empty() {
                errors.push(format!("value of {name} must be one or more of: {shown}. Got no match for: {}{found}", wrong.join(", ")));
            }
        }
        single if !allowed(single) => errors.push(format!("value of {name} must be one of: {shown}, got: {}{found}", text(single))),
        _ => {}
    }
}

fn check_options(name: &str, option: &Json, value: &Json, within: &str, errors: &mut Vec<String>) {
    let Some(Json::Object(options)) = option.get("options") else { return };
    let inside = if within.is_empty() { name.to_string() } else { format!("{within} -> {name}") };
    match value {
        Json::Object(map) => check(options, map, &inside, errors),
        Json::Array(items) => items.iter().filter_map(Json::as_object).for_each(|map| check(options, map, &inside, errors)),
        _ => {}
    }
}

/// Whether `value` can be taken for a `kind`; why not, otherwise.
fn convert(kind: &str, value: &Json) -> Result<(), String> {
    let written = match value {
        Json::String(text) => format!("'{text}'"),
        other => spaced(other),
    };
    let plain = !matches!(value, Json::Array(_) | Json::Object(_));
    let fits = match kind {
        "int" => plain && text(value).trim().parse::<i64>().is_ok() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "float" => plain && text(value).trim().parse::<f64>().is_ok(),
        "bool" => boolean(value).is_some(),
        "list" => !value.is_object(),
        "dict" => value.is_object() || value.as_str().is_some_and(|text| text.starts_with('{') || text.contains('=')),
        _ => true,
    };
    let named = match kind {
        "int" => "an int",
        "float" => "a float",
        "bool" => "a bool",
        "list" => "a list",
        _ => "a dict",
    };
    if fits { Ok(()) } else { Err(format!("\"{written}\" cannot be converted to {named}")) }
}

/// What Python calls the type of a value.
pub fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "int",
        Json::String(_) => "str",
        Json::Array(_) => "list",
        Json::Object(_) => "dict",
    }
}
