//! `wait_for`: a port, a path or a text in a file.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fancy_regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec};

/// Waits until `port` of `host` accepts (`state: started`) or refuses (`stopped`), or until `path` exists (`present`), holds
/// `search_regex`, or is gone (`absent`); first `delay` seconds, then every `sleep`, for `timeout` at most. With neither it waits out
/// the timeout. `drained` waits until no connection to the port is left. Results: `elapsed path port search_regex state
/// match_groups match_groupdict`. Source: ansible.builtin.wait_for.
pub const MODULE: Module = Module {
    names: &["wait_for"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["path", "port"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("host").default("127.0.0.1"),
    Param::int("port"),
    Param::path("path"),
    Param::str("search_regex"),
    Param::str("state").choices(&["absent", "drained", "present", "started", "stopped"]).default("started"),
    Param::int("timeout").default("300"),
    Param::int("connect_timeout").default("5"),
    Param::int("delay").default("0"),
    Param::int("sleep").default("1"),
    Param::list("exclude_hosts"),
    Param::list("active_connection_states").default("ESTABLISHED,FIN_WAIT1,FIN_WAIT2,SYN_RECV,SYN_SENT,TIME_WAIT"),
    Param::str("msg"),
];

/// A cancel is noticed within this time.
const TICK: Duration = Duration::from_millis(200);

fn run(args: &Args, host: &mut Host) -> Outcome {
    if host.is_check() {
        host.opaque("waited", |_| Ok(()))?;
        return Ok(Fields::new());
    }
    let seconds = |name: &str| Duration::from_secs(args.int(name).and_then(|n| u64::try_from(n).ok()).unwrap_or(0));
    let goal = Goal::of(args, host)?;
    let start = Instant::now();
    pause(host, seconds("delay"))?;
    let end = start + seconds("timeout");
    loop {
        let met = goal.met(seconds("connect_timeout"))?;
        if let Some(found) = met {
            return Ok(result(args, start.elapsed(), found));
        }
        if Instant::now() >= end {
            break;
        }
        pause(host, seconds("sleep").max(TICK).min(end.saturating_duration_since(Instant::now())))?;
    }
    if goal.is_time() {
        return Ok(result(args, start.elapsed(), Found::default()));
    }
    let msg = args.str("msg").map_or_else(|| format!("Timeout when waiting for {}", goal.name()), str::to_string);
    Err(Failure::new(msg).with("elapsed", start.elapsed().as_secs()))
}

fn pause(host: &Host, time: Duration) -> Result<(), Failure> {
    let end = Instant::now() + time;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if host.cancelled() {
            return Err("cancelled while waiting".into());
        }
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(TICK));
    }
}

/// What is waited for.
enum Goal {
    Time,
    Port { host: String, port: u16, open: bool, regex: Option<Regex> },
    Drained { host: String, port: u16 },
    Path { path: PathBuf, there: bool, regex: Option<Regex> },
}

/// What the pattern found.
#[derive(Default)]
struct Found {
    groups: Vec<Json>,
    named: Map<String, Json>,
}

impl Goal {
    fn of(args: &Args, on: &Host) -> Result<Goal, Failure> {
        let state = args.need("state")?;
        let regex = args
            .str("search_regex")
            .map(|r| Regex::new(&format!("(?m){r}")).map_err(|e| format!("search_regex '{r}': {e}")))
            .transpose()?;
        if args.str("path").is_some() {
            if matches!(state, "stopped" | "drained") {
                return Err(format!("state={state} should only be used for checking a port in the wait_for module").into());
            }
            return Ok(Goal::Path { path: super::files::path(args, on, "path")?, there: state != "absent", regex });
        }
        let Some(port) = args.int("port") else { return Ok(Goal::Time) };
        let port = u16::try_from(port).map_err(|_| format!("port {port} is not between 0 and 65535"))?;
        let host = args.need("host")?.to_string();
        Ok(match state {
            "drained" => Goal::Drained { host, port },
            state => Goal::Port { host, port, open: matches!(state, "started" | "present"), regex },
        })
    }

    fn is_time(&self) -> bool {
        matches!(self, Goal::Time)
    }

    fn name(&self) -> String {
        let searched = |regex: &Option<Regex>| {
            regex.as_ref().map(|r| format!("search string {} in ", r.as_str().trim_start_matches("(?m)"))).unwrap_or_default()
        };
        match self {
            Goal::Time => "the time to pass".into(),
            Goal::Port { host, port, open: true, regex } => format!("{}{host}:{port}", searched(regex)),
            Goal::Port { host, port, .. } => format!("{host}:{port} to stop."),
            Goal::Drained { host, port } => format!("{host}:{port} to drain"),
            Goal::Path { path, there: true, regex } => format!("{}file {}", searched(regex), path.display()),
            Goal::Path { path, .. } => format!("{} to be absent.", path.display()),
        }
    }

    fn met(&self, patience: Duration) -> Result<Option<Found>, Failure> {
        let when = |met: bool| met.then(Found::default);
        Ok(match self {
            Goal::Time => None,
            Goal::Drained { port, .. } => when(!connected(*port)),
            Goal::Port { host, port, open, regex } => match (connect(host, *port, patience), regex) {
                (Some(stream), Some(regex)) if *open => search(regex, &greeting(stream, patience))?,
                (stream, _) => when(stream.is_some() == *open),
            },
            Goal::Path { path, there: false, .. } => when(path.symlink_metadata().is_err()),
            Goal::Path { path, regex: None, .. } => when(path.exists()),
            Goal::Path { path, regex: Some(regex), .. } => {
                search(regex, &std::fs::read(path).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default())?
            }
        })
    }
}

fn connect(host: &str, port: u16, patience: Duration) -> Option<TcpStream> {
    let patience = patience.max(Duration::from_millis(1));
    (host, port).to_socket_addrs().ok()?.find_map(|address| TcpStream::connect_timeout(&address, patience).ok())
}

/// What the other side says of its own accord.
fn greeting(mut stream: TcpStream, patience: Duration) -> String {
    let mut buffer = [0u8; 4096];
    let heard = stream.set_read_timeout(Some(patience.max(TICK))).and_then(|()| std::io::Read::read(&mut stream, &mut buffer)).unwrap_or(0);
    String::from_utf8_lossy(&buffer[..heard]).into_owned()
}

/// Whether any connection to the local port is left: a row of the kernel's table that does not merely listen.
fn connected(port: u16) -> bool {
    const CLOSED: [&str; 3] = ["07", "08", "0A"];
    let end = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| {
        let table = std::fs::read_to_string(table).unwrap_or_default();
        table.lines().skip(1).any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            matches!(fields[..], [_, local, _, state, ..] if local.ends_with(&end) && !CLOSED.contains(&state))
        })
    })
}

fn search(regex: &Regex, text: &str) -> Result<Option<Found>, Failure> {
    let Some(captures) = regex.captures(text).map_err(|e| format!("search_regex: {e}"))? else { return Ok(None) };
    let value = |m: Option<fancy_regex::Match>| m.map_or(Json::Null, |m| m.as_str().into());
    Ok(Some(Found {
        groups: (1..captures.len()).map(|at| value(captures.get(at))).collect(),
        named: regex.capture_names().flatten().map(|name| (name.to_string(), value(captures.name(name)))).collect(),
    }))
}

fn result(args: &Args, elapsed: Duration, found: Found) -> Fields {
    let mut fields = Fields::new();
    for name in ["path", "port", "search_regex", "state"] {
        fields.insert(name.into(), args.get(name).cloned().unwrap_or_default());
    }
    fields.insert("elapsed".into(), elapsed.as_secs().into());
    fields.insert("match_groups".into(), json!(found.groups));
    fields.insert("match_groupdict".into(), found.named.into());
    fields
}
