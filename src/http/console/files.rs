//! The files of the console as its build left them: each with what the build compressed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use actix_web::web::Bytes;
use rust_embed::Embed;

use crate::model::secret::Digest;

/// In a release part of the binary; a debug build reads them from the folder, once.
#[derive(Embed)]
#[folder = "web/console/dist"]
#[allow_missing = true]
struct Dist;

static EMBEDDED: LazyLock<Arc<Console>> = LazyLock::new(|| {
    let found = Dist::iter().filter_map(|name| {
        let bytes = match Dist::get(&name)?.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some((name.into_owned(), bytes))
    });
    Arc::new(Console::of(found))
});

/// The page, and the name that is replaced in it by the path of the public URL.
const PAGE: &str = "index.html";
const BASE: &str = "%BASE%";

/// Where the files with a digest in their name are.
const ASSETS: &str = "assets/";

/// What the console is made of.
#[derive(Debug, Default)]
pub struct Console {
    page: Option<String>,
    assets: BTreeMap<String, File>,
}

/// One file.
#[derive(Debug)]
pub(super) struct File {
    content_type: &'static str,
    digest: String,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

/// The page for one public URL.
pub(super) struct Page {
    pub(super) html: String,
    pub(super) tag: String,
}

impl Console {
    /// What this binary was built with; empty when the console was not built.
    pub fn embedded() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// From files by their names: the page, and what lies in `assets/`. `name.br` and `name.gz`
    /// hold `name` compressed; nothing else is served.
    pub fn of(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut all: BTreeMap<String, Bytes> = files.into_iter().collect();
        let page = all.remove(PAGE).and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let names: Vec<String> = all.keys().filter(|name| is_asset(name)).cloned().collect();
        let mut assets = BTreeMap::new();
        for name in names {
            let brotli = all.remove(&format!("{name}.br"));
            let gzip = all.remove(&format!("{name}.gz"));
            if let (Some(content_type), Some(plain)) = (content_type(&name), all.remove(&name)) {
                let digest = digest(&plain);
                assets.insert(name, File { content_type, digest, plain, brotli, gzip });
            }
        }
        Self { page, assets }
    }

    /// The file at exactly this name.
    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.assets.get(name)
    }

    /// The page, its addresses below `base`; `None` when the console was not built.
    pub(super) fn page(&self, base: &str) -> Option<Page> {
        // A path of a URL holds no quote and no angle bracket (RFC 3986).
        let html = self.page.as_ref()?.replace(BASE, &base.replace('&', "&amp;"));
        let tag = format!("\"{}\"", digest(html.as_bytes()));
        Some(Page { html, tag })
    }
}

impl File {
    pub(super) const fn content_type(&self) -> &'static str {
        self.content_type
    }

    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// The form that suits `accepted`, the value of `Accept-Encoding`, best, and its coding.
    pub(super) fn variant(&self, accepted: &str) -> (Option<&'static str>, Bytes) {
        let (br, gz) = (quality(accepted, "br"), quality(accepted, "gzip"));
        match (&self.brotli, &self.gzip) {
            (Some(bytes), gzip) if br > 0 && (br >= gz || gzip.is_none()) => {
                (Some("br"), bytes.clone())
            }
            (_, Some(bytes)) if gz > 0 => (Some("gzip"), bytes.clone()),
            _ => (None, self.plain.clone()),
        }
    }
}

/// How welcome `coding` is, in thousandths (RFC 9110 section 12.5.3).
fn quality(accepted: &str, coding: &str) -> u16 {
    let find = |wanted: &str| {
        accepted.split(',').find_map(|each| {
            let mut parts = each.split(';').map(str::trim);
            if !parts.next()?.eq_ignore_ascii_case(wanted) {
                return None;
            }
            let given = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
            Some(given.map_or(1_000, thousandths))
        })
    };
    find(coding).or_else(|| find("*")).unwrap_or(0)
}

/// A weight of three digits at most; nothing for what is none.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let sound = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    match whole {
        "1" if sound => 1_000,
        "0" if sound => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

fn is_asset(name: &str) -> bool {
    name.starts_with(ASSETS) && !name.ends_with(".br") && !name.ends_with(".gz")
}

fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

fn digest(bytes: &[u8]) -> String {
    Digest::of(bytes).as_bytes().iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_welcome_form_is_taken() {
        let file = |brotli: bool, gzip: bool| File {
            content_type: "text/css",
            digest: String::new(),
            plain: Bytes::from_static(b"plain"),
            brotli: brotli.then(|| Bytes::from_static(b"br")),
            gzip: gzip.then(|| Bytes::from_static(b"gzip")),
        };
        for (accepted, brotli, gzip, expected) in [
            ("gzip, deflate, br, zstd", true, true, Some("br")),
            ("gzip, deflate, br", false, true, Some("gzip")),
            ("gzip;q=1.0, br;q=0.9", true, true, Some("gzip")),
            ("gzip;q=0.1, BR ; q=0.2", true, true, Some("br")),
            ("br;q=0, gzip;q=0", true, true, None),
            ("br;q=0, *", true, true, Some("gzip")),
            ("*;q=0.5", true, true, Some("br")),
            ("identity", true, true, None),
            ("", true, true, None),
            ("br;q=2, gzip;q=x", true, true, None),
            ("br;q=0.0001", true, true, None),
            ("br, gzip", false, false, None),
            ("br", false, true, None),
            ("xbr, gzipp", true, true, None),
        ] {
            assert_eq!(file(brotli, gzip).variant(accepted).0, expected, "{accepted}");
        }
    }

    #[test]
    fn only_the_page_and_known_kinds_of_files_are_kept() {
        let console = Console::of(
            ["index.html", ".gitignore", "assets/a.js", "assets/a.js.br", "assets/a.map", "b.js"]
                .map(|name| (name.to_owned(), Bytes::from_static(b"%BASE%/console/"))),
        );
        assert_eq!(console.page("/a&b").unwrap().html, "/a&amp;b/console/");
        assert_ne!(console.page("/a").unwrap().tag, console.page("").unwrap().tag);
        assert!(console.file("assets/a.js").unwrap().brotli.is_some());
        for name in
            [".gitignore", "index.html", "assets/a.js.br", "assets/a.map", "b.js", "assets/"]
        {
            assert!(console.file(name).is_none(), "{name}");
        }
        assert!(Console::default().page("").is_none());
    }
}
