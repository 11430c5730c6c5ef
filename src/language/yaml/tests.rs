//! The facts of YAML as Ansible reads it, a table per subject.

use super::{Node, NodeKind, parse, parse_with_warnings};
use crate::language::Value;

fn json(text: &str) -> String {
    let node = parse(text, "t.yml").unwrap_or_else(|e| panic!("{text}: {e}"));
    node.to_value().unwrap_or_else(|e| panic!("{text}: {e:?}")).to_json().to_string()
}

fn error(text: &str) -> String {
    match parse(text, "t.yml") {
        Ok(node) => panic!("{text} was read as {node:?}"),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn scalars() {
    let table = [
        ("[yes, No, on, OFF, true, \"yes\", y, n]", r#"[true,false,true,false,true,"yes","y","n"]"#),
        ("[0644, 0o644, 017_7, 08, \"0644\"]", r#"[420,"0o644",127,"08","0644"]"#),
        ("[1:30, 190:20:30, 1:2.5, 60:70, 09:30]", r#"[90,685230,62.5,"60:70","09:30"]"#),
        ("[1_000, 1e3, 1.0e3, 1.0e+3, 1e+3, .5, 1.]", r#"[1000,"1e3","1.0e3",1000.0,"1e+3",0.5,1.0]"#),
        ("[0x1F, 0x_F, 0b11, +12, -7, -.5, 1.2.3]", r#"[31,15,3,12,-7,"-.5","1.2.3"]"#),
        ("[~, Null, '', 2001-12-14]", "[null,null,\"\",\"2001-12-14\"]"),
        ("[!!str 5, !!int \"7\", !!bool \"yes\", !!float 1]", r#"["5",7,true,1.0]"#),
        ("a:\nb: 1\n", r#"{"a":null,"b":1}"#),
        ("x: |\n  yes\n", r#"{"x":"yes\n"}"#),
        ("", "null"),
        ("# nothing\n---\n", "null"),
    ];
    for (text, expected) in table {
        assert_eq!(json(text), expected, "{text}");
    }
    assert!(matches!(parse("-.inf", "t").map(|n| n.kind), Ok(NodeKind::Float(f)) if f == f64::NEG_INFINITY));
}

#[test]
fn anchors_and_merges() {
    let table = [
        ("a: &x [1, 2]\nb: *x\n", r#"{"a":[1,2],"b":[1,2]}"#),
        ("b: &b {x: 1, y: 2}\nm: {<<: *b, y: 3}\n", r#"{"b":{"x":1,"y":2},"m":{"x":1,"y":3}}"#),
        ("m: {y: 3, <<: {x: 1, y: 2}}", r#"{"m":{"x":1,"y":3}}"#),
        ("m: {<<: [{a: 1}, {a: 2, b: 3}]}", r#"{"m":{"a":1,"b":3}}"#),
        ("m: {\"<<\": 1}", r#"{"m":{"<<":1}}"#),
    ];
    for (text, expected) in table {
        assert_eq!(json(text), expected, "{text}");
    }
}

#[test]
fn keys() {
    let node = parse("{yes: one, 2: two}", "t.yml").and_then(|n| n.to_value().map_err(|mut e| e.remove(0)));
    assert_eq!(
        format!("{:?}", node.as_ref().ok().and_then(Value::as_map).map(|m| m.keys().cloned().collect::<Vec<_>>())),
        "Some([Bool(true), Int(2)])"
    );
    let (node, warnings) = parse_with_warnings("a: 1\nb: 2\na: 3\n", "t.yml").unwrap_or_else(|e| panic!("{e}"));
    assert!(matches!(node.get("a").map(|n| &n.kind), Some(NodeKind::Int(3))));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].to_string().starts_with("t.yml:3:1: the key a is written twice"), "{}", warnings[0]);
    let (_, merged) = parse_with_warnings("m: {<<: {a: 1}, a: 2}", "t.yml").unwrap_or_else(|e| panic!("{e}"));
    assert!(merged.is_empty());
}

#[test]
fn errors_have_place_and_hint() {
    let table = [
        ("a: =\n", "t.yml:1:4: a plain = is no value"),
        ("a: 1\n---\nb: 2\n", "t.yml:2:1: a second document begins here"),
        ("a: !foo 1\n", "t.yml:1:4: unknown tag !foo"),
        ("a:\n  - 1\n\tb: 2\n", "indent with blanks"),
        ("a:\n\tb: 2\n", "indent with blanks"),
        ("x: {{ y }}\n", "t.yml:1:5: a mapping cannot be a key of a mapping (a value that begins with {{ must be quoted"),
        ("x: {{ y }} z\n", "must be quoted"),
        ("- x: {{ y }}/z\n", "must be quoted"),
        ("msg: hello: world\n", "quote the text"),
        ("x: \"a\" b\n", "quote the whole value"),
        ("x: @b\n", "quote it"),
        ("x: *nope\n", "t.yml:1:4: "),
        ("x: &a [*a]\n", "the alias names a node that contains it"),
        ("m: {<<: 5}\n", "t.yml:1:9: << merges mappings, but this is an integer"),
        ("a: [1\n", "t.yml:"),
        ("a: !!int x\n", "\"x\" is not an integer"),
    ];
    for (text, expected) in table {
        let problem = error(text);
        assert!(problem.contains(expected), "{text:?}: {problem}");
    }
}

#[test]
fn places() {
    let text = "- name: é x\n  when:\n    - \"a\"\n    - |\n      b\n  k: {a: [1, &n 2], b: }\n  t: !unsafe foo\n";
    let node = parse(text, "t.yml").unwrap_or_else(|e| panic!("{e}"));
    let task = &node.as_list().unwrap_or_default()[0];
    let at = |node: Option<&Node>| node.map(|n| format!("{}:{}", n.place.line, n.place.column)).unwrap_or_default();
    assert_eq!(at(Some(task)), "1:3");
    assert_eq!(at(task.get("name")), "1:9");
    let when = task.get("when").and_then(Node::as_list).unwrap_or_default();
    assert_eq!(at(when.first()), "3:7");
    assert_eq!(at(when.get(1)), "5:7", "a block scalar stands where its text begins");
    let k = task.get("k");
    assert_eq!(at(k), "6:6");
    assert_eq!(at(k.and_then(|k| k.get("a")).and_then(|a| a.as_list()?.get(1))), "6:14");
    assert_eq!(at(task.get("t")), "7:6");
}

#[test]
fn unsafe_strings_stay_data() {
    for text in ["!unsafe '{{ x }}'", "!unsafe {a: ['{{ x }}'], n: 5}", "{a: &a ['{{ x }}'], b: !unsafe [*a]}"] {
        let node = parse(text, "t").unwrap_or_else(|e| panic!("{e}"));
        let value = node.to_value().unwrap_or_else(|e| panic!("{e:?}"));
        let value = value.get("b").unwrap_or(&value);
        assert!(!value.has_templates(), "{text}");
    }
    assert!(parse("'{{ x }}'", "t").is_ok_and(|n| n.to_value().is_ok_and(|v| v.has_templates())));
}

#[test]
fn bombs_are_contained() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let refs = vec![format!("*a{}", i - 1); 10].join(", ");
        laughs.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
    }
    assert!(error(&laughs).contains("more than 2000000 nodes"));
    assert!(error(&"[".repeat(5000)).starts_with("t.yml:1:"));
    assert!(error(&"- ".repeat(5000)).contains("deeper than 200"));
}

#[test]
fn json_numbers_are_jsons() {
    let node = super::json::parse(r#"{"a": 1e3, "b": "yes", "c": 3}"#, "t.json");
    let value = node.and_then(|n| n.to_value().ok()).map(|v| v.to_json().to_string());
    assert_eq!(value.as_deref(), Some(r#"{"a":1000.0,"b":"yes","c":3}"#));
}
