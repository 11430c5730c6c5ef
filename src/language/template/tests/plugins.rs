//! Tests of the names of filters and tests.

use super::{Family, find};
use crate::language::template::filters;

pub(super) const FAMILY: Family = &[
    ("filter", |call| Ok(call.defined_input()?.as_str().is_some_and(|name| filters::find(name).is_some()))),
    ("test", |call| Ok(call.defined_input()?.as_str().is_some_and(|name| find(name).is_some()))),
];
