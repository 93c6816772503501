//! What a document may cost, checked on its text before a tree is built.

use super::{XmlError, is_space};

/// What one document may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest text, in bytes.
    pub bytes: usize,
    /// Deepest nesting of elements.
    pub depth: usize,
    /// Most tags, comments and sections together.
    pub markup: usize,
    /// Most attributes of one element.
    pub attributes: usize,
    /// Longest value of one attribute, in bytes.
    pub value: usize,
    /// Whether processing instructions may stand in it.
    pub instructions: bool,
}

/// Refuses what is over the limits, a document type and, unless allowed, instructions.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), XmlError> {
    if text.len() > limits.bytes {
        return Err(XmlError::TooLarge(format!("{} bytes", limits.bytes)));
    }
    let (mut at, mut depth, mut markup) = (0usize, 0usize, 0usize);
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        markup += 1;
        if markup > limits.markup {
            return Err(XmlError::TooLarge(format!("{} tags", limits.markup)));
        }
        let length = if rest.starts_with("<!--") {
            ended(rest, 4, "-->")?
        } else if rest.starts_with("<![CDATA[") {
            ended(rest, 9, "]]>")?
        } else if rest.starts_with("<?") {
            let declaration =
                start == 0 && rest.starts_with("<?xml") && !rest.starts_with("<?xml-");
            if !declaration && !limits.instructions {
                return Err(XmlError::Instruction);
            }
            ended(rest, 2, "?>")?
        } else if rest.starts_with("<!") {
            return Err(XmlError::Doctype);
        } else {
            let length = tag(rest, limits)?;
            let name = &rest[..length];
            if name.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else if !name.ends_with("/>") {
                depth += 1;
            }
            if depth > limits.depth {
                return Err(XmlError::TooDeep(limits.depth));
            }
            length
        };
        at = start + length;
    }
    Ok(())
}

/// The element of a document of which `start` is the beginning, without what it holds: its
/// start tag made an empty element. What stands before it stays.
///
/// # Errors
/// When the tag does not end in `start`, or is over the limits.
pub fn root_alone(start: &[u8], limits: &Limits) -> Result<String, XmlError> {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // Cut in the midst of a character.
        Err(error) => super::utf8(start.get(..error.valid_up_to()).unwrap_or_default())?,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        at = start
            + if rest.starts_with("<!--") {
                ended(rest, 4, "-->")?
            } else if rest.starts_with("<?") {
                ended(rest, 2, "?>")?
            } else {
                let end = start + tag(rest, limits)? - 1;
                return Ok(format!("{}/>", text[..end].trim_end_matches('/')));
            };
    }
    Err(XmlError::Malformed { line: 0, column: 0 })
}

// What `check` finds malformed lacks an end, which was looked for as far as the text goes.
pub(super) fn at_the_end(error: XmlError, text: &str) -> XmlError {
    match error {
        XmlError::Malformed { line: 0, .. } => {
            let last = text.rsplit('\n').next().unwrap_or_default();
            let line = text.matches('\n').count() + 1;
            XmlError::Malformed { line, column: last.chars().count() + 1 }
        }
        error => error,
    }
}

// Where a document is not well-formed, in words.
pub(super) fn place(line: usize, column: usize) -> String {
    match line {
        // Found at the end alone.
        0 => ": an element is not closed, so it may be cut off".to_owned(),
        _ => format!(" (line {line}, column {column})"),
    }
}

fn ended(rest: &str, from: usize, end: &str) -> Result<usize, XmlError> {
    let found = rest[from..].find(end).ok_or(XmlError::Malformed { line: 0, column: 0 })?;
    Ok(from + found + end.len())
}

// A namespace is written out anew wherever it is used, so a long one multiplies.
const LONGEST_NAMESPACE: usize = 512;

// The length of the tag `rest` starts with, quotes respected.
fn tag(rest: &str, limits: &Limits) -> Result<usize, XmlError> {
    let too_large = |what: String| Err(XmlError::TooLarge(what));
    let (mut at, mut attributes, mut longest) = (1, 0usize, limits.value);
    while let Some(byte) = rest.as_bytes().get(at) {
        match byte {
            // Values are most of a tag: from one quote to the next at once.
            b'"' | b'\'' => {
                let from = at + 1;
                let length = rest[from..].find(char::from(*byte));
                let length = length.ok_or(XmlError::Malformed { line: 0, column: 0 })?;
                if length >= longest {
                    return too_large(format!("{longest} bytes in one attribute"));
                }
                at = from + length;
            }
            b'=' => {
                attributes += 1;
                if attributes > limits.attributes {
                    return too_large(format!("{} attributes on one element", limits.attributes));
                }
                let name = rest[..at].trim_end_matches(is_space).rsplit(is_space).next();
                let namespace = name.is_some_and(|name| name.starts_with("xmlns"));
                longest = if namespace { LONGEST_NAMESPACE } else { limits.value };
            }
            b'>' => return Ok(at + 1),
            _ => {}
        }
        at += 1;
    }
    Err(XmlError::Malformed { line: 0, column: 0 })
}
