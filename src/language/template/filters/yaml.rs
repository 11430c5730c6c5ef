//! YAML: to and from text.

use super::Family;
use super::yaml_text::{Style, emit};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value, yaml};

pub(super) const FAMILY: Family = &[
    ("to_yaml", |call| write(call, 2, None)),
    ("to_nice_yaml", |call| write(call, 4, Some(false))),
    ("from_yaml", from_yaml),
    ("from_yaml_all", from_yaml_all),
];

/// The input as YAML; keywords `indent`, `width=80`, `sort_keys=true`, `default_flow_style`, `explicit_start`,
/// `allow_unicode=true`. A wrong indent or width counts as not given.
fn write(call: &Call, indent: usize, flow: Option<bool>) -> Result<Value, Diagnostic> {
    let indent = call.size_arg(usize::MAX, "indent", indent)?;
    let width = call.size_arg(usize::MAX, "width", 80)?;
    let indent = if (2..10).contains(&indent) { indent } else { 2 };
    let style = Style {
        indent,
        width: if width > indent * 2 { width } else { 80 },
        flow: match call.given(usize::MAX, "default_flow_style")? {
            None => flow,
            Some(Value::Null) => None,
            Some(value) => Some(super::python::truthy(value)),
        },
        sort_keys: call.flag_arg(usize::MAX, "sort_keys", true)?,
        explicit_start: call.flag_arg(usize::MAX, "explicit_start", false)?,
        unicode: call.flag_arg(usize::MAX, "allow_unicode", true)?,
    };
    Ok(emit(&plain(call, call.defined_input()?)?, &style).into())
}

/// The value with computed mappings as plain ones; undefined members are errors.
fn plain(call: &Call, value: &Value) -> Result<Value, Diagnostic> {
    match value {
        Value::Undefined(what) => Err(Diagnostic::new(what.to_string())),
        Value::List(items) => items.iter().map(|item| plain(call, item)).collect(),
        Value::Object(object) if object.data().is_some() => Ok(value.clone()),
        Value::Map(_) | Value::Object(_) => {
            let entries = call.mapping(value)?.into_iter().map(|(key, member)| Ok((key, plain(call, &member)?)));
            Ok(Value::map(entries.collect::<Result<_, Diagnostic>>()?))
        }
        other => Ok(other.clone()),
    }
}

/// One document.
fn document(call: &Call, text: &str) -> Result<Value, Diagnostic> {
    let node = yaml::parse(text, "<from_yaml>")?;
    node.to_data().map_err(|problems| problems.into_iter().next().unwrap_or_else(|| call.error("not YAML")))
}

/// `from_yaml`: the value of a YAML text; what is no text stays as it is.
fn from_yaml(call: &Call) -> Result<Value, Diagnostic> {
    match call.defined_input()? {
        Value::Str(text) => document(call, text),
        other => Ok(other.clone()),
    }
}

/// `from_yaml_all`: the values of all documents.
fn from_yaml_all(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let starts = line.trim_end() == "---" || line.starts_with("--- ");
        if starts && documents.last().is_some_and(|d| !d.trim().is_empty()) {
            documents.push(String::new());
        }
        if let Some(document) = documents.last_mut() {
            document.push_str(if starts { line.get(3..).unwrap_or_default() } else { line });
        }
    }
    documents.iter().map(|text| document(call, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn emitted_as_pyyaml_does() {
        let odd = json!([{"b": 1, "a": [true, null, "x: y", "yes", "012", "1.5", "null", "", " a", "multi\nline", "#c"]}]);
        let nice = json!([{"b": 1, "a": [true, null, {"k": "v", "l": []}, {}], "c": "yes", "d": "multi\nline", "e": "10.0",
            "f": 1.0, "g": "0x1f", "h": "1:30", "i": "2001-01-01", "j": "a: b", "k": "trailing ", "l": "-", "m": "@x", "n": "é"}]);
        check(vec![
            (
                "to_yaml",
                odd,
                json!({}),
                json!("a: [true, null, 'x: y', 'yes', '012', '1.5', 'null', '', ' a', 'multi\n\n    line', '#c']\nb: 1\n"),
            ),
            (
                "to_nice_yaml",
                nice,
                json!({}),
                json!(
                    "a:\n- true\n- null\n-   k: v\n    l: []\n- {}\nb: 1\nc: 'yes'\nd: 'multi\n\n    line'\ne: '10.0'\nf: 1.0\ng: '0x1f'\nh: '1:30'\ni: '2001-01-01'\nj: 'a: b'\nk: 'trailing '\nl: '-'\nm: '@x'\nn: é\n"
                ),
            ),
            (
                "to_nice_yaml",
                json!([{"b": [{"c": 1, "d": [2]}], "a": {"x": {"y": 1}}}]),
                json!({"indent": 2}),
                json!("a:\n  x:\n    y: 1\nb:\n- c: 1\n  d:\n  - 2\n"),
            ),
            ("to_yaml", json!(5), json!({}), json!("5\n")),
        ]);
    }

    #[test]
    fn read_as_data() {
        check(vec![
            ("from_yaml", json!("a: yes\nb: 010\nc: '{{ x }}'"), json!({}), json!({"a": true, "b": 8, "c": "{{ x }}"})),
            ("from_yaml_all", json!("---\na: 1\n---\nb: 2\n"), json!({}), json!([{"a": 1}, {"b": 2}])),
        ]);
    }
}
