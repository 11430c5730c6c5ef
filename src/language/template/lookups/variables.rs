//! Lookups of variables, environment and inventory.

use super::{Family, search};
use crate::language::template::filters::{python, regex};
use crate::language::template::{Call, resolve};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family =
    &[("env", env), ("vars", vars), ("varnames", varnames), ("config", config), ("inventory_hostnames", inventory_hostnames)];

/// `env`: environment variables of the controller; option `default=''`.
fn env(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let default = call.kwargs.get("default").cloned().unwrap_or_else(|| Value::str(""));
    let read = |name: String| std::env::var_os(name).map_or_else(|| default.clone(), |v| v.to_string_lossy().into_owned().into());
    Ok(search::terms(call)?.into_iter().map(read).collect())
}

/// `vars`: variables by name; option `default`. What is missing is undefined.
fn vars(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let default = call.kwargs.get("default");
    search::terms(call)?
        .into_iter()
        .map(|name| match call.scope.variable(&name) {
            Some(value) => resolve(&value, call.scope),
            None => Ok(default.cloned().unwrap_or_else(|| Value::Undefined(format!("No variable found with this name: {name}").into()))),
        })
        .collect()
}

/// `varnames`: the names of variables that match regular expressions.
fn varnames(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut found = Vec::new();
    for pattern in search::terms(call)? {
        let regex = regex::compile(&pattern, false, false)?;
        found.extend(
            call.scope.names().iter().filter(|name| regex.is_match(&***name).unwrap_or(false)).map(|name| Value::str(name.clone())),
        );
    }
    Ok(found)
}

/// `config`: settings by name; those that the environment does not set are unknown.
fn config(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let skip = call.text_arg(usize::MAX, "on_missing")?.is_some_and(|how| how == "skip");
    let mut found = Vec::new();
    for name in search::terms(call)? {
        match std::env::var(format!("ANSIBLE_{}", name.strip_prefix("DEFAULT_").unwrap_or(&name))) {
            Ok(value) => found.push(value.into()),
            Err(_) if skip => {}
            Err(_) => return Err(call.error(format!("unable to find setting {name}"))),
        }
    }
    Ok(found)
}

/// `inventory_hostnames`: the hosts of a pattern of groups and hosts.
fn inventory_hostnames(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let groups = match call.scope.variable("groups") {
        Some(groups) => call.mapping(&groups)?,
        None => return Ok(Vec::new()),
    };
    let members = |name: &str| -> Vec<Value> {
        match groups.get(name) {
            Some(Value::List(hosts)) => hosts.to_vec(),
            _ => vec![Value::from(name)],
        }
    };
    let mut terms: Vec<String> = Vec::new();
    for pattern in search::terms(call)? {
        terms.extend(pattern.split([',', ':']).map(|t| t.trim().to_string()).filter(|t| !t.is_empty()));
    }
    let has = |hosts: &[Value], host: &Value| hosts.iter().any(|known| python::equal(known, host));
    // Plain names count first, then intersections, then exclusions, wherever they stand.
    let mut hosts: Vec<Value> = Vec::new();
    for term in terms.iter().filter(|t| !t.starts_with(['&', '!'])) {
        for host in members(if term == "*" { "all" } else { term }) {
            if !has(&hosts, &host) {
                hosts.push(host);
            }
        }
    }
    for (name, inside) in terms
        .iter()
        .filter_map(|t| Some((t.strip_prefix('&')?, true)))
        .chain(terms.iter().filter_map(|t| Some((t.strip_prefix('!')?, false))))
    {
        let other = members(name);
        hosts.retain(|host| has(&other, host) == inside);
    }
    Ok(hosts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::template::filters::testing;
    use serde_json::{Value as Json, json};

    fn run(name: &str, args: Json, kwargs: Json, variables: Json) -> Result<Json, Diagnostic> {
        let lookup = super::super::find(name).ok_or_else(|| Diagnostic::new("no such lookup"))?;
        testing::call(name, lookup, args, kwargs, variables).map(|items| Value::list(items).to_json())
    }

    #[test]
    fn names_and_values() {
        assert_eq!(run("env", json!(["NOPE_X"]), json!({}), json!({})), Ok(json!([""])));
        assert_eq!(run("env", json!(["NOPE_X"]), json!({"default": "d"}), json!({})), Ok(json!(["d"])));
        assert_eq!(run("vars", json!(["qr"]), json!({}), json!({"qr": {"a": 1}})), Ok(json!([{"a": 1}])));
        assert_eq!(run("vars", json!(["nope"]), json!({"default": "d"}), json!({})), Ok(json!(["d"])));
        assert_eq!(run("varnames", json!(["^vn_"]), json!({}), json!({"vn_a": 1, "vn_b": 2, "x": 3})), Ok(json!(["vn_a", "vn_b"])));
    }

    #[test]
    fn patterns_of_hosts() {
        let groups = json!({"groups": {"all": ["a", "b", "c"], "web": ["a", "b"], "db": ["b", "c"]}});
        for (pattern, hosts) in [("web:db", json!(["a", "b", "c"])), ("web:&db", json!(["b"])), ("all:!web", json!(["c"]))] {
            assert_eq!(run("inventory_hostnames", json!([pattern]), json!({}), groups.clone()), Ok(hosts));
        }
    }
}
