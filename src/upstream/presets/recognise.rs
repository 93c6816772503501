//! Which provider an address or entity ID looks like.

use url::Url;

use super::all;
use super::preset::{Pattern, Preset};

/// Longest text and most texts looked at.
const LONGEST: usize = 2_048;
const MOST: usize = 16;

/// The provider that these texts of one connection look like: entity ID, issuer, addresses, or
/// a bare host name. A host of the provider's own outweighs the shape of a path, which anybody
/// may have; where two providers come out alike, it is none. A guess that chooses texts: never
/// trust anything for it.
pub fn recognise(texts: &[&str]) -> Option<&'static Preset> {
    let read: Vec<Read<'_>> = texts.iter().take(MOST).filter_map(|text| Read::of(text)).collect();
    [true, false]
        .into_iter()
        .find_map(|own| {
            let mut found = all().iter().filter(|preset| {
                let patterns = &preset.recognise.patterns;
                patterns.iter().any(|p| p.own() == own && read.iter().any(|text| p.fits(text)))
            });
            Some((found.next()?, found.next().is_none()))
        })
        .and_then(|(preset, alone)| alone.then_some(preset))
}

/// A text, taken apart once.
struct Read<'t> {
    whole: &'t str,
    host: String,
    path: String,
}

impl<'t> Read<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let whole = text.trim();
        if whole.is_empty() || whole.len() > LONGEST {
            return None;
        }
        let web = |url: &Url| matches!(url.scheme(), "http" | "https");
        let bare = || {
            let host = whole.contains('.') && !whole.contains(':');
            host.then(|| Url::parse(&format!("https://{whole}")).ok()).flatten()
        };
        let url = Url::parse(whole).ok().filter(web).or_else(bare);
        let (host, path) = url.map_or_else(Default::default, |url| {
            let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
            (host.to_ascii_lowercase(), url.path().to_ascii_lowercase())
        });
        Some(Self { whole, host, path })
    }
}

impl Pattern {
    /// Whether it names something only this provider has, rather than the shape of a path.
    const fn own(&self) -> bool {
        self.host.is_some() || self.starts.is_some()
    }

    fn fits(&self, text: &Read<'_>) -> bool {
        let holds = |given: &Option<String>, test: &dyn Fn(&str) -> bool| {
            given.as_ref().is_none_or(|given| test(&given.to_ascii_lowercase()))
        };
        let whole = text.whole.to_ascii_lowercase();
        let some = self.own() || self.path.is_some() || self.path_ends.is_some();
        some && holds(&self.host, &|host| below(&text.host, host))
            && holds(&self.path, &|path| text.path.contains(path))
            && holds(&self.path_ends, &|path| text.path.ends_with(path))
            && holds(&self.starts, &|start| whole.starts_with(start))
            && holds(&self.ends, &|end| whole.ends_with(end))
    }
}

/// Whether `host` is `parent` or stands below it.
fn below(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether one pattern alone holds `text`.
#[cfg(test)]
pub(super) fn fits(pattern: &Pattern, text: &str) -> bool {
    Read::of(text).is_some_and(|text| pattern.fits(&text))
}

/// Whether the pattern outweighs the shape of a path.
#[cfg(test)]
pub(super) const fn own(pattern: &Pattern) -> bool {
    pattern.own()
}
