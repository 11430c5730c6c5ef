//! Which of two Debian versions is the later one.

use std::cmp::Ordering;

/// Compares by Debian policy: epoch, upstream version, revision.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    a.0.cmp(&b.0).then_with(|| part(a.1, b.1)).then_with(|| part(a.2, b.2))
}

fn parts(version: &str) -> (u64, &str, &str) {
    let (epoch, rest) = version.split_once(':').map_or((0, version), |(e, rest)| (e.parse().unwrap_or(0), rest));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, upstream, revision)
}

/// Texts and numbers in turn, until one differs.
fn part(mut a: &str, mut b: &str) -> Ordering {
    while !(a.is_empty() && b.is_empty()) {
        let (text_a, text_b) = (take(&mut a, |c| !c.is_ascii_digit()), take(&mut b, |c| !c.is_ascii_digit()));
        let (number_a, number_b) = (take(&mut a, |c| c.is_ascii_digit()), take(&mut b, |c| c.is_ascii_digit()));
        let order = text(text_a, text_b).then_with(|| number(number_a, number_b));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn take<'a>(rest: &mut &'a str, fits: fn(char) -> bool) -> &'a str {
    let (taken, left) = rest.split_at(rest.find(|c| !fits(c)).unwrap_or(rest.len()));
    *rest = left;
    taken
}

/// A tilde sorts before the end, the end before letters, letters before everything else.
fn text(a: &str, b: &str) -> Ordering {
    let weights = |text: &str| {
        let weight = |c: char| {
            if c == '~' {
                -1
            } else if c.is_ascii_alphabetic() {
                c as i32
            } else {
                c as i32 + 256
            }
        };
        text.chars().map(weight).chain([0]).collect::<Vec<_>>()
    };
    weights(a).cmp(&weights(b))
}

fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_as_dpkg_does() {
        let ascending = ["0.9", "1.0~rc1", "1.0", "1.0-1", "1.0-1+b1", "1.0-10", "1.0a", "1.0.1", "1.2", "1.10", "1:0.1"];
        for (at, earlier) in ascending.iter().enumerate() {
            assert!(compare(earlier, earlier).is_eq());
            for later in &ascending[at + 1..] {
                assert!(compare(earlier, later).is_lt(), "{earlier} < {later}");
                assert!(compare(later, earlier).is_gt(), "{later} > {earlier}");
            }
        }
        assert!(compare("1.00", "1.0").is_eq());
    }
}
