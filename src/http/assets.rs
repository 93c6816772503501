//! The few static files of the pages, embedded. Their addresses carry a digest of their
//! content, so that a browser may keep them for ever and still sees a new version at once.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::model::secret::Digest;

/// One embedded file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    digest: String,
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        use std::fmt::Write as _;
        let digest =
            Digest::of(bytes).as_bytes().iter().take(8).fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _written = write!(text, "{byte:02x}");
                text
            });
        Self { name, content_type, bytes, digest }
    }
}

/// The style sheet of the pages, with the colours they share with the console.
static PAGES_CSS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let pages = include_bytes!("../../web/pages/pages.css");
    [&include_bytes!("../../web/tokens.css")[..], pages].concat()
});

static ASSETS: LazyLock<[Asset; 5]> = LazyLock::new(|| {
    [
        Asset::new("pages.css", "text/css; charset=utf-8", &PAGES_CSS),
        Asset::new(
            "trace.css",
            "text/css; charset=utf-8",
            include_bytes!("../../web/pages/trace.css"),
        ),
        Asset::new(
            "post.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../web/pages/post.js"),
        ),
        Asset::new(
            "token.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../web/pages/token.js"),
        ),
        Asset::new(
            "passkey.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../web/pages/passkey.js"),
        ),
    ]
});

/// The address of `name` below `base`, with the digest of its content.
pub(super) fn href(base: &str, name: &str) -> String {
    let digest = ASSETS.iter().find(|a| a.name == name).map_or("", |a| a.digest.as_str());
    format!("{base}/assets/{name}?v={digest}")
}

/// `GET /assets/{name}`.
pub(super) async fn serve(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let Some(asset) = ASSETS.iter().find(|a| a.name == name.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let tag = format!("\"{}\"", asset.digest);
    // An address with another digest was made by another version of ours: answer, but
    // do not let it be kept under that address.
    let caching = if request.query_string().strip_prefix("v=") == Some(&asset.digest) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = request.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let mut answer =
        if known == Some(&tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, caching)).insert_header((ETAG, tag.clone()));
    if known == Some(&tag) {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, asset.content_type)).body(asset.bytes)
}
