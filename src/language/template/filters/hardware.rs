//! Hardware addresses: `hwaddr` and its like of `ansible.utils`.

use super::ip::address;
use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("hwaddr", hwaddr), ("macaddr", hwaddr), ("slaac", slaac)];

/// How an address is written: the digits of a group, what stands between groups, and whether letters are large.
type Form = (usize, &'static str, bool);

const FORMS: [(&str, Form); 9] = [
    ("bare", (12, "", true)),
    ("cisco", (4, ".", false)),
    ("eui48", (2, "-", true)),
    ("linux", (2, ":", false)),
    ("pgsql", (6, ":", false)),
    ("postgresql", (6, ":", false)),
    ("psql", (6, ":", false)),
    ("win", (2, "-", true)),
    ("unix", (0, ":", false)),
];

/// The number that an address in any of the usual forms stands for.
fn number(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split([':', '-', '.']).collect();
    let width = 12usize.checked_div(groups.len()).filter(|width| width * groups.len() == 12)?;
    let padded: Option<String> = groups.iter().map(|g| (!g.is_empty() && g.len() <= width).then(|| format!("{g:0>width$}"))).collect();
    u64::from_str_radix(&padded?, 16).ok()
}

fn written(number: u64, (width, between, large): Form) -> String {
    if width == 0 {
        return (0..6).rev().map(|i| format!("{:x}", number >> (8 * i) & 0xff)).collect::<Vec<_>>().join(between);
    }
    let digits = if large { format!("{number:012X}") } else { format!("{number:012x}") };
    digits.as_bytes().chunks(width).map(String::from_utf8_lossy).collect::<Vec<_>>().join(between)
}

/// `hwaddr(query='')`: the address in another form, a number, or whether it is one.
fn hwaddr(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let query = call.text_arg(1, "query")?.unwrap_or_default();
    match (number(&text), query.as_str()) {
        (Some(_), "bool") => Ok(Value::Bool(true)),
        (None, "" | "bool") => Ok(Value::Null),
        (None, _) => Err(call.error(format!("not a hardware address: {text}"))),
        (Some(_), "") => Ok(text.into()),
        (Some(number), "int") => Ok(Value::Int(number.into())),
        (Some(number), query) => match FORMS.iter().find(|(name, _)| *name == query) {
            Some((_, form)) => Ok(written(number, *form).into()),
            None => Err(call.error(format!("unknown filter type: {query}"))),
        },
    }
}

/// `slaac(query)`: the address a host with that hardware address gives itself in the network.
fn slaac(call: &Call) -> Result<Value, Diagnostic> {
    let hardware = python::text(call.need(1, "query")?);
    let Some(network) = address(call.defined_input()?).filter(|a| a.version() == 6) else { return Ok(Value::Bool(false)) };
    let Some(number) = number(&hardware) else { return Ok(Value::Bool(false)) };
    let identifier = (u128::from(number >> 24) << 40 | 0xfffe << 24 | u128::from(number & 0xff_ffff)) ^ 1 << 57;
    Ok(network.with(network.number() & !u128::from(u64::MAX) | identifier).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn forms() {
        let rows = [
            ("", json!("1a:2b:3c:4d:5e:6f")),
            ("bare", json!("1A2B3C4D5E6F")),
            ("cisco", json!("1a2b.3c4d.5e6f")),
            ("win", json!("1A-2B-3C-4D-5E-6F")),
            ("psql", json!("1a2b3c:4d5e6f")),
            ("int", json!(28772997619311u64)),
            ("bool", json!(true)),
        ];
        for (query, wanted) in rows {
            check(vec![("ansible.utils.hwaddr", json!(["1a:2b:3c:4d:5e:6f", query]), json!({}), wanted)]);
        }
        check(vec![
            ("hwaddr", json!(["0A:02:03:04:05:06", "unix"]), json!({}), json!("a:2:3:4:5:6")),
            ("macaddr", json!(["0a02.0304.0506", "linux"]), json!({}), json!("0a:02:03:04:05:06")),
            ("hwaddr", json!("zz"), json!({}), json!(null)),
            (
                "slaac",
                json!(["fdcf:1894:23b5:d38c::/64", "c2:31:b3:83:bf:2b"]),
                json!({}),
                json!("fdcf:1894:23b5:d38c:c031:b3ff:fe83:bf2b"),
            ),
            ("slaac", json!(["10.0.0.0/24", "c2:31:b3:83:bf:2b"]), json!({}), json!(false)),
        ]);
        assert!(filter("hwaddr", json!(["zz", "linux"]), json!({})).is_err());
    }
}
