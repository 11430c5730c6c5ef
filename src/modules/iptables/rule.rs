//! A rule's words.

use crate::modules::{Args, text};

/// How a parameter becomes words.
enum Form {
    /// The option and the value; a `!` before the value goes before the option.
    Value(&'static str),
    /// The same, after the match with this name unless the task names it itself.
    Matched(&'static str, &'static str),
    /// The option alone; the value says only whether it is negated.
    Flag(&'static str),
    /// The value's words as they are.
    Words(&'static str),
    /// What only a function can write.
    Special(fn(&Args, &str) -> Vec<String>),
}

/// The parameters in the order that their words come in.
const FORMS: &[(&str, Form)] = &[
    ("protocol", Form::Value("-p")),
    ("source", Form::Value("-s")),
    ("destination", Form::Value("-d")),
    ("match", Form::Special(matches)),
    ("tcp_flags", Form::Special(tcp_flags)),
    ("jump", Form::Value("-j")),
    ("gateway", Form::Special(gateway)),
    ("log_prefix", Form::Value("--log-prefix")),
    ("log_level", Form::Value("--log-level")),
    ("to_destination", Form::Value("--to-destination")),
    ("to_source", Form::Value("--to-source")),
    ("goto", Form::Value("-g")),
    ("in_interface", Form::Value("-i")),
    ("out_interface", Form::Value("-o")),
    ("fragment", Form::Flag("-f")),
    ("set_counters", Form::Words("-c")),
    ("source_port", Form::Value("--source-port")),
    ("destination_port", Form::Value("--destination-port")),
    ("destination_ports", Form::Special(ports)),
    ("to_ports", Form::Value("--to-ports")),
    ("set_dscp_mark", Form::Special(|args, value| dscp(args, "--set-dscp", value))),
    ("set_dscp_mark_class", Form::Special(|args, value| dscp(args, "--set-dscp-class", value))),
    ("syn", Form::Special(syn)),
    ("ctstate", Form::Special(ctstate)),
    ("src_range", Form::Matched("iprange", "--src-range")),
    ("dst_range", Form::Matched("iprange", "--dst-range")),
    ("match_set", Form::Special(set)),
    ("limit", Form::Matched("limit", "--limit")),
    ("limit_burst", Form::Matched("limit", "--limit-burst")),
    ("uid_owner", Form::Matched("owner", "--uid-owner")),
    ("gid_owner", Form::Matched("owner", "--gid-owner")),
    ("reject_with", Form::Special(reject)),
    ("icmp_type", Form::Special(icmp)),
    ("comment", Form::Matched("comment", "--comment")),
];

/// The rule that the task describes; empty when it describes none.
pub fn words(args: &Args) -> Vec<String> {
    let mut words = Vec::new();
    for (param, form) in FORMS {
        let Some(value) = args.get(param).map(text).filter(|value| !value.is_empty() && value != "[]") else { continue };
        match form {
            Form::Value(option) => words.extend(negatable(option, &value)),
            Form::Matched(module, option) => {
                if !names(args, module) && !loaded(&words, module) {
                    words.extend(plain(&["-m", module]));
                }
                // A comment may begin with whatever it likes.
                words.extend(if *param == "comment" { plain(&[option, &value]) } else { negatable(option, &value) });
            }
            Form::Flag(option) => words.extend(if value.trim() == "!" { plain(&["!", option]) } else { plain(&[option]) }),
            Form::Words(option) => words.extend(plain(&[option]).into_iter().chain(value.split_whitespace().map(str::to_string))),
            Form::Special(write) => words.extend(write(args, &value)),
        }
    }
    words
}

fn plain(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}

fn negatable(option: &str, value: &str) -> Vec<String> {
    match value.strip_prefix('!') {
        Some(value) => plain(&["!", option, value.trim_start()]),
        None => plain(&[option, value]),
    }
}

/// Whether the task names the match itself.
fn names(args: &Args, module: &str) -> bool {
    args.strings("match").iter().any(|name| name == module)
}

fn loaded(words: &[String], module: &str) -> bool {
    words.windows(2).any(|pair| pair[0] == "-m" && pair[1] == module)
}

fn matches(args: &Args, _: &str) -> Vec<String> {
    args.strings("match").iter().flat_map(|name| plain(&["-m", name])).collect()
}

fn tcp_flags(args: &Args, _: &str) -> Vec<String> {
    let Some(given) = args.dict("tcp_flags") else { return Vec::new() };
    let list = |key: &str| given.get(key).and_then(|v| v.as_array()).map(|names| names.iter().map(text).collect::<Vec<_>>().join(","));
    match (list("flags"), list("flags_set")) {
        (Some(flags), Some(set)) => plain(&["--tcp-flags", &flags, &set]),
        _ => Vec::new(),
    }
}

fn gateway(args: &Args, value: &str) -> Vec<String> {
    let tee = args.str("jump").is_some_and(|jump| jump.eq_ignore_ascii_case("tee"));
    if tee { plain(&["--gateway", value]) } else { Vec::new() }
}

fn ports(args: &Args, _: &str) -> Vec<String> {
    let ports = args.strings("destination_ports").join(",");
    let load = if names(args, "multiport") { Vec::new() } else { plain(&["-m", "multiport"]) };
    load.into_iter().chain(plain(&["--dports", &ports])).collect()
}

fn dscp(args: &Args, option: &str, value: &str) -> Vec<String> {
    let own = args.str("jump").is_some_and(|jump| jump.eq_ignore_ascii_case("dscp"));
    if own { plain(&[option, value]) } else { plain(&[option, value, "-j", "DSCP"]) }
}

fn syn(_: &Args, value: &str) -> Vec<String> {
    match value {
        "match" => plain(&["--syn"]),
        "negate" => plain(&["!", "--syn"]),
        _ => Vec::new(),
    }
}

fn ctstate(args: &Args, _: &str) -> Vec<String> {
    let states = args.strings("ctstate").join(",");
    match () {
        _ if names(args, "state") => plain(&["--state", &states]),
        _ if names(args, "conntrack") => plain(&["--ctstate", &states]),
        _ => plain(&["-m", "conntrack", "--ctstate", &states]),
    }
}

fn set(args: &Args, value: &str) -> Vec<String> {
    let flags = args.str("match_set_flags").unwrap_or("src");
    let load = if names(args, "set") { Vec::new() } else { plain(&["-m", "set"]) };
    let named = negatable("--match-set", value);
    load.into_iter().chain(named).chain(plain(&[flags])).collect()
}

/// A way to reject says what to do even when the task does not.
fn reject(args: &Args, value: &str) -> Vec<String> {
    let jump = if args.str("jump").is_none() { plain(&["-j", "REJECT"]) } else { Vec::new() };
    jump.into_iter().chain(plain(&["--reject-with", value])).collect()
}

fn icmp(args: &Args, value: &str) -> Vec<String> {
    let option = if args.str("ip_version") == Some("ipv6") { "--icmpv6-type" } else { "--icmp-type" };
    negatable(option, value)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn rule(args: Json) -> String {
        let bound = Args::bind(&crate::modules::iptables::MODULE, args.as_object().cloned().unwrap_or_default());
        bound.map_or_else(|failure| failure.msg, |args| words(&args).join(" "))
    }

    #[test]
    fn writes_rules_as_iptables_reads_them() {
        let rows = [
            (json!({"chain": "I", "source": "8.8.8.8", "jump": "DROP"}), "-s 8.8.8.8 -j DROP"),
            (
                json!({"chain": "I", "in_interface": "eth0", "protocol": "tcp", "match": "tcp", "destination_port": 80, "jump": "REDIRECT",
                    "to_ports": 8600, "comment": "!web"}),
                "-p tcp -m tcp -j REDIRECT -i eth0 --destination-port 80 --to-ports 8600 -m comment --comment !web",
            ),
            (
                json!({"chain": "I", "ctstate": "ESTABLISHED,RELATED", "destination_ports": [80, "8081:8083"], "protocol": "tcp"}),
                "-p tcp -m multiport --dports 80,8081:8083 -m conntrack --ctstate ESTABLISHED,RELATED",
            ),
            (
                json!({"chain": "I", "destination": "!10.0.0.0/8", "uid_owner": 0, "gid_owner": "!g", "fragment": "!", "log_prefix": "x y"}),
                "! -d 10.0.0.0/8 --log-prefix x y ! -f -m owner --uid-owner 0 ! --gid-owner g",
            ),
            (
                json!({"chain": "I", "src_range": "1.1.1.1-1.1.1.2", "dst_range": "!2.2.2.1-2.2.2.9", "match_set": "s", "icmp_type": 8}),
                "-m iprange --src-range 1.1.1.1-1.1.1.2 ! --dst-range 2.2.2.1-2.2.2.9 -m set --match-set s src --icmp-type 8",
            ),
            (
                json!({"chain": "I", "tcp_flags": {"flags": ["ALL"], "flags_set": ["ACK", "RST"]}, "syn": "negate", "limit": "2/second",
                    "limit_burst": 20, "set_counters": "1 2"}),
                "--tcp-flags ALL ACK,RST -c 1 2 ! --syn -m limit --limit 2/second --limit-burst 20",
            ),
            (
                json!({"chain": "I", "set_dscp_mark": "8", "reject_with": "tcp-reset"}),
                "--set-dscp 8 -j DSCP -j REJECT --reject-with tcp-reset",
            ),
            (json!({"chain": "I", "match": ["state"], "ctstate": ["NEW"]}), "-m state --state NEW"),
            (json!({"chain": "I"}), ""),
        ];
        for (args, words) in rows {
            assert_eq!(rule(args), words);
        }
    }
}
