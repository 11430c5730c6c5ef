//! The facts of inventories and host patterns, a table per subject.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::layers::Files;
use super::{HostId, Inventory, pattern};
use crate::language::vault::Secrets;
use crate::language::{Map, Value};

const THREE_GROUPS: &str = "[web]\nw1\nw2\nw3\nw4\n[db]\nd1\nw2\n[east]\nw1\nd1\n";

/// An inventory of the files `(path, text)`, loaded from `sources` below a fresh directory.
struct Fixture {
    directory: tempfile::TempDir,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Fixture {
        let directory = tempfile::tempdir().expect("a directory for the test");
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(&path, text).expect("a file");
            if text.starts_with("#!") {
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable file");
            }
        }
        Fixture { directory }
    }

    fn path(&self, path: &str) -> String {
        self.directory.path().join(path).display().to_string()
    }

    fn load(&self, sources: &[&str]) -> Inventory {
        let sources: Vec<String> = sources.iter().map(|source| self.path(source)).collect();
        Inventory::load(&sources, &Secrets::default()).unwrap_or_else(|e| panic!("{e:?}"))
    }
}

fn ini(text: &str) -> Inventory {
    Fixture::new(&[("hosts.ini", text)]).load(&["hosts.ini"])
}

fn problem(name: &str, text: &str) -> String {
    let fixture = Fixture::new(&[(name, text)]);
    match Inventory::load(&[fixture.path(name)], &Secrets::default()) {
        Ok(inventory) => panic!("{text} was read as {inventory:?}"),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn names(inventory: &Inventory, hosts: &[HostId]) -> String {
    hosts.iter().map(|id| inventory[*id].name.to_string()).collect::<Vec<_>>().join(" ")
}

fn selected(inventory: &Inventory, pattern: &str) -> String {
    names(inventory, &pattern::select(inventory, pattern, None).unwrap_or_default().hosts)
}

fn all(inventory: &Inventory) -> String {
    names(inventory, &inventory.hosts_of(Inventory::ALL))
}

fn json(vars: &Map) -> String {
    Value::map(vars.clone()).to_json().to_string()
}

fn vars(inventory: &Inventory, host: &str) -> String {
    inventory.host(host).map(|host| json(&host.vars)).unwrap_or_default()
}

#[test]
fn ini_host_variables_are_python_literals() {
    let table = [
        ("a=1 b=1.5 c=True d=true e=None f=yes", r#"{"a":1,"b":1.5,"c":true,"d":"true","e":null,"f":"yes"}"#),
        (r#"g="q s" i="'5'" k=[1,2] l={'a':1} m=0644"#, r#"{"g":"q s","i":"5","k":[1,2],"l":"{a:1}","m":"0644"}"#),
        ("n=0x1f o=1_000 w=1e3 x=-5", r#"{"n":31,"o":1000,"w":1000.0,"x":-5}"#),
        (r#"y="{'k': 'v w'}" u=(1,2) v=01"#, r#"{"y":{"k":"v w"},"u":[1,2],"v":"01"}"#),
        ("p=abc#x q=1", r#"{"p":"abc"}"#),
        ("e= s='a b' t='[[1], (2,), {3: 4}]'", r#"{"e":"","s":"a b","t":[[1],[2],{"3":4}]}"#),
        ("ansible_ssh_host=10.0.0.1 ansible_port=2222", r#"{"ansible_ssh_host":"10.0.0.1","ansible_port":2222}"#),
        ("a=1.2.3 b=10.0.0.0/8 c=inf d=[1,", r#"{"a":"1.2.3","b":"10.0.0.0/8","c":"inf","d":"[1,"}"#),
    ];
    for (line, expected) in table {
        assert_eq!(vars(&ini(&format!("h {line}\n")), "h"), expected, "{line}");
    }
}

#[test]
fn ini_group_variables() {
    let table = [
        ("v=5", r#"{"v":5}"#),
        ("v = sp val # no", r#"{"v":"sp val # no"}"#),
        ("v=\"q\"", r#"{"v":"q"}"#),
        ("v=", r#"{"v":""}"#),
        ("v=a=b", r#"{"v":"a=b"}"#),
        ("v=5 # five", r#"{"v":5}"#),
    ];
    for (line, expected) in table {
        let inventory = ini(&format!("[g]\nh\n[g:vars]\n{line}\n"));
        assert_eq!(inventory.group("g").map(|g| json(&g.vars)).as_deref(), Some(expected), "{line}");
    }
    let templated = ini("[g]\nh\n[g:vars]\nv={{ x }}\n");
    assert!(matches!(templated.group("g").and_then(|g| g.vars.get("v")), Some(Value::Template(_))));
}

#[test]
fn host_names() {
    let table = [
        ("web[01:03].ex.com", "web01.ex.com web02.ex.com web03.ex.com", "{}"),
        ("db-[a:c]", "db-a db-b db-c", "{}"),
        ("n[1:10:3]", "n1 n4 n7 n10", "{}"),
        ("m[1:2]-[a:b]", "m1-a m1-b m2-a m2-b", "{}"),
        ("h:2222", "h", r#"{"ansible_port":2222}"#),
        ("h[1:2]:22", "h1 h2", r#"{"ansible_port":22}"#),
        ("[2001:db8::2]:22", "2001:db8::2", r#"{"ansible_port":22}"#),
        ("2001:db8::2", "2001:db8::2", "{}"),
    ];
    for (name, expected, expected_vars) in table {
        let inventory = ini(&format!("{name}\n"));
        assert_eq!(all(&inventory), expected, "{name}");
        assert_eq!(vars(&inventory, expected.split(' ').next().unwrap_or_default()), expected_vars, "{name}");
        let yaml = Fixture::new(&[("i.yml", &format!("all: {{hosts: {{\"{name}\": }}}}\n"))]).load(&["i.yml"]);
        assert_eq!(all(&yaml), expected, "{name} in YAML");
    }
}

#[test]
fn mistakes_have_a_place() {
    let table = [
        ("i.ini", "[web]\nw1 port\n", "i.ini:2:1: \"port\" is no variable of the host w1"),
        ("i.ini", "[web:kids]\nx\n", "i.ini:1:1: a section cannot be of the kind kids"),
        ("i.ini", "[web:children]\nnope\n", "i.ini:2:1: the group nope is not declared anywhere"),
        ("i.ini", "[nope:vars]\na=1\n", "i.ini:1:1: the group nope is not declared anywhere"),
        ("i.ini", "h a='x\n", "i.ini:1:1: a single quote is not closed"),
        ("i.ini", "h[1:x]\n", "i.ini:1:1: [1:x] is no range"),
        ("i.ini", "h[01:100]\n", "must be as long as the last"),
        ("i.ini", "h[0:999999999]\n", "more than 100000 hosts"),
        ("i.ini", "[a:children]\nb\n[b:children]\na\n", "i.ini:4:1: the group a cannot be below b"),
        ("i.ini", "[a]\nx y\n[b]\nz w\n", "i.ini:4:1:"),
        ("i.yml", "all:\n  hosts: [a]\n", "i.yml:2:10: hosts must be a mapping, but this is a list"),
        ("i.yml", "- a\n", "i.yml:1:1: an inventory is a mapping of groups"),
        ("i.yml", "plugin: x\n", "not supported"),
    ];
    for (name, text, expected) in table {
        let said = problem(name, text);
        assert!(said.contains(expected), "{text:?}: {said}");
    }
    let missing = Inventory::load(&["/nonexistent/hosts".to_string()], &Secrets::default());
    assert!(missing.is_err_and(|e| e[0].message.contains("/nonexistent/hosts")));
}

#[test]
fn patterns() {
    let inventory = ini(THREE_GROUPS);
    let table = [
        ("web:&db", "w2"),
        ("web:!db", "w1 w3 w4"),
        ("all:!web", "d1"),
        ("!web", "d1"),
        ("&east", "w1 d1"),
        ("web:&east:!w1", ""),
        ("!w1:web", "w2 w3 w4"),
        ("w*", "w1 w2 w3 w4"),
        ("w?", "w1 w2 w3 w4"),
        ("~w[13]$", "w1 w3"),
        ("web:!~w[12]", "w3 w4"),
        ("d1:w1", "d1 w1"),
        ("web[0]", "w1"),
        ("web[-1]", "w4"),
        ("web[0:1]", "w1 w2"),
        ("web[1:]", "w2 w3 w4"),
        ("web[0-1]", "w1 w2"),
        ("web[5]", ""),
        ("web[-2:]", ""),
        ("w[1:2]", ""),
        ("*[0]", "w1"),
        ("web[0],db", "w1 d1 w2"),
        ("w1,w2:w3", "w1"),
        ("web:!nope", "w1 w2 w3 w4"),
        ("web | first", "w1 w2 w3 w4"),
        ("localhost", "localhost"),
        ("all", "w1 w2 w3 w4 d1"),
        ("ungrouped", ""),
        ("", ""),
    ];
    for (text, expected) in table {
        let selection = pattern::select(&inventory, text, None).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(names(&inventory, &selection.hosts), expected, "{text}");
    }
    let warned = |text: &str| pattern::select(&inventory, text, None).map(|s| s.warnings.len());
    assert_eq!((warned("web:!nope"), warned("web"), warned("ungrouped")), (Ok(1), Ok(0), Ok(0)));
    assert!(pattern::select(&inventory, "~w(", None).is_err());
}

#[test]
fn limits() {
    let fixture = Fixture::new(&[("hosts.ini", THREE_GROUPS), ("retry", "w4\nd1\n")]);
    let inventory = fixture.load(&["hosts.ini"]);
    let file = format!("@{}", fixture.path("retry"));
    for (limit, expected) in [("db", "w2"), ("w3,w1", "w1 w3"), ("!w1", "w2 w3 w4"), (file.as_str(), "w4")] {
        let selection = pattern::select(&inventory, "web", Some(limit)).unwrap_or_else(|e| panic!("{limit}: {e}"));
        assert_eq!(names(&inventory, &selection.hosts), expected, "{limit}");
    }
    assert!(pattern::select(&inventory, "web", Some("@/nonexistent")).is_err_and(|e| e.message.contains("/nonexistent")));
}

#[test]
fn groups_count_by_depth_priority_and_name() {
    let inventory = ini("[b]\nh\n[a]\nh\n[z:children]\na\n[p]\nh\n[p:vars]\nansible_group_priority=0\n");
    let host = inventory.host_id("h").unwrap_or(HostId(9));
    let order: Vec<_> = inventory.groups_of(host).iter().map(|g| g.name.to_string()).collect();
    assert_eq!(order, ["all", "p", "b", "z", "a"]);
}

#[test]
fn literal_lists_and_localhost() {
    let list = |text: &str| Inventory::load(&[text.to_string()], &Secrets::default()).unwrap_or_default();
    let inventory = list("a,b:22,");
    assert_eq!(all(&inventory), "a b");
    let localhost = inventory.host("127.0.0.1").map(|h| (h.implicit, json(&h.vars)));
    assert_eq!(localhost, Some((true, r#"{"ansible_connection":"local"}"#.to_string())));
    assert_eq!(selected(&inventory, "127.0.0.1"), "127.0.0.1");
    assert_eq!(selected(&list("localhost,"), "127.0.0.1"), "localhost");
    assert!(list("localhost,").host("localhost").is_some_and(|h| !h.implicit));
    assert_eq!(all(&list("localhost,")), "localhost");
}

#[test]
fn sources_are_merged() {
    let script = "#!/bin/sh\necho '{\"s\": {\"hosts\": [\"s1\"], \"vars\": {\"v\": 1}, \"children\": [\"t\"]}, \"t\": [\"t1\"], \"_meta\": {\"hostvars\": {\"s1\": {\"x\": \"yes\"}}}}'\n";
    let asking = "#!/bin/sh\nif [ $1 = --list ]; then echo '{\"q\": [\"q1\"]}'; else echo \"{\\\"me\\\": \\\"$2\\\"}\"; fi\n";
    let fixture = Fixture::new(&[
        ("inv/1.ini", "a v=1 w=1\n"),
        ("inv/2.yml", "g: {hosts: {a: {v: 2}, b: }, vars: {x: 1}, children: {k: {hosts: {c: }}}}\n"),
        ("inv/3.sh", script),
        ("inv/4.sh", asking),
        ("inv/sub/5", "z\n"),
        ("inv/skip.cfg", "no1\n"),
        ("inv/.hidden", "no2\n"),
        ("inv/group_vars/all.yml", "no: 3\n"),
    ]);
    let inventory = fixture.load(&["inv"]);
    let mut hosts: Vec<_> = inventory.hosts().map(|(_, host)| host.name.to_string()).collect();
    hosts.sort();
    assert_eq!(hosts, ["a", "b", "c", "q1", "s1", "t1", "z"]);
    assert_eq!(vars(&inventory, "a"), r#"{"v":2,"w":1}"#);
    assert_eq!(vars(&inventory, "s1"), r#"{"x":"yes"}"#);
    assert_eq!(vars(&inventory, "q1"), r#"{"me":"q1"}"#);
    let file = inventory.host("a").and_then(|h| h.file.clone());
    assert_eq!(file.as_deref().map(|f| f.ends_with("1.ini")), Some(true));
    let ungrouped = names(&inventory, inventory.own_hosts(Inventory::UNGROUPED));
    assert_eq!(ungrouped, "z");
    assert_eq!(inventory.group_id("s").map(|g| names(&inventory, &inventory.hosts_of(g))).as_deref(), Some("s1 t1"));
}

#[test]
fn layers_rise_in_precedence() {
    let fixture = Fixture::new(&[
        ("inv/hosts", "[all:vars]\no=all\n[g]\nh o=host\n[g:vars]\no=g\n"),
        ("inv/group_vars/all.yml", "o: inv all\n"),
        ("inv/group_vars/g/b.yml", "o: b\n"),
        ("inv/group_vars/g/a", "o: a\n"),
        ("inv/group_vars/g/sub/z.json", "{\"o\": \"z\"}"),
        ("inv/group_vars/g/no.txt", "o: [broken\n"),
        ("inv/group_vars/g.yml", "o: shadowed by the directory\n"),
        ("inv/host_vars/h.yaml", "o: inv host\n"),
        ("play/group_vars/all.yml", "o: play all\n"),
        ("play/group_vars/g.yml", "o: play g\n"),
        ("play/host_vars/h.yml", "o: play host\n"),
        ("play/host_vars/other.yml", "[not read\n"),
    ]);
    let inventory = fixture.load(&["inv/hosts"]);
    let files = Files::new(&inventory, Some(Path::new(&fixture.path("play"))), &Secrets::default());
    let host = inventory.host_id("h").unwrap_or(HostId(9));
    let layers = files.for_host(&inventory, host).unwrap_or_else(|e| panic!("{e:?}"));
    let order: Vec<_> = layers.iter().filter_map(|l| l.vars.get("o")?.as_str()).collect();
    let expected = ["all", "g", "inv all", "play all", "a", "b", "z", "play g", "host", "inv host", "play host"];
    assert_eq!(order, expected);
    assert_eq!(&*layers[2].origin.text, "group_vars/all.yml");
    assert!(files.check(&inventory).is_ok());
    let again = files.for_host(&inventory, host).unwrap_or_default();
    assert!(std::sync::Arc::ptr_eq(&layers[2].vars, &again[2].vars), "a file is parsed once");
}

#[test]
fn broken_variable_files_are_all_reported() {
    let fixture = Fixture::new(&[("hosts", "h\n"), ("group_vars/all.yml", "- a\n"), ("host_vars/h.yml", "a: [\n")]);
    let inventory = fixture.load(&["hosts"]);
    let problems = Files::new(&inventory, None, &Secrets::default()).check(&inventory).err().unwrap_or_default();
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn a_running_play_adds_hosts_and_groups() {
    let before = ini(THREE_GROUPS);
    let mut after = before.clone();
    let new = after.add_host("n1", &["fresh"], Map::from_iter([("a".into(), Value::from(1i64))]));
    let w1 = after.host_id("w1").unwrap_or(HostId(9));
    after.add_to_group(w1, "fresh");
    assert_eq!(after.group_id("fresh").map(|g| names(&after, &after.hosts_of(g))).as_deref(), Some("n1 w1"));
    assert_eq!(after.groups_of(new).iter().map(|g| g.name.to_string()).collect::<Vec<_>>(), ["all", "fresh"]);
    assert!(before.host("n1").is_none() && before.group("fresh").is_none());
    let alone = after.add_host("alone", &[], Map::new());
    assert_eq!(after.own_hosts(Inventory::UNGROUPED), [alone]);
}
