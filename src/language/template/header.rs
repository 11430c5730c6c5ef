//! The `#jinja2:` line of a template file: `#jinja2: trim_blocks: False, lstrip_blocks: True`.

use minijinja::syntax::SyntaxConfig;

use crate::language::Diagnostic;

use super::source::default_syntax;

const MARK: &str = "#jinja2:";

/// The syntax a file asks for, and its text without the header.
pub fn split(text: &str) -> Result<(SyntaxConfig, &str), Diagnostic> {
    let Some(rest) = text.strip_prefix(MARK) else {
        return Ok((default_syntax(), text));
    };
    let (line, body) = rest.split_once('\n').unwrap_or((rest, ""));
    let options = Options::parse(line)?;
    Ok((options.build()?, body))
}

struct Options {
    block: [String; 2],
    variable: [String; 2],
    comment: [String; 2],
    trim_blocks: bool,
    lstrip_blocks: bool,
    keep_trailing_newline: bool,
}

impl Options {
    fn parse(line: &str) -> Result<Options, Diagnostic> {
        let pair = |open: &str, close: &str| [open.to_string(), close.to_string()];
        let mut options = Options {
            block: pair("{%", "%}"),
            variable: pair("{{", "}}"),
            comment: pair("{#", "#}"),
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: false,
        };
        for option in line.split(',').map(str::trim).filter(|option| !option.is_empty()) {
            let (key, value) =
                option.split_once(':').ok_or_else(|| Diagnostic::new(format!("the {MARK} line holds `{option}` without a value")))?;
            options.set(key.trim(), value.trim())?;
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), Diagnostic> {
        let target = match key {
            "block_start_string" => &mut self.block[0],
            "block_end_string" => &mut self.block[1],
            "variable_start_string" => &mut self.variable[0],
            "variable_end_string" => &mut self.variable[1],
            "comment_start_string" => &mut self.comment[0],
            "comment_end_string" => &mut self.comment[1],
            "trim_blocks" => return boolean(value).map(|b| self.trim_blocks = b),
            "lstrip_blocks" => return boolean(value).map(|b| self.lstrip_blocks = b),
            "keep_trailing_newline" => return boolean(value).map(|b| self.keep_trailing_newline = b),
            "newline_sequence" => return Ok(()),
            other => return Err(Diagnostic::new(format!("the {MARK} line knows no option `{other}`"))),
        };
        *target = value.trim_matches(['\'', '"']).to_string();
        Ok(())
    }

    fn build(self) -> Result<SyntaxConfig, Diagnostic> {
        let [block_start, block_end] = self.block;
        let [variable_start, variable_end] = self.variable;
        let [comment_start, comment_end] = self.comment;
        SyntaxConfig::builder()
            .block_delimiters(block_start, block_end)
            .variable_delimiters(variable_start, variable_end)
            .comment_delimiters(comment_start, comment_end)
            .trim_blocks(self.trim_blocks)
            .lstrip_blocks(self.lstrip_blocks)
            .keep_trailing_newline(self.keep_trailing_newline)
            .build()
            .map_err(|error| Diagnostic::new(format!("the {MARK} line: {error}")))
    }
}

fn boolean(value: &str) -> Result<bool, Diagnostic> {
    match value {
        "True" | "true" => Ok(true),
        "False" | "false" => Ok(false),
        other => Err(Diagnostic::new(format!("the {MARK} line holds `{other}` where True or False belongs"))),
    }
}
