//! `mount`: mount points, now and in fstab.

mod fstab;
mod program;
mod table;

use std::path::{Path, PathBuf};

use super::files::backup;
use super::{Args, Change, Content, Failure, Fields, Host, Install, Module, Outcome, Param, Spec, settings};
use fstab::Entry;

/// `path` is brought to `state`: `mounted` (in fstab and in place), `present` (in fstab alone), `unmounted` (fstab stays), `absent` (out of
/// fstab, unmounted, its directory removed), `absent_from_fstab`, `remounted`, `ephemeral` (in place, fstab ignored). A mount that fails
/// leaves fstab and directories as they were. Results: `name src fstype opts dump passno fstab boot backup_file`.
/// Source: ansible.posix.mount.
pub const MODULE: Module = Module {
    names: &["mount"],
    collection: "ansible.posix",
    spec: Spec {
        required_if: &[
            ("state", "mounted", &["src", "fstype"]),
            ("state", "present", &["src", "fstype"]),
            ("state", "ephemeral", &["src", "fstype"]),
        ],
        ..Spec::of(PARAMS)
    },
    run,
};

const PARAMS: &[Param] = &[
    Param::bool("boot").default("true"),
    Param::str("dump").default("0"),
    Param::str("fstab"),
    Param::str("fstype"),
    Param::path("path").aliases(&["name"]).required(),
    Param::str("opts"),
    Param::bool("opts_no_log").default("false"),
    Param::str("passno").default("0"),
    Param::path("src"),
    Param::bool("backup").default("false"),
    Param::str("state").choices(&["absent", "absent_from_fstab", "mounted", "present", "unmounted", "remounted", "ephemeral"]).required(),
];

/// What a task asks for.
struct Task {
    entry: Entry,
    /// The fstab, when it is not the system's own.
    fstab: Option<PathBuf>,
    ephemeral: bool,
    backup: bool,
    hidden: bool,
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let task = task(args, host)?;
    let mut backup_file = String::new();
    match args.need("state")? {
        "present" => drop(edit(&task, host, true, &mut backup_file)?),
        "absent_from_fstab" => drop(edit(&task, host, false, &mut backup_file)?),
        "absent" => absent(&task, host, &mut backup_file)?,
        "unmounted" => unmount(&task, host)?,
        "remounted" => {
            let explicit = task.entry.opts != "defaults";
            let remounted = |w: &mut super::Writer| program::remount(w, &task, explicit).map_err(|f| failed("remounting", &task, f));
            host.change(Change::new(format!("remounted {}", task.entry.name)), remounted)?;
        }
        _ => mounted(&task, host, &mut backup_file)?,
    }
    if !host.changed() {
        host.unchanged(format!("{} is as wanted", task.entry.name));
    }
    Ok(result(args, &task, backup_file))
}

fn task(args: &Args, host: &mut Host) -> Result<Task, Failure> {
    let mut opts = args.str("opts").unwrap_or("defaults").to_string();
    if !args.bool("boot") {
        opts.push_str(",noauto");
    } else if opts.split(',').any(|opt| opt == "noauto") {
        host.warn("Ignore the 'boot' due to 'opts' contains 'noauto'.");
    }
    let own = |param: &str| args.str(param).unwrap_or_default().to_string();
    Ok(Task {
        entry: Entry {
            src: own("src"),
            name: args.need("path")?.to_string(),
            fstype: own("fstype"),
            opts,
            dump: own("dump"),
            passno: own("passno"),
        },
        fstab: args.str("fstab").map(PathBuf::from).filter(|path| path != Path::new(fstab::PATH)),
        ephemeral: args.need("state")? == "ephemeral",
        backup: args.bool("backup"),
        hidden: args.bool("opts_no_log"),
    })
}

fn result(args: &Args, task: &Task, backup_file: String) -> Fields {
    let entry = &task.entry;
    let mut fields = Fields::new();
    for (key, value) in [("name", &entry.name), ("opts", &entry.opts), ("dump", &entry.dump), ("passno", &entry.passno)] {
        fields.insert(key.into(), value.as_str().into());
    }
    if task.hidden {
        fields.insert("opts".into(), "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER".into());
    }
    for key in ["src", "fstype"] {
        fields.extend(args.get(key).map(|value| (key.to_string(), value.clone())));
    }
    fields.insert("fstab".into(), task.fstab().to_string_lossy().into());
    fields.insert("boot".into(), if args.bool("boot") { "yes" } else { "no" }.into());
    fields.insert("backup_file".into(), backup_file.into());
    fields
}

impl Task {
    fn fstab(&self) -> &Path {
        self.fstab.as_deref().unwrap_or(Path::new(fstab::PATH))
    }
}

fn failed(doing: &str, task: &Task, failure: Failure) -> Failure {
    let msg = format!("Error {doing} {}: {}", task.entry.name, failure.msg);
    failure.reworded(msg)
}

/// Brings fstab to hold the entry, or not to; gives what it held before when that changed it.
fn edit(task: &Task, host: &mut Host, present: bool, backup_file: &mut String) -> Result<Option<String>, Failure> {
    let path = super::files::real(task.fstab());
    let before = settings::read(host, &path)?;
    let after = if present { fstab::set(&before, &task.entry) } else { fstab::unset(&before, &task.entry) };
    if before == after {
        return Ok(None);
    }
    let shown = path.display().to_string();
    let mut change = Change::new(format!("{} in {shown}", task.entry.name));
    if !task.hidden {
        change = change.texts(&shown, &before, &after);
    }
    let kept = host.change(change, |w| {
        let kept = if task.backup && path.exists() { Some(backup::keep(w, &path)?) } else { None };
        program::make_directories(w, path.parent().unwrap_or(Path::new("/")))?;
        install(w, &path, &after)?;
        Ok(kept)
    })?;
    *backup_file = kept.flatten().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Some(before))
}

fn install(writer: &mut super::Writer, path: &Path, text: &str) -> Result<(), Failure> {
    let how = Install { mode: (!path.exists()).then_some(0o644), ..Install::default() };
    writer.install(path, Content::Bytes(text.as_bytes()), &how)
}

fn absent(task: &Task, host: &mut Host, backup_file: &mut String) -> Result<(), Failure> {
    if edit(task, host, false, backup_file)?.is_none() {
        return Ok(());
    }
    unmount(task, host)?;
    let path = Path::new(&task.entry.name);
    if path.exists() {
        host.change(Change::new(format!("removed {}", path.display())), |w| w.rmdir(path).map_err(|f| failed("rmdir", task, f)))?;
    }
    Ok(())
}

fn unmount(task: &Task, host: &mut Host) -> Result<(), Failure> {
    let name = &task.entry.name;
    if table::read(host)?.at(name).is_some() {
        host.change(Change::new(format!("unmounted {name}")), |w| program::umount(w, name).map_err(|f| failed("unmounting", task, f)))?;
    }
    Ok(())
}

/// Puts the file system in place; what was changed before that goes back when it fails.
fn mounted(task: &Task, host: &mut Host, backup_file: &mut String) -> Result<(), Failure> {
    let before = if task.ephemeral { None } else { edit(task, host, true, backup_file)? };
    let done = put_in_place(task, host, before.is_some());
    if let (Err(_), Some(text)) = (&done, before) {
        let path = super::files::real(task.fstab());
        host.refresh(&format!("restored {}", path.display()), |w| install(w, &path, &text))?;
    }
    done
}

fn put_in_place(task: &Task, host: &mut Host, renewed: bool) -> Result<(), Failure> {
    let (table, name) = (table::read(host)?, &task.entry.name);
    match table.at(name) {
        None => {
            host.change(Change::new(format!("mounted {name}")), |w| program::mount_in(w, task).map_err(|f| failed("mounting", task, f)))
        }
        Some(mount) if task.ephemeral && !table.comes_from(mount, &task.entry.src) => Err(format!(
            "{name} is mounted already, from another source than {}: unmount it first (state: unmounted) or use another path",
            task.entry.src
        )
        .into()),
        Some(_) if task.ephemeral || renewed => host.change(Change::new(format!("remounted {name}")), |w| {
            program::remount(w, task, false).map_err(|f| failed("mounting", task, f))
        }),
        Some(_) => return Ok(()),
    }
    .map(drop)
}
