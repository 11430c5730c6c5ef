//! `blockinfile`: a block of lines between two markers.

use super::files::{edit::Edit, pattern};
use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 23] = with_file_common([
    Param::path("path").aliases(&["dest", "destfile", "name"]).required(),
    Param::str("state").default("present").choices(&["absent", "present"]),
    Param::str("marker").default("# {mark} ANSIBLE MANAGED BLOCK"),
    Param::str("block").aliases(&["content"]).default(""),
    Param::str("insertafter"),
    Param::str("insertbefore"),
    Param::bool("create").default("false"),
    Param::bool("backup").default("false"),
    Param::str("validate"),
    Param::str("marker_begin").default("BEGIN"),
    Param::str("marker_end").default("END"),
    Param::bool("append_newline").default("false"),
    Param::bool("prepend_newline").default("false"),
    Param::str("encoding").default("utf-8"),
]);

/// `path` `block` `marker` `marker_begin` `marker_end` `state` `insertafter` `insertbefore` `create` `backup` `validate`
/// `append_newline` `prepend_newline` and mode, owner, group; gives `msg`, `backup_file`. Source: ansible.builtin.blockinfile.
pub const MODULE: Module = Module {
    names: &["blockinfile"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["insertbefore", "insertafter"]], ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let edit = Edit::of(args, host)?;
    let present = args.str("state") == Some("present");
    let missing = !edit.path.exists();
    let Some(before) = edit.read(host, present)? else {
        let msg = format!("File {} not present", edit.path.display());
        host.unchanged(msg.as_str());
        return Ok(Fields::from_iter([("msg".to_string(), msg.into())]));
    };
    let block = if present { args.str("block").unwrap_or_default() } else { "" };
    let after = place(args, &before, block)?;
    let done = edit.finish(host, &before, &after)?;
    let mut msg = match () {
        _ if missing => "File created",
        _ if before == after => "",
        _ if block.is_empty() => "Block removed",
        _ => "Block inserted",
    }
    .to_string();
    if done.attributes {
        msg = if msg.is_empty() { String::new() } else { msg + " and " } + "ownership, perms or SE linux context changed";
    }
    if !host.changed() {
        host.unchanged("the block is as wanted");
    }
    let mut fields = Fields::from_iter([("msg".to_string(), msg.into())]);
    if !done.backup.is_empty() {
        fields.insert("backup_file".into(), done.backup.into());
    }
    Ok(fields)
}

/// The text with the block where it belongs.
fn place(args: &Args, text: &str, block: &str) -> Result<String, Failure> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_string).collect();
    let marker = args.need("marker")?;
    let [begin, end] =
        ["marker_begin", "marker_end"].map(|name| format!("{}\n", marker.replace("{mark}", args.str(name).unwrap_or_default())));
    let last = |sought: &str| lines.iter().rposition(|line| line.trim_end_matches('\n') == sought.trim_end_matches('\n'));
    let at = match (last(&begin), last(&end)) {
        (Some(first), Some(last)) => {
            lines.drain(first.min(last)..=first.max(last));
            first.min(last)
        }
        _ => position(args, &lines)?,
    };
    if block.is_empty() {
        return Ok(lines.concat());
    }
    let newline = if block.ends_with('\n') { "" } else { "\n" };
    let mut put = vec![format!("{begin}{block}{newline}{end}")];
    if let Some(previous) = at.checked_sub(1).and_then(|i| lines.get_mut(i)) {
        if !previous.ends_with('\n') {
            previous.push('\n');
        }
        if args.bool("prepend_newline") && previous != "\n" {
            put.insert(0, "\n".into());
        }
    }
    if args.bool("append_newline") && lines.get(at).is_some_and(|next| next != "\n") {
        put.push("\n".into());
    }
    lines.splice(at..at, put);
    Ok(lines.concat())
}

/// Where a new block goes.
fn position(args: &Args, lines: &[String]) -> Result<usize, Failure> {
    let (beside, offset) = match (args.str("insertafter"), args.str("insertbefore")) {
        (_, Some("BOF")) | (Some("BOF"), _) => return Ok(0),
        (None, None) | (Some("EOF"), _) => return Ok(lines.len()),
        (Some(after), _) => (after, 1),
        (None, Some(before)) => (before, 0),
    };
    let regex = pattern::compile(beside, "")?;
    let mut at = lines.len();
    for (i, line) in lines.iter().enumerate() {
        if pattern::matches(&regex, line.trim_end_matches(['\r', '\n']))? {
            at = i + offset;
        }
    }
    Ok(at)
}
