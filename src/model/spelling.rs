//! Which name was meant by one that is misspelt.

/// A name as far from what was written as this is no guess any more.
const FAR: usize = 4;
/// What is longer than this is no misspelt name.
const LONGEST: usize = 100;

/// The known name that is nearest to what was written, when it is near enough to have been
/// meant.
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > LONGEST {
        return None;
    }
    let (far, meant) = known.map(|known| (distance(written, known), known)).min()?;
    // Of a short name, so many changes would leave nothing.
    (far < FAR && 2 * far < meant.chars().count()).then_some(meant)
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut before = line;
        let mut left = line + 1;
        for (other, above) in to.iter().zip(row.iter_mut().skip(1)) {
            let changed = before + usize::from(*other != letter);
            before = *above;
            left = changed.min(*above + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_differ_are_counted() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("listen", "listen", 0),
            ("lisen", "listen", 1),
            ("listenn", "listen", 1),
            ("lisetn", "listen", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn only_what_is_near_was_meant() {
        let known = ["name", "path", "redirect_uris", "metadata_xml"];
        for (written, meant) in [
            ("redirect_uri", Some("redirect_uris")),
            ("metadataxml", Some("metadata_xml")),
            ("nmae", None),
            ("naem_", None),
            ("names", Some("name")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known.into_iter()), meant, "{written}");
        }
        assert_eq!(nearest(&"n".repeat(1 << 20), known.into_iter()), None);
        assert_eq!(nearest("name", std::iter::empty()), None);
    }
}
