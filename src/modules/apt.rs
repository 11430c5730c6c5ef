//! `apt`: packages of Debian and its kin.

mod get;
pub mod lists;
mod status;
mod version;

use super::http::{self, Call};
use super::{Args, Failure, Fields, Host, IoContext, Module, Outcome, Param, Spec};
use get::AptGet;
use status::{Package, Wanted};

/// `name` (packages, `name=version`, patterns) is brought to `state`; `update_cache` fetches the package lists first unless they are
/// younger than `cache_valid_time`; `deb` installs a file or what is at an address; `upgrade`, `autoremove`, `autoclean`, `clean` do what they say.
/// Whether packages are there is read from dpkg's status file, so that nothing to do costs no process; everything else is simulated
/// before it is done, which gives `changed` and the diff. Results: `stdout stderr cache_updated cache_update_time`.
/// Source: ansible.builtin.apt.
pub const MODULE: Module = Module {
    names: &["apt"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["deb", "package", "upgrade"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("state").choices(&["absent", "build-dep", "fixed", "latest", "present"]).default("present"),
    Param::bool("update_cache").aliases(&["update-cache"]),
    Param::int("update_cache_retries").default("5"),
    Param::int("update_cache_retry_max_delay").default("12"),
    Param::int("cache_valid_time").default("0"),
    Param::bool("purge").default("false"),
    Param::list("package").aliases(&["pkg", "name"]),
    Param::path("deb"),
    Param::str("default_release").aliases(&["default-release"]),
    Param::bool("install_recommends").aliases(&["install-recommends"]),
    Param::bool("force").default("false"),
    Param::str("upgrade").choices(&["dist", "full", "no", "safe", "yes", "false", "true"]).default("no"),
    Param::str("dpkg_options").default("force-confdef,force-confold"),
    Param::bool("autoremove").default("false"),
    Param::bool("autoclean").default("false"),
    Param::bool("fail_on_autoremove").default("false"),
    Param::int("policy_rc_d"),
    Param::bool("only_upgrade").default("false"),
    Param::bool("force_apt_get").default("false"),
    Param::bool("clean").default("false"),
    Param::bool("allow_unauthenticated").aliases(&["allow-unauthenticated"]).default("false"),
    Param::bool("allow_downgrade").aliases(&["allow-downgrade", "allow_downgrades", "allow-downgrades"]).default("false"),
    Param::bool("allow_change_held_packages").default("false"),
    Param::int("lock_timeout").default("60"),
    Param::bool("auto_install_module_deps").default("true"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let names: Vec<String> = args.strings("package").iter().map(|n| n.trim().to_string()).filter(|n| !n.is_empty()).collect();
    let upgrade = match args.need("upgrade")? {
        "no" | "false" => None,
        "dist" | "full" => Some(&["dist-upgrade"][..]),
        _ => Some(&["upgrade", "--with-new-pkgs"][..]),
    };
    let nothing_else = names.is_empty()
        && upgrade.is_none()
        && args.str("deb").is_none()
        && !args.bool("autoremove")
        && !args.bool("autoclean")
        && !args.bool("clean");
    let mut fields = lists::update(args, host, nothing_else)?;
    let apt = AptGet::new(args);
    if args.bool("clean") {
        apt.clean(host)?;
    }
    if let Some(words) = upgrade {
        apt.run(host, words, &[], &mut fields)?;
    } else if let Some(deb) = args.str("deb") {
        install_file(args, &apt, host, deb, &mut fields)?;
    } else if !names.is_empty() {
        packages(args, &apt, host, &names, &mut fields)?;
    } else {
        for (param, verb) in [("autoclean", "autoclean"), ("autoremove", "autoremove")] {
            if args.bool(param) {
                apt.run(host, &[verb], &[], &mut fields)?;
            }
        }
    }
    Ok(fields)
}

fn packages(args: &Args, apt: &AptGet, host: &mut Host, names: &[String], fields: &mut Fields) -> Result<(), Failure> {
    let text = host.read(status::PATH)?.map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    let known = status::parse(&text);
    let wanted: Vec<Wanted> = names.iter().map(|n| Wanted::parse(n)).collect();
    match args.need("state")? {
        "absent" => remove(args.bool("purge"), apt, host, &wanted, &known, fields),
        "build-dep" => apt.run(host, &["build-dep"], names, fields),
        "fixed" => apt.run(host, &["--fix-broken", "install"], names, fields),
        "latest" => {
            let all = expand(host, &wanted)?;
            apt.run(host, &["install"], &all, fields)
        }
        _ => {
            let missing: Vec<Wanted> = wanted.into_iter().filter(|w| w.is_pattern() || !known.iter().any(|p| w.satisfied_by(p))).collect();
            let mut missing = expand(host, &missing)?;
            missing.retain(|name| !known.iter().any(|p| Wanted::parse(name).satisfied_by(p)));
            if missing.is_empty() {
                host.unchanged(format!("installed already: {}", names.join(", ")));
                return Ok(());
            }
            apt.run(host, &["install"], &missing, fields)
        }
    }
}

/// What a pattern of names stands for among the packages that apt knows; other names stay as they are.
fn expand(host: &mut Host, wanted: &[Wanted]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for wanted in wanted {
        if !wanted.is_pattern() {
            names.push(wanted.for_apt_get());
            continue;
        }
        let pattern = glob::Pattern::new(&wanted.name).map_err(|e| format!("{} is not a pattern of names: {e}", wanted.name))?;
        let known = host.probe("apt-cache", &["pkgnames"])?.success("could not list the known packages")?.out();
        let suffix = wanted.text.strip_prefix(&wanted.name).unwrap_or_default();
        let matching: Vec<&str> = known.lines().filter(|name| pattern.matches(name)).collect();
        if matching.is_empty() {
            return Err(format!("No package(s) matching '{}' available", wanted.name).into());
        }
        names.extend(matching.iter().map(|name| format!("{name}{suffix}")));
    }
    Ok(names)
}

fn remove(purge: bool, apt: &AptGet, host: &mut Host, wanted: &[Wanted], known: &[Package], fields: &mut Fields) -> Result<(), Failure> {
    let goes = |p: &&Package| wanted.iter().any(|w| w.names(p)) && (p.installed || purge && p.present);
    let present: Vec<String> = known.iter().filter(goes).map(|p| qualified(p, known)).collect();
    if present.is_empty() {
        host.unchanged("none of the packages is installed");
        return Ok(());
    }
    let words: &[&str] = if purge { &["remove", "--purge"] } else { &["remove"] };
    apt.run(host, words, &present, fields)
}

/// The name that means this package alone, also when it is there for several architectures.
fn qualified(package: &Package, known: &[Package]) -> String {
    let several = known.iter().filter(|other| other.name == package.name).count() > 1;
    if several { format!("{}:{}", package.name, package.architecture) } else { package.name.to_string() }
}

fn install_file(args: &Args, apt: &AptGet, host: &mut Host, deb: &str, fields: &mut Fields) -> Result<(), Failure> {
    let fetched = if deb.contains("://") { Some(download(args, host, deb)?) } else { None };
    let deb = fetched.as_ref().map_or_else(|| deb.into(), |file| file.path().to_string_lossy());
    let shown = host
        .probe("dpkg-deb", &["--show", "--showformat=${Package} ${Architecture} ${Version}", &deb])?
        .success(&format!("could not read the package {deb}"))?
        .out();
    let [name, architecture, version] = shown.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(format!("could not read the name and version of the package {deb}").into());
    };
    let text = host.read(status::PATH)?.map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    if status::parse(&text).iter().any(|p| p.installed && (p.name, p.architecture, p.version) == (name, architecture, version)) {
        host.unchanged(format!("{name} {version} is installed already"));
        return Ok(());
    }
    // Without a slash, apt-get takes it for a package's name.
    let path = if deb.contains('/') { deb.into_owned() } else { format!("./{deb}") };
    apt.run(host, &["install"], &[path], fields)
}

/// Fetches a package to a file that goes with the task; a check needs it too, to know what it holds.
fn download(args: &Args, host: &Host, url: &str) -> Result<::tempfile::NamedTempFile, Failure> {
    let mut answer = http::send(args, host, Call { method: "GET", url, headers: Vec::new(), body: Vec::new(), redirects: 10 })?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(format!("Failed to download {url}: HTTP status {status}").into());
    }
    let dir = std::env::temp_dir();
    let mut file = ::tempfile::Builder::new().prefix("rplay-").suffix(".deb").tempfile_in(&dir).context("create a file in", &dir)?;
    std::io::copy(&mut answer.body_mut().as_reader(), &mut file).context("fetch", url)?;
    Ok(file)
}
