//! Characters that eyes do not see, made visible.

/// The text with every invisible character, and every space at its ends, written as its code
/// point: `\u{200b}`. Everything else, a backslash too, stays as it is.
pub fn escape(text: &str) -> String {
    let middle = text.trim_matches(' ');
    let ends = text.len() - text.trim_start_matches(' ').len();
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let at_an_end = c == ' ' && (at < ends || at >= ends + middle.len());
        if at_an_end || is_invisible(c) {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// One character for a sentence: itself when it is a visible one of ASCII, else its name where
/// people know it, and its code point. Letters of other scripts are never shown themselves:
/// many look like another.
pub fn character(c: char) -> String {
    let point = format!("U+{:04X}", u32::from(c));
    match name(c) {
        Some(name) => format!("{name} ({point})"),
        None if c.is_ascii_graphic() => c.to_string(),
        None => point,
    }
}

const fn name(c: char) -> Option<&'static str> {
    Some(match c {
        ' ' => "space",
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
        '\0' => "null character",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{2060}' => "word joiner",
        '\u{feff}' => "byte order mark",
        _ => return None,
    })
}

/// Whether a character leaves no ink, the ordinary space apart: controls, other spaces, marks
/// of direction and of joining, fillers, selectors and tags.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}' | '\u{2800}' | '\u{3000}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character at an end of a text goes unseen there.
pub const fn is_unseen_at_ends(c: char) -> bool {
    c == ' ' || is_invisible(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_no_ink_is_written_out() {
        for (text, shown) in [
            ("", ""),
            ("https://a.test/x", "https://a.test/x"),
            ("two words", "two words"),
            ("end ", "end\\u{20}"),
            (" start", "\\u{20}start"),
            ("  ", "\\u{20}\\u{20}"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("\u{feff}a\r\n", "\\u{feff}a\\u{d}\\u{a}"),
            ("a\u{a0}b\u{ad}c\td", "a\\u{a0}b\\u{ad}c\\u{9}d"),
            ("\u{202e}gpj", "\\u{202e}gpj"),
            ("\u{e0041}", "\\u{e0041}"),
            ("ACME\\ann", "ACME\\ann"),
            ("Jürgen", "Jürgen"),
        ] {
            assert_eq!(escape(text), shown, "{text:?}");
        }
    }
}
