//! Lookups in CSV and INI files.

use super::{Family, search};
use crate::language::template::Call;
use crate::language::template::filters::regex;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("csvfile", csvfile), ("ini", ini)];

/// The terms and what they say in the form `key opt=value …`, laid over the options of the call.
fn options(term: &str, known: &[&str]) -> (String, Vec<(String, String)>) {
    let (mut key, mut found) = (Vec::new(), Vec::new());
    for word in term.split(' ') {
        match word.split_once('=').filter(|(name, _)| known.contains(name)) {
            Some((name, value)) => found.push((name.to_string(), value.to_string())),
            None => key.push(word),
        }
    }
    (key.join(" "), found)
}

/// One option: what the term says, else the keyword, else the default.
fn option(call: &Call, said: &[(String, String)], name: &str, default: &str) -> Result<String, Diagnostic> {
    match said.iter().find(|(known, _)| known == name) {
        Some((_, value)) => Ok(value.clone()),
        None => Ok(call.text_arg(usize::MAX, name)?.unwrap_or_else(|| default.into())),
    }
}

/// `csvfile`: the field of the row whose first one is the term;
/// options `file='ansible.csv'`, `delimiter='TAB'`, `col=1`, `keycol=0`, `default`.
fn csvfile(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let known = ["file", "delimiter", "col", "keycol", "default", "encoding"];
    let mut found = Vec::new();
    for term in search::terms(call)? {
        let (key, said) = options(&term, &known);
        let delimiter = match option(call, &said, "delimiter", "TAB")?.as_str() {
            "TAB" | "t" => '\t',
            other => other.chars().next().unwrap_or('\t'),
        };
        let column = |name: &str, default: &str| {
            option(call, &said, name, default)?.parse::<usize>().map_err(|_| call.error(format!("'{name}' must be a column's number")))
        };
        let (column, key_column) = (column("col", "1")?, column("keycol", "0")?);
        let path = search::find(call, "files", &option(call, &said, "file", "ansible.csv")?)?;
        let rows = rows(&search::read(call, &path)?, delimiter);
        let row = rows.iter().find(|row| row.get(key_column).is_some_and(|field| *field == key));
        match row.and_then(|row| row.get(column)) {
            Some(field) => found.push(field.as_str().into()),
            None => found.extend(call.kwargs.get("default").cloned()),
        }
    }
    Ok(found)
}

/// The rows of a CSV text; quoted fields may hold delimiters, newlines and doubled quotes.
fn rows(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted || field.is_empty() => quoted = !quoted,
            c if quoted => field.push(c),
            c if c == delimiter => row.push(std::mem::take(&mut field)),
            '\r' => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

/// `ini`: values of keys; options `file='ansible.ini'`, `section='global'`, `type='ini'|'properties'`, `re=false`,
/// `default=''`, `allow_none`, `case_sensitive`.
fn ini(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let known = ["file", "section", "type", "re", "default"];
    let mut found = Vec::new();
    for term in search::terms(call)? {
        let (key, said) = options(&term, &known);
        let properties = option(call, &said, "type", "ini")? == "properties";
        let section = if properties { String::new() } else { option(call, &said, "section", "global")? };
        let by_pattern = matches!(option(call, &said, "re", "false")?.to_lowercase().as_str(), "true" | "yes" | "1");
        let path = search::find(call, "files", &option(call, &said, "file", "ansible.ini")?)?;
        let entries = entries(&search::read(call, &path)?, &section);
        if by_pattern {
            let regex = regex::compile(&key, false, false)?;
            found.extend(
                entries.iter().filter(|(name, _)| regex.is_match(name.as_str()).unwrap_or(false)).map(|(_, v)| Value::from(v.as_str())),
            );
            continue;
        }
        let wanted = key.to_lowercase();
        match entries.iter().rev().find(|(name, _)| *name == wanted) {
            Some((_, value)) => found.push(value.as_str().into()),
            None => found.push(option(call, &said, "default", "")?.into()),
        }
    }
    Ok(found)
}

/// The keys and values of one section; keys in lower case. A line that is indented goes on with the value before it.
fn entries(text: &str, section: &str) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut inside = section.is_empty();
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';']) && !line.trim().is_empty()) {
        if let Some(name) = line.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            inside = name == section;
            continue;
        }
        match (line.split_once(['=', ':']), entries.last_mut()) {
            _ if !inside => {}
            (_, Some((_, value))) if line.starts_with([' ', '\t']) => value.push_str(&format!("\n{}", line.trim())),
            (Some((name, value)), _) => entries.push((name.trim().to_lowercase(), value.trim().to_string())),
            (None, _) => {}
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::template::filters::testing;
    use serde_json::json;

    #[test]
    fn fields() {
        let directory = tempfile::tempdir().unwrap();
        let (csv, ini_file) = (directory.path().join("c.csv"), directory.path().join("u.ini"));
        std::fs::write(&csv, "x,1\ny,\"2, \"\"b\"\"\"\n").unwrap();
        std::fs::write(&ini_file, "[t]\nk=no\n[s]\nK = v\n  w\n# c\nz: 1\n").unwrap();
        let csv = json!({"file": csv.to_str(), "delimiter": ",", "col": 1});
        let got = testing::call("csvfile", csvfile, json!(["y"]), csv, json!({})).map(|v| Value::list(v).to_json());
        assert_eq!(got, Ok(json!(["2, \"b\""])));
        for (key, wanted) in [("k", "v\nw"), ("z", "1"), ("nope", "")] {
            let options = json!({"file": ini_file.to_str(), "section": "s"});
            let got = testing::call("ini", ini, json!([key]), options, json!({})).map(|v| Value::list(v).to_json());
            assert_eq!(got, Ok(json!([wanted])));
        }
    }
}
