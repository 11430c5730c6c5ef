//! The extensions a task asks for in a request.

use serde_json::Value as Json;
use yasna::{DERWriter, Tag, construct_der};

use super::extension::{self, Extension, KEY_USAGES, write_members};
use super::fingerprint::unhex;
use super::{general, oid};
use crate::modules::{Args, Failure};

/// Why a point of distribution may list certificates; the place is the bit.
const REASONS: [&str; 9] = [
    "unused",
    "key_compromise",
    "ca_compromise",
    "affiliation_changed",
    "superseded",
    "cessation_of_operation",
    "certificate_hold",
    "privilege_withdrawn",
    "aa_compromise",
];

type Built = Result<Option<Extension>, Failure>;

/// The extensions that `args` ask for. `names` is what `subject_alt_name` comes to, `key` the key's identifier.
pub fn extensions(args: &Args, names: &[String], key: &[u8]) -> Result<Vec<Extension>, Failure> {
    let built: [Built; 9] = [
        alternative_names(args, names),
        key_usage(args),
        extended_key_usage(args),
        basic_constraints(args),
        must_staple(args),
        name_constraints(args),
        subject_key(args, key),
        authority_key(args),
        distribution_points(args),
    ];
    built.into_iter().filter_map(Result::transpose).collect()
}

fn general_names(names: &[String], what: &str) -> Result<Vec<Vec<u8>>, Failure> {
    names.iter().map(|name| general::encode(name, what)).collect()
}

fn alternative_names(args: &Args, names: &[String]) -> Built {
    if names.is_empty() {
        return Ok(None);
    }
    let names = general_names(names, "Subject Alternative Name")?;
    let critical = args.bool("subject_alt_name_critical");
    Ok(Some(Extension::new(extension::SUBJECT_ALT_NAME, critical, |writer| write_members(writer, &names))))
}

fn key_usage(args: &Args) -> Built {
    let usages = args.strings("key_usage");
    if usages.is_empty() {
        return Ok(None);
    }
    let bit = |usage: &String| match KEY_USAGES.iter().position(|(name, shown)| usage == name || usage == shown) {
        Some(bit) => Ok(bit),
        None => Err(Failure::new(format!("Unknown key usage \"{usage}\""))),
    };
    let bits = usages.iter().map(bit).collect::<Result<Vec<usize>, Failure>>()?;
    Ok(Some(Extension::new(extension::KEY_USAGE, args.bool("key_usage_critical"), |writer| write_bits(writer, &bits))))
}

/// Writes a string of bits that ends with the last one set.
fn write_bits(writer: DERWriter, set: &[usize]) {
    let length = set.iter().max().map_or(0, |last| last + 1);
    let mut bytes = vec![0u8; length.div_ceil(8)];
    set.iter().for_each(|bit| bytes[bit / 8] |= 0x80 >> (bit % 8));
    writer.write_bitvec_bytes(&bytes, length);
}

fn extended_key_usage(args: &Args) -> Built {
    let usages = args.strings("extended_key_usage");
    if usages.is_empty() {
        return Ok(None);
    }
    let usages = usages.iter().map(|usage| oid::find(usage)).collect::<Result<Vec<&str>, Failure>>()?;
    let critical = args.bool("extended_key_usage_critical");
    Ok(Some(Extension::new(extension::EXTENDED_KEY_USAGE, critical, |writer| {
        writer.write_sequence(|writer| usages.iter().for_each(|usage| oid::write(writer.next(), usage)));
    })))
}

fn basic_constraints(args: &Args) -> Built {
    let constraints = args.strings("basic_constraints");
    if constraints.is_empty() {
        return Ok(None);
    }
    let (mut authority, mut length) = (false, None);
    for constraint in &constraints {
        match constraint.split_once(':') {
            Some(("CA", "TRUE")) => authority = true,
            Some(("CA", "FALSE")) => authority = false,
            Some(("CA", other)) => return Err(Failure::new(format!("Unknown basic constraint value \"{other}\" for CA"))),
            Some(("pathlen", digits)) => match digits.trim().parse::<u32>() {
                Ok(number) => length = Some(number),
                Err(e) => return Err(Failure::new(format!("Cannot parse path length constraint \"{digits}\" ({e})"))),
            },
            _ => return Err(Failure::new(format!("Unknown basic constraint \"{constraint}\""))),
        }
    }
    if length.is_some() && !authority {
        return Err(Failure::new("basic_constraints: pathlen needs CA:TRUE"));
    }
    Ok(Some(Extension::new(extension::BASIC_CONSTRAINTS, args.bool("basic_constraints_critical"), |writer| {
        writer.write_sequence(|writer| {
            if authority {
                writer.next().write_bool(true);
            }
            if let Some(length) = length {
                writer.next().write_u32(length);
            }
        });
    })))
}

/// The feature is TLS's `status_request`, number 5.
fn must_staple(args: &Args) -> Built {
    let critical = args.bool("ocsp_must_staple_critical");
    let feature = |writer: DERWriter| writer.write_sequence(|writer| writer.next().write_u8(5));
    Ok(args.bool("ocsp_must_staple").then(|| Extension::new(extension::TLS_FEATURE, critical, feature)))
}

fn name_constraints(args: &Args) -> Built {
    let read = |parameter: &str, what: &str| general_names(&args.strings(parameter), what);
    let permitted = read("name_constraints_permitted", "name constraints permitted")?;
    let excluded = read("name_constraints_excluded", "name constraints excluded")?;
    if permitted.is_empty() && excluded.is_empty() {
        return Ok(None);
    }
    let subtree = |name: &Vec<u8>| construct_der(|writer| write_members(writer, std::slice::from_ref(name)));
    Ok(Some(Extension::new(extension::NAME_CONSTRAINTS, args.bool("name_constraints_critical"), |writer| {
        writer.write_sequence(|writer| {
            for (tag, names) in [(0, permitted), (1, excluded)] {
                let subtrees: Vec<Vec<u8>> = names.iter().map(subtree).collect();
                if !subtrees.is_empty() {
                    writer.next().write_tagged_implicit(Tag::context(tag), |writer| write_members(writer, &subtrees));
                }
            }
        });
    })))
}

fn subject_key(args: &Args, key: &[u8]) -> Built {
    match (args.bool("create_subject_key_identifier"), identifier(args, "subject_key_identifier")?) {
        (true, Some(_)) => Err(Failure::new("subject_key_identifier cannot be specified if create_subject_key_identifier is true")),
        (true, None) => Ok(Some(Extension::subject_key(key))),
        (false, given) => Ok(given.map(|given| Extension::subject_key(&given))),
    }
}

fn identifier(args: &Args, parameter: &str) -> Result<Option<Vec<u8>>, Failure> {
    let read =
        |text| unhex(text).ok_or_else(|| Failure::new(format!("Cannot parse {parameter}: it has to be hexadecimal, as in 00:11:22")));
    args.str(parameter).map(read).transpose()
}

fn authority_key(args: &Args) -> Built {
    let key = identifier(args, "authority_key_identifier")?;
    let issuer = general_names(&args.strings("authority_cert_issuer"), "authority cert issuer")?;
    let serial = args.int("authority_cert_serial_number");
    if issuer.is_empty() != serial.is_none() {
        return Err(Failure::new("parameters are required together: authority_cert_issuer, authority_cert_serial_number"));
    }
    if key.is_none() && serial.is_none() {
        return Ok(None);
    }
    Ok(Some(Extension::new(extension::AUTHORITY_KEY_IDENTIFIER, false, |writer| {
        writer.write_sequence(|writer| {
            if let Some(key) = key {
                writer.next().write_tagged_implicit(Tag::context(0), |writer| writer.write_bytes(&key));
            }
            if let Some(serial) = serial {
                writer.next().write_tagged_implicit(Tag::context(1), |writer| write_members(writer, &issuer));
                writer.next().write_tagged_implicit(Tag::context(2), |writer| writer.write_i64(serial));
            }
        });
    })))
}

fn distribution_points(args: &Args) -> Built {
    let points = args.list("crl_distribution_points").unwrap_or_default();
    if points.is_empty() {
        return Ok(None);
    }
    let in_place = |(index, point)| {
        let placed = |failure: Failure| Failure::new(format!("Error while parsing CRL distribution point #{index}: {}", failure.msg));
        distribution_point(point).map_err(placed)
    };
    let points = points.iter().enumerate().map(in_place).collect::<Result<Vec<Vec<u8>>, Failure>>()?;
    Ok(Some(Extension::new(extension::CRL_DISTRIBUTION_POINTS, false, |writer| write_members(writer, &points))))
}

fn distribution_point(point: &Json) -> Result<Vec<u8>, Failure> {
    let list = |key: &str| -> Vec<String> {
        let items = point[key].as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().map(crate::modules::text).collect()
    };
    let full = general_names(&list("full_name"), "full name")?;
    let issuer = general_names(&list("crl_issuer"), "CRL issuer")?;
    if full.is_empty() && issuer.is_empty() {
        return Err(Failure::new("full_name or crl_issuer is required"));
    }
    let bit = |reason: &String| match REASONS.iter().position(|known| known == reason) {
        Some(bit) => Ok(bit),
        None => Err(Failure::new(format!("unknown reason \"{reason}\""))),
    };
    let reasons = list("reasons").iter().map(bit).collect::<Result<Vec<usize>, Failure>>()?;
    Ok(construct_der(|writer| {
        writer.write_sequence(|writer| {
            if !full.is_empty() {
                writer.next().write_tagged(Tag::context(0), |writer| {
                    writer.write_tagged_implicit(Tag::context(0), |writer| write_members(writer, &full));
                });
            }
            if !reasons.is_empty() {
                writer.next().write_tagged_implicit(Tag::context(1), |writer| write_bits(writer, &reasons));
            }
            if !issuer.is_empty() {
                writer.next().write_tagged_implicit(Tag::context(2), |writer| write_members(writer, &issuer));
            }
        });
    }))
}
