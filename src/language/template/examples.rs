//! What files, places and hostile texts come to, beside the cases from real runs.

use serde_json::Value as Json;

use crate::language::{Key, Value};

use super::{MapScope, condition, render_file, resolve, string};

/// A value as a playbook would hold it: strings with delimiters are templates.
fn loaded(json: Json) -> Value {
    match json {
        Json::String(text) => string(&text, None).expect("the variable parses"),
        Json::Array(items) => items.into_iter().map(loaded).collect(),
        Json::Object(map) => Value::map(map.into_iter().map(|(k, v)| (Key::from(k), loaded(v))).collect()),
        other => other.into(),
    }
}

fn scope(variables: &Json) -> MapScope {
    MapScope(loaded(variables.clone()).as_map().cloned().unwrap_or_default())
}

#[test]
fn conditions_must_be_booleans() {
    let vars = serde_json::json!({"s": "true", "l": [1], "n": null, "e": [], "t": "{{ 1 == 1 }}", "x": {"y": 1}, "o": "x.y == 1"});
    let scope = scope(&vars);
    for (text, expected) in [
        ("s", Err("derived from value of type 'str'")),
        ("l", Err("derived from value of type 'list'")),
        ("n", Err("Conditional result (False) was derived from value of type 'NoneType'")),
        ("not e", Ok(true)),
        ("t", Ok(true)),
        ("{{ 1 == 1 }}", Ok(true)),
        ("{{ s }}", Ok(true)),
        ("{{ o }}", Err("derived from value of type 'str'")),
        ("{{ x.y }} == 1", Err("Template delimiters are not supported in expressions")),
        ("nope", Err("Error while evaluating conditional: 'nope' is undefined")),
        ("nope.a.b == 1", Err("'nope' is undefined")),
        ("x.y == 1 and 'a' in 'abc'", Ok(true)),
        ("x.y == 2 or x.z == 1", Err("object of type 'dict' has no attribute 'z'")),
        ("1 +", Err("Syntax error in expression")),
    ] {
        let value = string(text, None).expect("the condition parses");
        match (condition(&value, None, &scope), expected) {
            (Ok(result), Ok(wanted)) => assert_eq!(result, wanted, "{text}"),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{text}: {error}"),
            (result, _) => panic!("{text}: {result:?}"),
        }
    }
    let list = loaded(serde_json::json!([true, "1 == 1", false]));
    assert_eq!(condition(&list, None, &scope).ok(), Some(false));
}

#[test]
fn files_keep_their_white_space() {
    let scope = scope(&serde_json::json!({"v": "{{ w }}", "w": "W"}));
    for (text, expected) in [
        ("  {% if true %}\nx\n  {% endif %}\nv\n", "  x\n  v\n"),
        (
            "#jinja2: lstrip_blocks: True, trim_blocks: True\na\n  {% if true %}\n  b\n  {% endif %}\n  {%+ if true %}x{% endif %}\n\nc\n",
            "a\n  b\n  x\nc\n",
        ),
        ("#jinja2:trim_blocks:False\na\n{% if true %}\nb\n{% endif %}\nc\n", "a\n\nb\n\nc\n"),
        ("a\n{%- if true -%}\n  b\n{%- endif %}\n\nc  {{- 'd' -}}  e\n{#- x -#}\nf\n{# y #}\ng\n", "ab\ncdef\ng\n"),
        ("x{{ 1 }}", "x1"),
        ("x{{ 1 }}\n\n\n", "x1\n\n\n"),
        ("{{ none }}", ""),
        ("{{ [1] }}", "[1]"),
        ("{{ true }}", "True"),
        ("a\r\nb\r\n", "a\r\nb\r\n"),
        ("{{ \"a\\tb\" }}", "a\tb"),
        ("#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ v ]] {{ v }}", "W {{ v }}"),
    ] {
        assert_eq!(render_file(text, "t.j2", &scope).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn failures_in_files_say_where() {
    let scope = scope(&serde_json::json!({"n": "{{ nope }}"}));
    for (text, place) in [
        ("a\n\n  {{ nope }}\n", "t.j2:3:3"),
        ("#jinja2: trim_blocks: False\n{% if true %}\n{{ 1 + 'a' }}{% endif %}", "t.j2:3:1"),
        ("{% macro m() %}\n{{ n }}{% endmacro %}\n{{ m() }}", "t.j2:2:1"),
        ("{% macro m() %}\n{{ n }}{% endmacro %}\n{{ m() is defined }}\n{{ [] + 1 }}", "t.j2:4:1"),
        ("x\n{% for i in nope %}{% endfor %}", "t.j2:2:4"),
    ] {
        let error = render_file(text, "t.j2", &scope).expect_err("it must not succeed");
        assert_eq!(error.place.map(|place| place.to_string()).as_deref(), Some(place), "{text:?}");
    }
}

#[test]
fn hostile_templates_end_in_errors() {
    let chain: String = "1 + ".repeat(20_000) + "1";
    let calls = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
    let wide = "{{ range(10 ** 9) }}";
    let long = "{{ 'x' * 10 ** 12 }}";
    let ring = serde_json::json!({"a": "{{ b }}", "b": "{{ c }}", "c": "{{ a }}"});
    for (text, part) in [
        (format!("{{{{ {chain} }}}}"), "nested too deeply"),
        (calls.to_string(), "nested too deeply"),
        (wide.to_string(), "Range too big"),
        (long.to_string(), "longer than"),
        ("{{ a }}".to_string(), "(a -> b -> c -> a)"),
    ] {
        let result = string(&text, None).and_then(|template| resolve(&template, &scope(&ring)));
        let error = result.expect_err("it must not succeed").to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn members_change_through_every_kind_of_place() {
    let scope = scope(&serde_json::json!({"d": {"l": [1]}, "omitted": ["{{ omit }}", 2]}));
    for (text, expected) in [
        ("{% set _ = d.l.append(2) %}{{ d.l }}", "[1,2]"),
        ("{{ d.l }}", "[1]"),
        ("{% set m = {} %}{% set _ = m.setdefault('k', []).append(1) %}{{ m }}", r#"{"k":[1]}"#),
        ("{% set n = namespace(l=[]) %}{% for i in [1, 2] %}{% set _ = n.l.append(i) %}{% endfor %}{{ n.l }}", "[1,2]"),
        ("{{ omitted }}", "[2]"),
        ("{% for i in [[1, [2]], 3] recursive %}{{ loop(i) if i is not number else i }}{% endfor %}", "\"123\""),
        ("{% for i in [] %}x{% else %}none{% endfor %}", "\"none\""),
        ("{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "\"13\""),
        ("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}", "\"aba\""),
        ("{% set j = joiner('+') %}{{ j() }}1{{ j() }}2", "\"1+2\""),
        ("{{ '%s-%s' % ('a', 'b') }}{{ 'é' 'b' }}", "\"a-béb\""),
    ] {
        let result = string(text, None).and_then(|template| resolve(&template, &scope));
        assert_eq!(result.map(|value| value.to_json().to_string()).as_deref(), Ok(expected), "{text}");
    }
}
