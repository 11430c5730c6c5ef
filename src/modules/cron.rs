//! `cron`: jobs and variables in tables of cron.

mod table;

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use super::files::owner::Database;
use super::{Args, Change, Content, Failure, Fields, Host, Install, Module, Outcome, Param, Spec, files, settings};
use table::{Place, Table};

/// The job called `name` runs `job` at `minute hour day month weekday` or at `special_time`, as a comment when `disabled`; with `env` the
/// variable `name` has the value `job` and stands where `insertafter` or `insertbefore` say. It is in the table of `user`, or in
/// `cron_file` (below `/etc/cron.d` unless absolute), which goes when it has become empty. `backup` keeps what was there.
/// Results: `jobs envs cron_file backup_file`. Source: ansible.builtin.cron.
pub const MODULE: Module = Module {
    names: &["cron"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["insertafter", "insertbefore"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("name").required(),
    Param::str("user"),
    Param::str("job").aliases(&["value"]),
    Param::path("cron_file"),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::bool("backup").default("false"),
    Param::str("minute").default("*"),
    Param::str("hour").default("*"),
    Param::str("day").aliases(&["dom"]).default("*"),
    Param::str("month").default("*"),
    Param::str("weekday").aliases(&["dow"]).default("*"),
    Param::str("special_time").choices(&["annually", "daily", "hourly", "monthly", "reboot", "weekly", "yearly"]),
    Param::bool("disabled").default("false"),
    Param::bool("env").default("false"),
    Param::str("insertafter"),
    Param::str("insertbefore"),
];

const TIMES: [&str; 5] = ["minute", "hour", "day", "month", "weekday"];

fn run(args: &Args, host: &mut Host) -> Outcome {
    check(args)?;
    if args.str("job").is_some_and(|job| job.trim_end_matches(['\r', '\n']).contains(['\r', '\n'])) {
        host.warn("Job should not contain line breaks");
    }
    let source = Source::of(args, host)?;
    let before = source.read(host)?;
    let after = wanted(args, &before)?;
    let mut fields = Fields::new();
    let (old, new) = (before.text(), after.text());
    if old == new {
        host.unchanged(format!("{} is as it should be", args.need("name")?));
    } else {
        if args.bool("backup") {
            fields.extend(keep(host, &old)?.map(|path| ("backup_file".to_string(), path.to_string_lossy().into())));
        }
        source.write(host, &old, &new)?;
    }
    fields.insert("jobs".into(), json!(after.jobs()));
    fields.insert("envs".into(), json!(after.variables()));
    if let Source::File(path) = &source {
        fields.insert("cron_file".into(), path.to_string_lossy().into());
    }
    Ok(fields)
}

/// What parameters may not do together.
fn check(args: &Args) -> Result<(), Failure> {
    let (present, env) = (args.need("state")? == "present", args.bool("env"));
    let msg = match () {
        _ if args.need("name")?.contains(['\r', '\n']) => "the name must be one line",
        _ if args.str("special_time").is_some() && TIMES.iter().any(|time| args.str(time) != Some("*")) => {
            "You cannot combine special_time with any of the time or day/date parameters."
        }
        _ if present && args.str("cron_file").is_some() && args.str("user").is_none() => {
            "To use cron_file=... parameter you must specify user=... as well"
        }
        _ if present && args.str("job").is_none() => "You must specify 'job' to install a new cron job or variable",
        _ if !env && (args.str("insertafter").is_some() || args.str("insertbefore").is_some()) => {
            "Insertafter and insertbefore parameters are valid only with env=yes"
        }
        _ => return Ok(()),
    };
    Err(msg.into())
}

/// The table as it should be.
fn wanted(args: &Args, before: &Table) -> Result<Table, Failure> {
    let (name, mut table) = (args.need("name")?, before.clone());
    let present = args.need("state")? == "present";
    match (present, args.bool("env")) {
        (true, true) => {
            let place = match (args.str("insertafter"), args.str("insertbefore")) {
                (Some(other), _) => Place::After(other),
                (_, Some(other)) => Place::Before(other),
                _ => Place::First,
            };
            table.set_variable(name, args.need("job")?, &place)?;
        }
        (true, false) => table.set_job(name, &job(args)?),
        (false, true) => table.remove_variable(name),
        (false, false) => table.remove_job(name),
    }
    Ok(table)
}

/// The line of the job.
fn job(args: &Args) -> Result<String, Failure> {
    let time = match args.str("special_time") {
        Some(special) => format!("@{special}"),
        None => TIMES.map(|time| args.str(time).unwrap_or("*")).join(" "),
    };
    let job = args.need("job")?.trim_end_matches(['\r', '\n']);
    let user = args.str("user").filter(|_| args.str("cron_file").is_some());
    let off = if args.bool("disabled") { "#" } else { "" };
    Ok(match user {
        Some(user) => format!("{off}{time} {user} {job}"),
        None => format!("{off}{time} {job}"),
    })
}

/// Where the table is.
enum Source {
    /// A file of the system's.
    File(PathBuf),
    /// The table of a user, who is named unless it is our own.
    User(Option<String>),
}

impl Source {
    fn of(args: &Args, host: &mut Host) -> Result<Source, Failure> {
        if let Some(file) = args.str("cron_file") {
            return Ok(Source::File(PathBuf::from("/etc/cron.d").join(files::expand(host, file))));
        }
        // Who is not root may change a table of their own alone, and may not name even themselves.
        let own = rustix::process::getuid().as_raw();
        let user = args.str("user").filter(|user| !Database::Users.id(host, user).is_ok_and(|id| id == Some(own)));
        Ok(Source::User(user.map(str::to_string)))
    }

    fn read(&self, host: &mut Host) -> Result<Table, Failure> {
        let text = match self {
            Source::File(path) => settings::read(host, path)?,
            Source::User(user) => {
                let mut words: Vec<&str> = user.iter().flat_map(|user| ["-u", user]).collect();
                words.push("-l");
                let shown = host.probe("crontab", &words)?;
                // A user without a table is no error.
                if shown.rc == 1 { String::new() } else { shown.success("Unable to read crontab")?.out() }
            }
        };
        Ok(Table::parse(&text))
    }

    fn write(&self, host: &mut Host, before: &str, after: &str) -> Result<(), Failure> {
        match self {
            Source::File(path) => settings::write(host, path, before, after, false).map(drop),
            Source::User(user) => {
                let what = format!("crontab{}", user.iter().map(|user| format!(" of {user}")).collect::<String>());
                host.change(Change::new(&what).texts("crontab", before, after), |w| {
                    let mut command = Command::new("crontab");
                    command.args(user.iter().flat_map(|user| ["-u", user])).arg("-");
                    w.run(command, Some(after.as_bytes()))?.success(&format!("could not write the {what}"))
                })
                .map(drop)
            }
        }
    }
}

/// Keeps the table as it was in a file with a new name.
fn keep(host: &mut Host, text: &str) -> Result<Option<PathBuf>, Failure> {
    host.refresh("kept the table as it was", |w| {
        let path = w.temporary(&std::env::temp_dir(), "crontab", "", false)?;
        w.install(&path, Content::Bytes(text.as_bytes()), &Install::default())?;
        Ok(path)
    })
}
