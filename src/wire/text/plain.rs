//! Pasted text without what mail, word processors, code and forms put around and into it.

/// Text as it was meant: escapes undone, dashes and quotes made plain, invisible characters
/// gone. What can stand in base64, PEM, hex or XML stays as it is. Never longer than it was.
pub fn plain(text: &str) -> String {
    let text = if is_percent_encoded(text) { percent_decoded(text) } else { text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => rest = escaped(rest, &mut out),
            '&' => rest = referred(rest, &mut out),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => {
                out.push('-');
            }
            '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => out.push('"'),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\0' => {}
            '\n' => out.push('\n'),
            c if c.is_whitespace() && c != '\t' && c != '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// After a backslash: as written in the strings of programs, however often it was escaped.
fn escaped<'t>(rest: &'t str, out: &mut String) -> &'t str {
    let rest = rest.trim_start_matches('\\');
    let mut chars = rest.chars();
    match chars.next() {
        Some('n' | 'r' | 't') => out.push('\n'),
        Some('u') => {
            let code = rest.get(1..5).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let Some(c) = code.and_then(char::from_u32) else { return rest };
            out.push(c);
            return rest.get(5..).unwrap_or_default();
        }
        _ => return rest,
    }
    chars.as_str()
}

/// After an ampersand: a line end or a character of base64 by its number.
fn referred<'t>(rest: &'t str, out: &mut String) -> &'t str {
    let number = rest.get(..rest.len().min(8)).and_then(|near| near.split_once(';'));
    let code = number.and_then(|(number, _)| {
        let number = number.strip_prefix('#')?;
        match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        }
    });
    let c = code.and_then(char::from_u32);
    match (c, number) {
        (Some(c @ ('\n' | '\r' | '\t' | ' ' | '+' | '/' | '=' | '-')), Some((number, _))) => {
            out.push(c);
            rest.get(number.len() + 1..).unwrap_or_default()
        }
        _ => {
            out.push('&');
            rest
        }
    }
}

/// Whether line ends or characters of base64 stand percent-encoded in it.
fn is_percent_encoded(text: &str) -> bool {
    let has = |code: &str| {
        text.as_bytes().windows(3).any(|window| window.eq_ignore_ascii_case(code.as_bytes()))
    };
    !text.contains("://") && ["%0a", "%0d", "%2b", "%2f", "%3d", "%20"].into_iter().any(has)
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%');
        let code = code.and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(code) => {
                out.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_programs_and_forms_add_is_taken_away() {
        for (text, expected) in [
            ("a\\nb", "a\nb"),
            ("a\\\\r\\\\nb", "a\n\nb"),
            ("a\\/b\\u003d\\u00zz", "a/b=u00zz"),
            ("a&#13;b&#xA;c&amp;d&#65;&", "a\rb\nc&amp;d&#65;&"),
            ("a%0Ab%2Bc%zz", "a\nb+c%zz"),
            ("https://a.test/%2F", "https://a.test/%2F"),
            ("\u{2014}\u{2013}BEGIN\u{a0}X\u{200b}\u{feff}", "--BEGIN X"),
            ("\u{201c}a\u{201d}", "\"a\""),
            ("\\", ""),
            ("&#\u{fc}\u{fc}\u{fc};", "&#\u{fc}\u{fc}\u{fc};"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
