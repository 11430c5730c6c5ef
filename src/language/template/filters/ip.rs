//! The `ipaddr` family of `ansible.utils`: questions about addresses and networks.

use std::net::IpAddr;

use super::address::Address;
use super::ip_query::{self, Answer};
use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("ipaddr", |call| ipaddr(call, None)),
    ("ipv4", |call| ipaddr(call, Some(4))),
    ("ipv6", |call| ipaddr(call, Some(6))),
    ("ipwrap", ipwrap),
    ("nthhost", nthhost),
    ("next_nth_usable", |call| step(call, 1)),
    ("previous_nth_usable", |call| step(call, -1)),
    ("network_in_network", |call| within(call, false)),
    ("network_in_usable", |call| within(call, true)),
    ("ipmath", ipmath),
];

/// `ipaddr(query='', version)`: the answer, false for what is no address; of a list, the answers there are.
fn ipaddr(call: &Call, version: Option<u8>) -> Result<Value, Diagnostic> {
    let query = call.text_arg(1, "query")?.unwrap_or_default();
    let version = match version {
        Some(version) => Some(version),
        None => call.int_arg(2, "version")?.map(|v| if v == 6 { 6 } else { 4 }),
    };
    match call.defined_input()? {
        Value::List(items) => {
            let answers = items.iter().map(|item| one(call, item, &query, version)).collect::<Result<Vec<_>, _>>()?;
            Ok(answers.into_iter().filter(python::truthy).collect())
        }
        value => one(call, value, &query, version),
    }
}

/// The answer about one value.
fn one(call: &Call, value: &Value, query: &str, version: Option<u8>) -> Result<Value, Diagnostic> {
    let no = Value::Bool(false);
    let Some(address) = address(value).filter(|a| version.is_none_or(|v| a.version() == v)) else { return Ok(no) };
    match ip_query::answer(&address, query) {
        Answer::Value(value) => Ok(value),
        Answer::Nothing => Ok(Value::Null),
        Answer::No => Ok(no),
        Answer::Wrong(why) => Err(call.error(why)),
        Answer::Unknown => Err(call.error(format!("unknown filter type: {query}"))),
    }
}

/// The address that a text or a number stands for.
pub fn address(value: &Value) -> Option<Address> {
    match value {
        Value::Str(text) => Address::parse(text),
        Value::Int(number) if *number > 0 => Address::from_number(u128::try_from(*number).ok()?),
        _ => None,
    }
}

/// The input as an address.
fn input(call: &Call) -> Result<Address, Diagnostic> {
    let value = call.defined_input()?;
    address(value).ok_or_else(|| call.error(format!("{} is not an address", python::repr(value))))
}

/// `ipwrap`: IPv6 addresses in brackets, everything else as it is.
fn ipwrap(call: &Call) -> Result<Value, Diagnostic> {
    let wrap = |value: &Value| match address(value) {
        Some(address) if address.version() == 6 => match address.given_prefix() {
            Some(prefix) => Value::from(format!("[{}]/{prefix}", address.ip)),
            None => Value::from(format!("[{}]", address.ip)),
        },
        _ => value.clone(),
    };
    Ok(match call.defined_input()? {
        Value::List(items) => items.iter().map(wrap).collect(),
        value => wrap(value),
    })
}

/// `nthhost(n)`: the address at that position of the network.
fn nthhost(call: &Call) -> Result<Value, Diagnostic> {
    let address = input(call)?;
    let n = call.int_arg(1, "query")?.unwrap_or(0);
    Ok(address.nth(n).map_or(Value::Bool(false), |ip| ip.to_string().into()))
}

/// The address `offset` usable ones after (or before) the input.
fn step(call: &Call, sign: i128) -> Result<Value, Diagnostic> {
    let address = input(call)?;
    let offset = sign * call.int_arg(1, "offset")?.unwrap_or(1);
    let (first, last) = address.usable();
    let number = i128::try_from(address.number()).ok().and_then(|n| u128::try_from(n + offset).ok());
    Ok(number.filter(|n| (first..=last).contains(n)).map_or(Value::Null, |n| Address::ip_from(n, address.version()).to_string().into()))
}

/// Whether the second network lies within the input, or within its usable part.
fn within(call: &Call, usable: bool) -> Result<Value, Diagnostic> {
    let outer = input(call)?;
    let test = call.need(1, "test")?;
    let inner = address(test).ok_or_else(|| call.error(format!("{} is not an address", python::repr(test))))?;
    let (first, last) = if usable { outer.usable() } else { (outer.first(), outer.last()) };
    Ok((outer.version() == inner.version() && inner.first() >= first && inner.last() <= last).into())
}

/// `ipmath(amount)`: the address that many after the input.
fn ipmath(call: &Call) -> Result<Value, Diagnostic> {
    let address = input(call)?;
    let amount = call.int_arg(1, "amount")?.unwrap_or(0);
    let number =
        if amount < 0 { address.number().checked_sub(amount.unsigned_abs()) } else { address.number().checked_add(amount.unsigned_abs()) };
    let limit = if address.version() == 4 { u128::from(u32::MAX) } else { u128::MAX };
    let ip: Option<IpAddr> = number.filter(|n| *n <= limit).map(|n| Address::ip_from(n, address.version()));
    ip.map(|ip| ip.to_string().into()).ok_or_else(|| call.error("the result is out of range"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::{Value as Json, json};

    fn ask(rows: Vec<(&str, Json, Json)>) {
        check(rows.into_iter().map(|(input, query, wanted)| ("ansible.utils.ipaddr", json!([input, query]), json!({}), wanted)).collect());
    }

    #[test]
    fn questions() {
        ask(vec![
            ("10.0.0.1/24", json!(""), json!("10.0.0.1/24")),
            ("x", json!(""), json!(false)),
            ("", json!(""), json!(false)),
            ("10.0.0.0/24", json!("net"), json!("10.0.0.0/24")),
            ("10.0.0.1/24", json!("address"), json!("10.0.0.1")),
            ("10.0.0.0/24", json!(5), json!("10.0.0.5/24")),
            ("10.0.0.0/24", json!("prefix"), json!(24)),
            ("10.0.0.0/24", json!("netmask"), json!("255.255.255.0")),
            ("10.0.0.0/24", json!("size"), json!(256)),
            ("10.233.0.0/18", json!(3), json!("10.233.0.3/18")),
            ("10.233.0.0/18", json!("-2"), json!("10.233.63.254/18")),
            ("10.0.0.0/24", json!("broadcast"), json!("10.0.0.255")),
            ("10.0.0.5", json!("10.0.0.0/24"), json!("10.0.0.5")),
            ("11.0.0.5", json!("10.0.0.0/24"), json!(null)),
            ("10.0.0.5/24", json!("network"), json!("10.0.0.0")),
            ("10.0.0.5/24", json!("subnet"), json!("10.0.0.0/24")),
            ("192.168.1.1", json!("public"), json!(null)),
            ("192.168.1.1", json!("private"), json!("192.168.1.1")),
            ("10.0.0.1", json!("revdns"), json!("1.0.0.10.in-addr.arpa.")),
            ("10.0.0.0/8", json!("first_usable"), json!("10.0.0.1")),
            ("fd00::/64", json!(10), json!("fd00::a/64")),
            ("10.0.0.1", json!("int"), json!(167772161)),
        ]);
    }

    #[test]
    fn relatives() {
        check(vec![
            ("ipaddr", json!([["10.0.0.1", "x", "::1"]]), json!({}), json!(["10.0.0.1", "::1"])),
            ("ipv6", json!("::1"), json!({}), json!("::1")),
            ("ipv4", json!("::1"), json!({}), json!(false)),
            ("ipwrap", json!("::1"), json!({}), json!("[::1]")),
            ("ipwrap", json!("fe80::1/64"), json!({}), json!("[fe80::1]/64")),
            ("ipwrap", json!("host"), json!({}), json!("host")),
            ("nthhost", json!(["10.0.0.0/8", 305]), json!({}), json!("10.0.1.49")),
            ("network_in_usable", json!(["10.0.0.0/24", "10.0.0.255"]), json!({}), json!(false)),
            ("network_in_network", json!(["10.0.0.0/24", "10.0.0.0/25"]), json!({}), json!(true)),
            ("ipmath", json!(["10.0.0.255", 1]), json!({}), json!("10.0.1.0")),
        ]);
    }
}
