//! The facts that a host keeps about itself: `*.fact` files.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::Facts;
use crate::modules::{Failure, IoContext};

/// `local`: a member for each file in `fact_path`: JSON, INI, or a program that prints JSON.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let dir = facts.args.str("fact_path").unwrap_or("/etc/ansible/facts.d").to_string();
    let mut files: Vec<_> = std::fs::read_dir(&dir).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "fact"));
    files.sort();
    let mut local = Map::new();
    for file in files {
        let name = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        match contents(facts, &file) {
            Ok(text) => drop(local.insert(name, parse(&text))),
            Err(failure) => {
                facts.host.warn(failure.msg.clone());
                local.insert(name, failure.msg.into());
            }
        }
    }
    facts.set("local", local);
    Ok(())
}

fn contents(facts: &mut Facts, file: &Path) -> Result<String, Failure> {
    let mode = std::fs::metadata(file).context("look at", file)?.permissions().mode();
    if mode & 0o111 == 0 {
        return std::fs::read_to_string(file).context("read", file);
    }
    let ran = facts.host.probe(&file.to_string_lossy(), &[])?;
    Ok(ran.success(&format!("Failure executing fact script ({})", file.display()))?.out())
}

/// JSON when it is, INI sections when not.
fn parse(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| ini(text))
}

fn ini(text: &str) -> Json {
    let mut sections: Map<String, Json> = Map::new();
    let mut current = String::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            current = name.to_string();
            sections.entry(name).or_insert_with(|| Map::new().into());
        } else if let (Some((key, value)), Some(section)) =
            (line.split_once(['=', ':']), sections.get_mut(&current).and_then(Json::as_object_mut))
        {
            section.insert(key.trim().to_lowercase(), value.trim().into());
        }
    }
    if sections.is_empty() { format!("error loading facts as JSON or ini - please check content: {text}").into() } else { sections.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_json_and_ini() {
        assert_eq!(parse("{\"a\": [1]}"), json!({"a": [1]}));
        assert_eq!(parse("[s]\nKey = v=w\n; c\n[t]\n"), json!({"s": {"key": "v=w"}, "t": {}}));
        assert!(parse("nonsense").is_string());
    }
}
