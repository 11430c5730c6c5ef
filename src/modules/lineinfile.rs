//! `lineinfile`: one line in a file.

mod lines;

use super::files::edit::Edit;
use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec, with_file_common};
use lines::Lines;

const PARAMS: [Param; 22] = with_file_common([
    Param::path("path").aliases(&["dest", "destfile", "name"]).required(),
    Param::str("state").default("present").choices(&["absent", "present"]),
    Param::str("regexp").aliases(&["regex"]),
    Param::str("search_string"),
    Param::str("line").aliases(&["value"]),
    Param::bool("backrefs").default("false"),
    Param::str("insertafter"),
    Param::str("insertbefore"),
    Param::bool("create").default("false"),
    Param::bool("backup").default("false"),
    Param::bool("firstmatch").default("false"),
    Param::str("validate"),
    Param::str("encoding").default("utf-8"),
]);

/// `path` `line` `regexp` `search_string` `state` `backrefs` `insertafter` `insertbefore` `create` `backup` `firstmatch`
/// `validate` and mode, owner, group. Gives `msg`, `backup`, and `found` when lines were removed.
/// Source: ansible.builtin.lineinfile.
pub const MODULE: Module = Module {
    names: &["lineinfile"],
    collection: "ansible.builtin",
    spec: Spec {
        mutually_exclusive: &[&["insertbefore", "insertafter"], &["regexp", "search_string"], &["backrefs", "search_string"]],
        ..Spec::of(&PARAMS)
    },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let edit = Edit::of(args, host)?;
    let present = args.str("state") == Some("present");
    require(args, present)?;
    let Some(before) = edit.read(host, present)? else {
        host.unchanged("there is no such file");
        return Ok(Fields::from_iter([("msg".to_string(), "file not present".into())]));
    };
    let mut lines = Lines::of(&before);
    let (msg, found) = match present {
        true => (lines.present(args)?.to_string(), 0),
        false => lines.absent(args)?,
    };
    let done = edit.finish(host, &before, &lines.text())?;
    let attributes = if done.attributes { "ownership, perms or SE linux context changed" } else { "" };
    let msg = [msg.as_str(), attributes].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" and ");
    let mut fields = Fields::from_iter([("msg".to_string(), msg.into()), ("backup".to_string(), done.backup.into())]);
    if !present {
        fields.insert("found".into(), found.into());
    }
    if !host.changed() {
        host.unchanged(format!("{} is as wanted", edit.path.display()));
    }
    Ok(fields)
}

fn require(args: &Args, present: bool) -> Result<(), Failure> {
    let has = |name: &str| args.str(name).is_some();
    let missing = match present {
        true if args.bool("backrefs") && !has("regexp") => "regexp is required with backrefs=true",
        true if !has("line") => "line is required with state=present",
        false if !has("line") && !has("regexp") && !has("search_string") => {
            "one of line, search_string, or regexp is required with state=absent"
        }
        _ => return Ok(()),
    };
    Err(Failure::new(missing))
}
