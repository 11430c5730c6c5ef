//! Python's literals, which INI inventories type their values with: `5`, `1.5`, `True`, `None`, `[1, 'a']`, `{'k': 2}`.

use crate::language::{Diagnostic, Key, Map, Place, Value, template};

/// How deep lists and dictionaries may nest.
const MAX_DEPTH: usize = 100;

/// The value that `text` is as a Python literal; any other text is the string itself. Strings may be templates.
pub fn literal(text: &str, place: Option<&Place>) -> Result<Value, Diagnostic> {
    let mut reader = Reader { rest: text.trim_start_matches([' ', '\t']), place, depth: 0, failed: None };
    let value = reader.value().filter(|_| reader.at_end());
    match (reader.failed, value) {
        (Some(problem), _) => Err(problem),
        (None, Some(value)) => Ok(value),
        (None, None) => template::string(text, place),
    }
}

struct Reader<'a> {
    rest: &'a str,
    place: Option<&'a Place>,
    depth: usize,
    failed: Option<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn at_end(&mut self) -> bool {
        self.blanks();
        self.rest.is_empty() || self.rest.starts_with('#')
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self) -> Option<Value> {
        self.blanks();
        match self.rest.chars().next()? {
            '\'' | '"' => self.string(),
            '[' => self.sequence('[', ']').map(|(items, _)| Value::list(items)),
            '(' => self.tuple(),
            '{' => self.braces(),
            _ => self.word(),
        }
    }

    /// Runs `read` one level deeper, behind the opening `open`.
    fn nested<T>(&mut self, open: char, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if !self.eat(open) || self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Values up to `close`, and whether there was a comma after the last or between them.
    fn sequence(&mut self, open: char, close: char) -> Option<(Vec<Value>, bool)> {
        self.nested(open, |reader| {
            let (mut items, mut comma) = (Vec::new(), false);
            while !reader.eat(close) {
                if !items.is_empty() && !comma {
                    return None;
                }
                items.push(reader.value()?);
                let more = reader.eat(',');
                let done = !more && reader.rest.starts_with(close);
                if !more && !done {
                    return None;
                }
                comma = if done { items.len() > 1 } else { true };
                if done {
                    reader.eat(close);
                    break;
                }
            }
            Some((items, comma))
        })
    }

    fn tuple(&mut self) -> Option<Value> {
        let (mut items, comma) = self.sequence('(', ')')?;
        match items.len() {
            1 if !comma => items.pop(),
            _ => Some(Value::list(items)),
        }
    }

    /// A dictionary, or a set, which becomes a list.
    fn braces(&mut self) -> Option<Value> {
        let before = self.rest;
        if let Some(map) = self.nested('{', Self::entries) {
            return Some(Value::map(map));
        }
        self.rest = before;
        let (items, _) = self.sequence('{', '}')?;
        items.iter().all(|item| Key::from_value(item).is_some()).then(|| Value::list(items))
    }

    fn entries(&mut self) -> Option<Map> {
        let mut map = Map::new();
        while !self.eat('}') {
            let key = Key::from_value(&self.value()?)?;
            if !self.eat(':') {
                return None;
            }
            let value = self.value()?;
            map.insert(key, value);
            if !self.eat(',') {
                return self.eat('}').then_some(map);
            }
        }
        Some(map)
    }

    fn string(&mut self) -> Option<Value> {
        let quote = self.rest.chars().next()?;
        let mut text = String::new();
        let mut chars = self.rest[1..].chars();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\n' => return None,
                '\\' => escape(&mut chars, &mut text)?,
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        match template::string(&text, self.place) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.failed.get_or_insert(problem);
                None
            }
        }
    }

    fn word(&mut self) -> Option<Value> {
        let in_word = |(at, c): (usize, char)| {
            let exponent_sign = matches!(c, '+' | '-') && at > 0 && self.rest[..at].ends_with(['e', 'E']);
            !(c.is_alphanumeric() || matches!(c, '_' | '.') || at == 0 && matches!(c, '+' | '-') || exponent_sign)
        };
        let end = self.rest.char_indices().find(|pair| in_word(*pair)).map_or(self.rest.len(), |(at, _)| at);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "None" => Some(Value::Null),
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            _ => number(word),
        }
    }
}

fn escape(chars: &mut std::str::Chars<'_>, text: &mut String) -> Option<()> {
    let code = |chars: &mut std::str::Chars<'_>, n: usize| -> Option<char> {
        let digits: String = chars.take(n).collect();
        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
    };
    match chars.next()? {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        '0' => text.push('\0'),
        c @ ('\\' | '\'' | '"') => text.push(c),
        'x' => text.push(code(chars, 2)?),
        'u' => text.push(code(chars, 4)?),
        'U' => text.push(code(chars, 8)?),
        c => text.extend(['\\', c]),
    }
    Some(())
}

/// A Python number: underscores only between digits, no leading zeros in decimal integers.
fn number(word: &str) -> Option<Value> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let bare = digits.replace('_', "").to_ascii_lowercase();
    let based = [("0x", 16), ("0o", 8), ("0b", 2)].iter().find_map(|(prefix, base)| Some((bare.strip_prefix(prefix)?, *base)));
    let sign = if negative { -1 } else { 1 };
    if let Some((digits, base)) = based {
        return i128::from_str_radix(digits, base).ok().map(|i| Value::Int(sign * i));
    }
    if bare.bytes().all(|b| b.is_ascii_digit()) {
        let plain = !bare.starts_with('0') || bare.bytes().all(|b| b == b'0');
        return bare.parse::<i128>().ok().filter(|_| plain).map(|i| Value::Int(sign * i));
    }
    let decimal = bare.bytes().all(|b| b.is_ascii_digit() || b".e+-".contains(&b));
    bare.parse::<f64>().ok().filter(|_| decimal).map(|f| Value::Float(sign as f64 * f))
}
