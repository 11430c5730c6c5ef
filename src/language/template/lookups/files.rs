//! Lookups that read files and run commands on the controller.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Family, search};
use crate::language::template::filters::{normal, python};
use crate::language::template::{Call, Scope, render_file};
use crate::language::vault::Secrets;
use crate::language::{Diagnostic, Edition, Map, Value};

pub(super) const FAMILY: Family = &[
    ("file", file),
    ("unvault", file),
    ("template", template),
    ("fileglob", fileglob),
    ("first_found", first_found),
    ("pipe", pipe),
    ("lines", lines),
];

/// `file`: the texts of files; options `rstrip=true`, `lstrip=false`.
fn file(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let (rstrip, lstrip) = (call.flag_arg(usize::MAX, "rstrip", true)?, call.flag_arg(usize::MAX, "lstrip", false)?);
    let read = |name: String| {
        let text = search::read(call, &search::find(call, "files", &name)?)?;
        let text = if rstrip { text.trim_end() } else { &text };
        Ok(Value::from(if lstrip { text.trim_start() } else { text }))
    };
    search::terms(call)?.into_iter().map(read).collect()
}

/// A scope with some variables laid over it.
struct Over<'a> {
    under: &'a dyn Scope,
    variables: Map,
}

impl Scope for Over<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        self.variables.get(name).cloned().or_else(|| self.under.variable(name))
    }
    fn names(&self) -> Vec<std::sync::Arc<str>> {
        let over = self.variables.keys().filter_map(|key| key.as_str().map(std::sync::Arc::from));
        self.under.names().into_iter().chain(over).collect()
    }
    fn edition(&self) -> Edition {
        self.under.edition()
    }
    fn search_path(&self) -> Vec<PathBuf> {
        self.under.search_path()
    }
    fn secrets(&self) -> Option<&Secrets> {
        self.under.secrets()
    }
}

/// `template`: files rendered with the variables in sight; option `template_vars`.
fn template(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let variables = call.given(usize::MAX, "template_vars")?.map_or_else(|| Ok(Map::new()), |vars| call.mapping(vars))?;
    let scope = Over { under: call.scope, variables };
    let render = |name: String| {
        let path = search::find(call, "templates", &name)?;
        let text = search::read(call, &path)?;
        render_file(&text, &path.display().to_string(), &scope).map(Value::from)
    };
    search::terms(call)?.into_iter().map(render).collect()
}

/// `fileglob`: the files that match, from the first directory that has any.
fn fileglob(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut found = Vec::new();
    for pattern in search::terms(call)? {
        for candidate in search::candidates(call, "files", &pattern) {
            let paths = glob::glob(&candidate.to_string_lossy()).map_err(|e| call.error(e))?;
            let before = found.len();
            found.extend(paths.flatten().filter(|p| p.is_file()).map(|p| Value::from(p.to_string_lossy().into_owned())));
            if found.len() > before {
                break;
            }
        }
    }
    Ok(found)
}

/// The texts of an option that is a list or one text split at commas, colons and blanks.
fn names(call: &Call, value: Option<&Value>) -> Result<Vec<String>, Diagnostic> {
    Ok(match value {
        None | Some(Value::Null | Value::Undefined(_)) => Vec::new(),
        Some(Value::List(items)) => items.iter().filter(|v| !v.is_undefined()).map(python::text).collect(),
        Some(Value::Str(s)) => s.split([',', ';', ':']).map(|n| n.trim().to_string()).filter(|n| !n.is_empty()).collect(),
        Some(other) => call.iterate(other)?.iter().map(python::text).collect(),
    })
}

/// All candidates of `first_found`: plain names, and mappings of `files` and `paths`.
fn first_found_names(call: &Call, terms: &[Value], skip: &mut bool) -> Result<Vec<String>, Diagnostic> {
    let mut candidates = Vec::new();
    for term in terms {
        match term {
            Value::Undefined(_) => {}
            Value::List(inner) => candidates.extend(first_found_names(call, inner, skip)?),
            Value::Map(options) => {
                *skip |= options.get("skip").is_some_and(python::truthy);
                candidates.extend(joined(&names(call, options.get("files"))?, &names(call, options.get("paths"))?));
            }
            other => candidates.push(python::text(other)),
        }
    }
    Ok(candidates)
}

/// Every file in every path; either may be missing.
fn joined(files: &[String], paths: &[String]) -> Vec<String> {
    match (files, paths) {
        (files, []) => files.to_vec(),
        ([], paths) => paths.to_vec(),
        _ => paths.iter().flat_map(|path| files.iter().map(move |file| format!("{path}/{file}"))).collect(),
    }
}

/// `first_found`: the first file that exists; options `files`, `paths`, `skip=false`. Undefined names are passed over.
fn first_found(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut skip = call.flag_arg(usize::MAX, "skip", false)?;
    let options = (call.kwargs.get("files"), call.kwargs.get("paths"));
    let mut wanted = first_found_names(call, &call.args, &mut skip)?;
    let files = if options.0.is_some() { names(call, options.0)? } else { std::mem::take(&mut wanted) };
    wanted.extend(joined(&files, &names(call, options.1)?));
    let within = |name: &str| ["files", "templates", "vars", "tasks"].map(|d| search::candidates(call, d, name)).concat();
    match wanted.iter().flat_map(|name| within(name)).find(|path| path.is_file()) {
        Some(path) => Ok(vec![normal(&path.to_string_lossy()).into()]),
        None if skip => Ok(Vec::new()),
        None => Err(Diagnostic::new("No file was found when using first_found.").hint(format!("looked for: {}", wanted.join(", ")))),
    }
}

/// The output of a shell command, run beside the playbook.
fn output(call: &Call, command: &str) -> Result<String, Diagnostic> {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command).stdin(Stdio::null()).stderr(Stdio::inherit());
    if let Some(directory) = call.scope.search_path().last().filter(|d| d.is_dir()) {
        shell.current_dir(directory);
    }
    let done = shell.output().map_err(|e| call.error(format!("/bin/sh: {e}")))?;
    match done.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&done.stdout).trim_end().to_string()),
        code => Err(call.error(format!("the command '{command}' failed with {}", code.map_or("a signal".into(), |c| format!("code {c}"))))),
    }
}

/// `pipe`: the outputs of commands.
fn pipe(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    search::terms(call)?.iter().map(|command| output(call, command).map(Value::from)).collect()
}

/// `lines`: the lines that commands print.
fn lines(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut all = Vec::new();
    for command in search::terms(call)? {
        all.extend(output(call, &command)?.lines().map(Value::from));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::template::filters::testing;
    use serde_json::{Value as Json, json};

    fn run(name: &str, args: Json, kwargs: Json) -> Result<Json, Diagnostic> {
        let lookup = super::super::find(name).ok_or_else(|| Diagnostic::new("no such lookup"))?;
        testing::call(name, lookup, args, kwargs, json!({})).map(|items| Value::list(items).to_json())
    }

    #[test]
    fn files_by_absolute_names() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f.txt");
        std::fs::write(&path, "line1\nline2\n").unwrap();
        let name = path.to_str().unwrap();
        assert_eq!(run("file", json!([name]), json!({})), Ok(json!(["line1\nline2"])));
        assert_eq!(run("file", json!([name]), json!({"rstrip": false})), Ok(json!(["line1\nline2\n"])));
        assert_eq!(run("fileglob", json!([format!("{}/*.txt", directory.path().display())]), json!({})), Ok(json!([name])));
        assert_eq!(run("first_found", json!([["/nope/zz", name]]), json!({})), Ok(json!([name])));
        assert_eq!(run("first_found", json!([{"files": ["zz"], "paths": ["/nope"], "skip": true}]), json!({})), Ok(json!([])));
        assert!(run("first_found", json!([["/nope/zz"]]), json!({})).is_err());
        assert!(run("file", json!(["/nope/zz"]), json!({})).is_err());
    }

    #[test]
    fn commands() {
        assert_eq!(run("pipe", json!(["echo a; echo b"]), json!({})), Ok(json!(["a\nb"])));
        assert_eq!(run("lines", json!(["echo a; echo b"]), json!({})), Ok(json!(["a", "b"])));
        assert!(run("pipe", json!(["exit 3"]), json!({})).is_err());
    }
}
