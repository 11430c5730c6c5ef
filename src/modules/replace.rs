//! `replace`: every match of a pattern in a file.

use super::files::{edit::Edit, pattern};
use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 17] = with_file_common([
    Param::path("path").aliases(&["dest", "destfile", "name"]).required(),
    Param::str("regexp").required(),
    Param::str("replace").default(""),
    Param::str("after"),
    Param::str("before"),
    Param::bool("backup").default("false"),
    Param::str("validate"),
    Param::str("encoding").default("utf-8"),
]);

/// `path` `regexp` `replace` `after` `before` `backup` `validate` and mode, owner, group; gives `msg`, `backup_file`.
/// Source: ansible.builtin.replace.
pub const MODULE: Module = Module { names: &["replace"], collection: "ansible.builtin", spec: Spec::of(&PARAMS), run };

fn run(args: &Args, host: &mut Host) -> Outcome {
    let edit = Edit::of(args, host)?;
    let before = edit.read(host, true)?.unwrap_or_default();
    let Some((start, end)) = section(args, &before)? else {
        let (after, until) = (args.str("after").unwrap_or_default(), args.str("before").unwrap_or_default());
        let msg = format!("Pattern for before/after params did not match the given file: {after}(?P<subsection>.*?){until}");
        host.unchanged(msg.as_str());
        return Ok(Fields::from_iter([("msg".to_string(), msg.into())]));
    };
    let (replaced, count) = substitute(args, &before[start..end])?;
    let after = format!("{}{replaced}{}", &before[..start], &before[end..]);
    let done = edit.finish(host, &before, &after)?;
    let mut parts = Vec::new();
    if after != before {
        parts.push(format!("{count} replacements made"));
    }
    if done.attributes {
        parts.push("ownership, perms or SE linux context changed".into());
    }
    if parts.is_empty() {
        host.unchanged("nothing to replace");
    }
    let mut fields = Fields::from_iter([("msg".to_string(), parts.join(" and ").into()), ("rc".to_string(), 0.into())]);
    if !done.backup.is_empty() {
        fields.insert("backup_file".into(), done.backup.into());
    }
    Ok(fields)
}

/// The part of the text that `after` and `before` leave.
fn section(args: &Args, text: &str) -> Result<Option<(usize, usize)>, Failure> {
    let pattern = match (args.str("after"), args.str("before")) {
        (None, None) => return Ok(Some((0, text.len()))),
        (Some(after), Some(before)) => format!("{after}(?P<subsection>.*?){before}"),
        (Some(after), None) => format!("{after}(?P<subsection>.*)"),
        (None, Some(before)) => format!("(?P<subsection>.*){before}"),
    };
    let found = pattern::compile(&pattern, "(?s)")?.captures(text).map_err(|e| Failure::new(e.to_string()))?;
    Ok(found.and_then(|captures| captures.name("subsection").map(|part| (part.start(), part.end()))))
}

fn substitute(args: &Args, text: &str) -> Result<(String, usize), Failure> {
    let regex = pattern::compile(args.need("regexp")?, "(?m)")?;
    let (mut out, mut end, mut count) = (String::new(), 0, 0);
    for captures in regex.captures_iter(text) {
        let captures = captures.map_err(|e| Failure::new(e.to_string()))?;
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(&text[end..whole.start()]);
        out.push_str(&pattern::expand(args.need("replace")?, &captures));
        (end, count) = (whole.end(), count + 1);
    }
    Ok((out + &text[end..], count))
}
