//! `getent`: entries of the host's databases.

use std::path::PathBuf;

use serde_json::{Map, Value as Json, json};

use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec};

/// The entries of `database` (passwd, group, hosts …), or the one called `key`, become the fact `getent_<database>`: a mapping of each
/// entry's first field to the list of the others. `split` is what separates them; `fail_key: false` makes a missing key `null` instead
/// of a failure; `service` asks that source alone. Where there is no program `getent`, files under `/etc` answer.
/// Source: ansible.builtin.getent.
pub const MODULE: Module = Module { names: &["getent"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("database").required(),
    Param::str("key"),
    Param::str("service"),
    Param::str("split"),
    Param::bool("fail_key").default("true"),
];

/// What getent's exit statuses mean.
const FAILURES: &[(i32, &str)] =
    &[(1, "Missing arguments, or database unknown."), (2, MISSING), (3, "Enumeration not supported on this database.")];

const MISSING: &str = "One or more supplied key could not be found in the database.";

fn run(args: &Args, host: &mut Host) -> Outcome {
    let (database, key) = (args.need("database")?, args.str("key"));
    let colon = matches!(database, "passwd" | "shadow" | "group" | "gshadow").then_some(":");
    let split = args.str("split").or(colon);
    let (rc, text) = ask(args, host, database, key, split)?;
    let fact = |entries: Map<String, Json>| json!({format!("getent_{database}"): entries});
    host.unchanged(format!("read {database}"));
    match (rc, key) {
        (0, _) => Ok(Fields::from_iter([("ansible_facts".to_string(), fact(entries(&text, split)))])),
        (2, Some(key)) if !args.bool("fail_key") => {
            let facts = fact(Map::from_iter([(key.to_string(), Json::Null)]));
            Ok(Fields::from_iter([("ansible_facts".to_string(), facts), ("msg".to_string(), MISSING.into())]))
        }
        (rc, _) => {
            let msg = FAILURES.iter().find(|(status, _)| *status == rc).map_or("Unexpected failure!", |(_, msg)| msg);
            Err(Failure::new(msg))
        }
    }
}

/// getent's exit status and what it prints.
fn ask(args: &Args, host: &mut Host, database: &str, key: Option<&str>, split: Option<&str>) -> Result<(i32, String), Failure> {
    let mut words = vec![database];
    words.extend(key);
    words.extend(args.str("service").into_iter().flat_map(|service| ["-s", service]));
    if let Ok(output) = host.probe("getent", &words) {
        return Ok((output.rc, output.out()));
    }
    if database.contains('/') {
        return Ok((1, String::new()));
    }
    let Some(bytes) = host.read(PathBuf::from("/etc").join(database))? else { return Ok((1, String::new())) };
    Ok(look_up(&String::from_utf8_lossy(&bytes), key, split))
}

/// What getent would make of a file: all its entries, or those that `key` names; accounts answer to their number too.
fn look_up(text: &str, key: Option<&str>, split: Option<&str>) -> (i32, String) {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let wanted = |line: &&str| {
        let fields = fields(line, split);
        key.is_none_or(|key| fields.first() == Some(&key) || split == Some(":") && fields.get(2) == Some(&key))
    };
    let found: Vec<&str> = lines.filter(wanted).collect();
    (if found.is_empty() && key.is_some() { 2 } else { 0 }, found.join("\n"))
}

fn fields<'t>(line: &'t str, split: Option<&str>) -> Vec<&'t str> {
    match split {
        Some(split) if !split.is_empty() => line.split(split).collect(),
        _ => line.split_whitespace().collect(),
    }
}

/// First fields with the lists of the others; a first field that comes again gets a list of lists.
fn entries(text: &str, split: Option<&str>) -> Map<String, Json> {
    let mut found: Vec<(&str, Vec<Json>)> = Vec::new();
    for line in text.lines() {
        let fields = fields(line, split);
        let Some((first, rest)) = fields.split_first() else { continue };
        let rest = json!(rest);
        match found.iter_mut().find(|(name, _)| name == first) {
            Some((_, lists)) => lists.push(rest),
            None => found.push((first, vec![rest])),
        }
    }
    let one_or_all = |mut lists: Vec<Json>| if lists.len() == 1 { lists.remove(0) } else { Json::Array(lists) };
    found.into_iter().map(|(name, lists)| (name.to_string(), one_or_all(lists))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_named_by_their_first_field() {
        let passwd = entries("root:x:0:0:root:/root:/bin/bash\n", Some(":"));
        assert_eq!(passwd["root"], json!(["x", "0", "0", "root", "/root", "/bin/bash"]));
        let hosts = entries("127.0.0.1  localhost\n127.0.0.1 h h.local\n::1 localhost\n", None);
        assert_eq!(hosts["127.0.0.1"], json!([["localhost"], ["h", "h.local"]]));
        assert_eq!(hosts["::1"], json!(["localhost"]));
    }

    #[test]
    fn files_answer_as_getent_does() {
        let text = "# c\nroot:x:0:\nadm:x:4:u\n";
        assert_eq!(look_up(text, Some("4"), Some(":")), (0, "adm:x:4:u".to_string()));
        assert_eq!(look_up(text, Some("nope"), Some(":")), (2, String::new()));
        assert_eq!(look_up(text, None, Some(":")).1.lines().count(), 2);
    }
}
