//! `iptables`: rules, policies and chains of the packet filter.

mod rule;

use serde_json::json;

use super::{Args, Change, Failure, Fields, Host, Kind, Module, Outcome, Param, Spec};

/// The rule made of `protocol source destination match jump …` is in `chain` of `table` (at its end, or with `action: insert` at `rule_num` or
/// the beginning), or is not; or the chain has the `policy`; or with `flush` no rules; or with `chain_management` exists. `ip_version` says
/// for which protocol, `wait` how long for the lock. Results: `rule` and what was asked for. Source: ansible.builtin.iptables.
pub const MODULE: Module = Module {
    names: &["iptables"],
    collection: "ansible.builtin",
    spec: Spec {
        mutually_exclusive: &[&["set_dscp_mark", "set_dscp_mark_class"], &["flush", "policy"]],
        required_if: &[("flush", "False", &["chain"]), ("jump", "TEE", &["gateway"]), ("jump", "tee", &["gateway"])],
        ..Spec::of(PARAMS)
    },
    run,
};

const LEVELS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];

const PARAMS: &[Param] = &[
    Param::str("table").choices(&["filter", "nat", "mangle", "raw", "security"]).default("filter"),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::str("action").choices(&["append", "insert"]).default("append"),
    Param::str("ip_version").choices(&["ipv4", "ipv6", "both"]).default("ipv4"),
    Param::str("chain"),
    Param::str("rule_num"),
    Param::str("protocol"),
    Param::str("wait"),
    Param::str("source"),
    Param::str("to_source"),
    Param::str("destination"),
    Param::str("to_destination"),
    Param::list("match"),
    Param::new("tcp_flags", Kind::Dict),
    Param::str("jump"),
    Param::str("gateway"),
    Param::str("log_prefix"),
    Param::str("log_level").choices(LEVELS),
    Param::str("goto"),
    Param::str("in_interface"),
    Param::str("out_interface"),
    Param::str("fragment"),
    Param::str("set_counters"),
    Param::str("source_port"),
    Param::str("destination_port"),
    Param::list("destination_ports"),
    Param::str("to_ports"),
    Param::str("set_dscp_mark"),
    Param::str("set_dscp_mark_class"),
    Param::str("comment"),
    Param::list("ctstate"),
    Param::str("src_range"),
    Param::str("dst_range"),
    Param::str("match_set"),
    Param::str("match_set_flags").choices(&["src", "dst", "src,dst", "dst,src", "src,src", "dst,dst"]),
    Param::str("limit"),
    Param::str("limit_burst"),
    Param::str("uid_owner"),
    Param::str("gid_owner"),
    Param::str("reject_with"),
    Param::str("icmp_type"),
    Param::str("syn").choices(&["ignore", "match", "negate"]).default("ignore"),
    Param::bool("flush").default("false"),
    Param::str("policy").choices(&["ACCEPT", "DROP", "QUEUE", "RETURN"]),
    Param::bool("chain_management").default("false"),
    Param::bool("numeric").default("false"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let rule = rule::words(args);
    let programs: &[&str] = match args.need("ip_version")? {
        "ipv6" => &["ip6tables"],
        "both" => &["iptables", "ip6tables"],
        _ => &["iptables"],
    };
    for program in programs {
        let filter = Filter { program, table: args.need("table")?, chain: args.str("chain"), wait: args.str("wait") };
        filter.bring(args, host, &rule)?;
    }
    let mut fields = Fields::from_iter([("rule".to_string(), rule.join(" ").into())]);
    for param in ["ip_version", "table", "chain", "flush", "state", "chain_management", "wait"] {
        fields.insert(param.into(), args.get(param).cloned().unwrap_or_default());
    }
    Ok(fields)
}

/// One table of one protocol's filter, and the chain that is meant.
struct Filter<'a> {
    program: &'a str,
    table: &'a str,
    chain: Option<&'a str>,
    wait: Option<&'a str>,
}

impl Filter<'_> {
    fn bring(&self, args: &Args, host: &mut Host, rule: &[String]) -> Result<(), Failure> {
        let present = args.need("state")? == "present";
        if args.bool("flush") {
            return self.flush(host);
        }
        if let Some(policy) = args.str("policy") {
            return self.policy(host, policy);
        }
        let manages = args.bool("chain_management");
        match (present, rule.is_empty()) {
            (false, true) if manages => self.remove_chain(host),
            (true, true) if manages => self.make_chain(host).map(drop),
            (true, _) => {
                let made = manages && self.make_chain(host)?;
                self.add(args, host, rule, made)
            }
            (false, _) => self.remove(host, rule),
        }
    }

    /// The words for `option` on the chain.
    fn line(&self, option: &str, more: &[&str], rule: &[String]) -> Vec<String> {
        let mut words: Vec<&str> = vec!["-t", self.table, option];
        words.extend(self.chain);
        words.extend(more);
        words.extend(self.wait.iter().flat_map(|seconds| ["-w", seconds]));
        words.into_iter().map(str::to_string).chain(rule.iter().cloned()).collect()
    }

    /// What the chain holds, as commands; `None` when there is no such chain.
    fn shown(&self, host: &mut Host) -> Result<Option<String>, Failure> {
        let line = self.line("-S", &[], &[]);
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        let shown = host.probe(self.program, &words)?;
        Ok((shown.rc == 0).then(|| shown.out()))
    }

    /// Changes something; `what` says what.
    fn act(&self, host: &mut Host, what: &str, option: &str, more: &[&str], rule: &[String]) -> Result<(), Failure> {
        let line = self.line(option, more, rule);
        let change =
            Change::new(format!("{}: {what}", self.program)).diff(json!({"prepared": format!("{} {}\n", self.program, line.join(" "))}));
        host.change(change, |w| {
            let words: Vec<&str> = line.iter().map(String::as_str).collect();
            w.exec(self.program, &words)?.success(&format!("'{} {}' failed", self.program, line.join(" ")))
        })
        .map(drop)
    }

    fn flush(&self, host: &mut Host) -> Result<(), Failure> {
        let shown = self.shown(host)?;
        if shown.is_some_and(|shown| !shown.lines().any(|line| line.starts_with("-A "))) {
            host.unchanged("there are no rules");
            return Ok(());
        }
        self.act(host, &format!("flushed {}", self.chain.unwrap_or(self.table)), "-F", &[], &[])
    }

    fn policy(&self, host: &mut Host, policy: &str) -> Result<(), Failure> {
        let chain = self.chain.unwrap_or_default();
        let shown = self.shown(host)?.ok_or_else(|| Failure::missing(format!("there is no chain {chain} in the table {}", self.table)))?;
        if shown.lines().any(|line| line == format!("-P {chain} {policy}")) {
            host.unchanged(format!("the policy of {chain} is {policy}"));
            return Ok(());
        }
        self.act(host, &format!("policy of {chain} is {policy}"), "-P", &[policy], &[])
    }

    /// Gives whether the chain had to be made.
    fn make_chain(&self, host: &mut Host) -> Result<bool, Failure> {
        if self.shown(host)?.is_some() {
            host.unchanged(format!("there is a chain {}", self.chain.unwrap_or_default()));
            return Ok(false);
        }
        self.act(host, &format!("made the chain {}", self.chain.unwrap_or_default()), "-N", &[], &[])?;
        Ok(true)
    }

    fn remove_chain(&self, host: &mut Host) -> Result<(), Failure> {
        if self.shown(host)?.is_none() {
            host.unchanged(format!("there is no chain {}", self.chain.unwrap_or_default()));
            return Ok(());
        }
        self.act(host, &format!("removed the chain {}", self.chain.unwrap_or_default()), "-X", &[], &[])
    }

    fn has(&self, host: &mut Host, rule: &[String]) -> Result<bool, Failure> {
        let line = self.line("-C", &[], rule);
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        Ok(host.probe(self.program, &words)?.rc == 0)
    }

    fn add(&self, args: &Args, host: &mut Host, rule: &[String], new_chain: bool) -> Result<(), Failure> {
        if !new_chain && self.has(host, rule)? {
            host.unchanged("there is such a rule");
            return Ok(());
        }
        let (option, at) = match args.need("action")? {
            "insert" => ("-I", args.str("rule_num")),
            _ => ("-A", None),
        };
        let at: Vec<&str> = at.into_iter().collect();
        self.act(host, &format!("added {}", rule.join(" ")), option, &at, rule)
    }

    fn remove(&self, host: &mut Host, rule: &[String]) -> Result<(), Failure> {
        if !self.has(host, rule)? {
            host.unchanged("there is no such rule");
            return Ok(());
        }
        self.act(host, &format!("removed {}", rule.join(" ")), "-D", &[], rule)
    }
}
