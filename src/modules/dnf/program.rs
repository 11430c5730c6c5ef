//! The program dnf: its options, asking it, and having it act.

use std::process::Command;

use serde_json::{Value as Json, json};

use super::plan;
use crate::modules::host::Output;
use crate::modules::{Args, Change, Failure, Fields, Host, Outcome};

/// dnf with the options that a task asks for.
pub struct Dnf {
    program: &'static str,
    options: Vec<String>,
    root: Option<String>,
}

/// A switch, the value at which it counts, and the option it stands for.
const SWITCHES: &[(&str, bool, &str)] = &[
    ("disable_gpg_check", true, "--nogpgcheck"),
    ("allowerasing", true, "--allowerasing"),
    ("best", true, "--best"),
    ("best", false, "--nobest"),
    ("nobest", true, "--nobest"),
    ("nobest", false, "--best"),
    ("bugfix", true, "--bugfix"),
    ("security", true, "--security"),
    ("cacheonly", true, "--cacheonly"),
    ("download_only", true, "--downloadonly"),
    ("skip_broken", true, "--skip-broken"),
    ("install_weak_deps", false, "--setopt=install_weak_deps=False"),
    ("sslverify", false, "--setopt=sslverify=False"),
    ("validate_certs", false, "--setopt=sslverify=False"),
];

/// A parameter with a value, and the option that takes it.
const VALUES: &[(&str, &str)] = &[
    ("conf_file", "--config="),
    ("releasever", "--releasever="),
    ("disable_excludes", "--disableexcludes="),
    ("download_dir", "--downloaddir="),
    ("disablerepo", "--disablerepo="),
    ("enablerepo", "--enablerepo="),
    ("exclude", "--exclude="),
    ("disable_plugin", "--disableplugin="),
    ("enable_plugin", "--enableplugin="),
];

impl Dnf {
    /// The options that `args` ask for.
    pub fn of(args: &Args) -> Result<Dnf, Failure> {
        let mut options: Vec<String> = Vec::new();
        options.extend(SWITCHES.iter().filter(|(name, at, _)| args.maybe_bool(name) == Some(*at)).map(|(.., option)| option.to_string()));
        for (name, option) in VALUES {
            let given = args.str(name).map_or_else(|| args.strings(name), |one| vec![one.to_string()]);
            options.extend(given.iter().map(|value| format!("{option}{value}")));
        }
        let root = args.str("installroot").filter(|root| *root != "/").map(str::to_string);
        options.extend(root.iter().map(|root| format!("--installroot={root}")));
        options.dedup();
        let program = match args.str("use_backend") {
            Some("dnf5") => "dnf5",
            Some("dnf4") => "dnf-3",
            _ => "dnf",
        };
        Ok(Dnf { program, options, root })
    }

    /// Splits names into those that are installed and those that are not. What rpm does not understand counts as not installed.
    pub fn split(&self, host: &mut Host, names: Vec<String>) -> Result<(Vec<String>, Vec<String>), Failure> {
        let (mut installed, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            let plain = !name.starts_with(['@', '/', '-']) && !name.contains(['*', '?', '[', '<', '>', '=', ' ']) && !name.contains("://");
            let there = plain && self.is_installed(host, &name)?;
            if there { installed.push(name) } else { missing.push(name) }
        }
        Ok((installed, missing))
    }

    fn is_installed(&self, host: &mut Host, name: &str) -> Result<bool, Failure> {
        let root = self.root.as_deref().map(|root| format!("--root={root}"));
        for query in [&["-q"][..], &["-q", "--whatprovides"]] {
            let words: Vec<&str> = query.iter().copied().chain(root.as_deref()).chain([name]).collect();
            if host.probe("rpm", &words)?.rc == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Has `verb` done to `names`, when dnf without consent finds something to do; gives the steps.
    pub fn act(&self, host: &mut Host, verb: &[&str], names: &[String]) -> Result<Vec<String>, Failure> {
        let words = self.words(verb, names);
        let asked = self.ask(host, "--assumeno", &words)?;
        let steps = plan::steps(&asked.out());
        if steps.is_empty() {
            explain(asked, verb)?;
            host.unchanged(format!("dnf {} finds nothing to do", verb.join(" ")));
            return Ok(steps);
        }
        let change = Change::new(steps.join(", ")).diff(json!({"prepared": steps.join("\n")}));
        host.change(change, |w| {
            let mut command = Command::new(self.program);
            command.arg("-y").args(&words).env("LC_ALL", "C.UTF-8");
            explain(w.run(command, None)?, verb)
        })?;
        Ok(steps)
    }

    /// Fetches the lists of packages, which is no change.
    pub fn refresh(&self, host: &mut Host) -> Result<(), Failure> {
        let words = self.words(&["makecache", "--refresh"], &[]);
        host.refresh("fetched the package lists", |w| {
            let mut command = Command::new(self.program);
            command.arg("-y").args(&words).env("LC_ALL", "C.UTF-8");
            w.run(command, None)?.success("Failed to update the package lists")
        })?;
        Ok(())
    }

    /// What `list` asks for: `installed`, `updates`, `available`, `repos` or packages by name.
    pub fn list(&self, host: &mut Host, what: &str) -> Outcome {
        if what == "repos" {
            let words = self.words(&["-q", "repolist"], &[]);
            let shown = self.ask(host, "-y", &words)?.success("Failed to list the repositories")?.out();
            let rows = shown.lines().skip(1).filter_map(|line| line.split_whitespace().next());
            let rows: Vec<Json> = rows.map(|id| json!({"repoid": id, "state": "enabled"})).collect();
            return Ok(Fields::from_iter([("results".to_string(), rows.into())]));
        }
        let (which, names) = match what {
            "installed" => ("--installed", Vec::new()),
            "updates" | "upgrades" => ("--upgrades", Vec::new()),
            "available" => ("--available", Vec::new()),
            name => ("--available", vec![name.to_string()]),
        };
        const FORMAT: &str = "--qf=%{name} %{epoch} %{version} %{release} %{arch} %{repoid}\n";
        let mut rows = Vec::new();
        let states: &[&str] = if names.is_empty() { &[which] } else { &["--installed", "--available"] };
        for state in states {
            let words = self.words(&["-q", "repoquery", state, FORMAT], &names);
            let shown = self.ask(host, "-y", &words)?.success("Failed to list packages")?.out();
            rows.extend(shown.lines().filter_map(|line| row(line, *state == "--installed")));
        }
        Ok(Fields::from_iter([("results".to_string(), rows.into())]))
    }

    fn words(&self, verb: &[&str], names: &[String]) -> Vec<String> {
        let verb = verb.iter().map(|word| word.to_string());
        self.options.iter().cloned().chain(verb).chain(names.iter().cloned()).collect()
    }

    /// Runs dnf to hear what it says, in its own words.
    fn ask(&self, host: &mut Host, answer: &str, words: &[String]) -> Result<Output, Failure> {
        let line: Vec<&str> = ["LC_ALL=C.UTF-8", self.program, answer].into_iter().chain(words.iter().map(String::as_str)).collect();
        host.probe("env", &line)
    }
}

/// One package of a list.
fn row(line: &str, installed: bool) -> Option<Json> {
    let [name, epoch, version, release, arch, repo] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    let nevra = format!("{name}-{epoch}:{version}-{release}.{arch}");
    let state = if installed { "installed" } else { "available" };
    Some(json!({
        "name": name, "epoch": epoch, "version": version, "release": release, "arch": arch, "repo": repo,
        "nevra": nevra, "envra": format!("{epoch}:{name}-{version}-{release}.{arch}"), "yumstate": state,
    }))
}

/// The output, or a failure that names the packages that nobody knows.
fn explain(output: Output, verb: &[&str]) -> Result<Output, Failure> {
    let all = format!("{}{}", output.out(), output.err());
    let unknown = plan::unknown(&all);
    if output.rc != 0 && !unknown.is_empty() && verb != ["remove"] {
        let failures: Vec<String> = unknown.iter().map(|name| format!("No package {name} available.")).collect();
        let failure = Failure::missing("Failed to install some of the specified packages").with("failures", failures);
        return Err(failure.with("results", Json::Array(Vec::new())).with("rc", 1));
    }
    output.success(&format!("'dnf {}' failed", verb.join(" ")))
}
