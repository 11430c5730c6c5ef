//! `pip`: packages of Python.

mod program;

use serde_json::{Value as Json, json};

use super::{Args, Change, Failure, Fields, Host, Kind, Module, Outcome, Param, Spec, files};
use program::{Pip, canonical};

/// `name` (packages, with versions or addresses as pip writes them) or the file `requirements` is brought to `state`: present, latest, absent
/// or forcereinstall; `version` is that of a single name. It is done by `executable`, or in `virtualenv`, which is made by
/// `virtualenv_command` when it is missing, else by pip3. What would be installed is asked of pip itself first.
/// Results: `cmd name requirements state version virtualenv stdout stderr`. Source: ansible.builtin.pip.
pub const MODULE: Module = Module {
    names: &["pip"],
    collection: "ansible.builtin",
    spec: Spec {
        required_one_of: &[&["name", "requirements"]],
        mutually_exclusive: &[&["name", "requirements"], &["executable", "virtualenv"]],
        ..Spec::of(PARAMS)
    },
    run,
};

const PARAMS: &[Param] = &[
    Param::list("name"),
    Param::str("version"),
    Param::str("requirements"),
    Param::path("virtualenv"),
    Param::bool("virtualenv_site_packages").default("false"),
    Param::path("virtualenv_command").default("virtualenv"),
    Param::str("virtualenv_python"),
    Param::str("state").choices(&["absent", "forcereinstall", "latest", "present"]).default("present"),
    Param::str("extra_args"),
    Param::bool("editable").default("false"),
    Param::path("chdir"),
    Param::path("executable"),
    Param::new("umask", Kind::Raw),
    Param::bool("break_system_packages").default("false"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let names = names(args)?;
    let state = args.need("state")?;
    if state == "latest" && args.str("version").is_some() {
        return Err("version is incompatible with state=latest".into());
    }
    let mut fields = Fields::new();
    for param in ["requirements", "version", "virtualenv"] {
        fields.insert(param.into(), args.get(param).cloned().unwrap_or_default());
    }
    fields.insert("state".into(), state.into());
    fields.insert("name".into(), args.get("name").cloned().unwrap_or_default());
    let Some(pip) = Pip::of(args, host)? else {
        // A check cannot ask a pip that is not there yet.
        fields.insert("cmd".into(), Json::Null);
        return Ok(fields);
    };
    let words = words(args, host, state, &names)?;
    fields.insert("cmd".into(), pip.line(&words).join(" ").into());
    let done = match state {
        "absent" => remove(&pip, host, &names)?,
        "forcereinstall" => act(&pip, host, "reinstalled", &words)?,
        "present" if args.str("requirements").is_none() && there(&pip, host, &names)? => {
            host.unchanged("all of the packages are installed");
            None
        }
        _ => install(&pip, host, &words)?,
    };
    if let Some((out, err)) = done {
        fields.extend([("stdout".to_string(), out.into()), ("stderr".to_string(), err.into())]);
    }
    Ok(fields)
}

/// What is asked for, as pip writes it.
fn names(args: &Args) -> Result<Vec<String>, Failure> {
    let mut names = args.strings("name");
    if let Some(version) = args.str("version") {
        let [name] = names.as_mut_slice() else {
            return Err("'version' argument is ambiguous when installing multiple package distributions".into());
        };
        name.push_str(&if version.starts_with(['=', '<', '>', '~', '!']) { version.to_string() } else { format!("=={version}") });
    }
    Ok(names)
}

fn words(args: &Args, host: &Host, state: &str, names: &[String]) -> Result<Vec<String>, Failure> {
    if state == "absent" {
        return Ok(["uninstall", "-y"].iter().map(|word| word.to_string()).chain(names.iter().cloned()).collect());
    }
    let mut words = vec!["install".to_string()];
    match state {
        "latest" => words.push("--upgrade".into()),
        "forcereinstall" => words.extend(["--upgrade".into(), "--force-reinstall".into()]),
        _ => {}
    }
    if args.bool("break_system_packages") {
        words.push("--break-system-packages".into());
    }
    let extra = super::words::split(args.str("extra_args").unwrap_or_default());
    words.extend(extra.map_err(|e| Failure::new(format!("extra_args could not be split into words: {e}")))?);
    if let Some(file) = args.str("requirements") {
        words.extend(["-r".to_string(), files::expand(host, file).to_string_lossy().into_owned()]);
    }
    for name in names {
        words.extend(args.bool("editable").then(|| "-e".to_string()));
        words.push(name.clone());
    }
    Ok(words)
}

/// Whether every name is installed, in its version where it has one; what says more than that only pip can answer.
fn there(pip: &Pip, host: &mut Host, names: &[String]) -> Result<bool, Failure> {
    let installed = pip.installed(host)?;
    Ok(names.iter().all(|name| match name.split_once("==") {
        Some((name, version)) => installed.get(&canonical(name)).is_some_and(|known| known == version.trim()),
        None => !name.contains(['<', '>', '~', '!', '[', '/', '@', ';', ' ']) && installed.contains_key(&canonical(name)),
    }))
}

type Said = Option<(String, String)>;

fn remove(pip: &Pip, host: &mut Host, names: &[String]) -> Result<Said, Failure> {
    let installed = pip.installed(host)?;
    let known: Vec<String> = names.iter().filter(|name| installed.contains_key(&canonical(program::project(name)))).cloned().collect();
    if known.is_empty() {
        host.unchanged("none of the packages is installed");
        return Ok(None);
    }
    let words: Vec<String> =
        ["uninstall".to_string(), "-y".into()].into_iter().chain(known.iter().map(|name| program::project(name).to_string())).collect();
    act(pip, host, &format!("removed {}", known.join(", ")), &words)
}

/// Installs what pip says it would; a pip that cannot say is run, and its words tell whether anything changed.
fn install(pip: &Pip, host: &mut Host, words: &[String]) -> Result<Said, Failure> {
    match pip.plan(host, words)? {
        Some(steps) if steps.is_empty() => {
            host.unchanged("pip finds nothing to install");
            Ok(None)
        }
        Some(steps) => act(pip, host, &format!("installed {}", steps.join(", ")), words),
        None => {
            let done = host.refresh("ran pip", |w| pip.act(w, words))?;
            if done.as_ref().is_none_or(|(out, _)| out.contains("Successfully installed")) {
                host.change(Change::new("installed packages"), |_| Ok(()))?;
            }
            Ok(done)
        }
    }
}

fn act(pip: &Pip, host: &mut Host, what: &str, words: &[String]) -> Result<Said, Failure> {
    let change = Change::new(what).diff(json!({"prepared": format!("{what}\n")}));
    host.change(change, |w| pip.act(w, words))
}
