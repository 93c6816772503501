//! The XML reader: bounded, namespace-aware, UTF-8 only, without document types.
//!
//! Every bound is checked on the text before a tree is built, because the parser's own work
//! on one element grows with the square of its attributes.

mod bounds;

use std::borrow::Cow;

pub use bounds::{Limits, root_alone};
use uppsala::{Document, NodeId, NodeKind, Parser};

/// Why a document was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// More bytes, tags or attributes than allowed.
    #[error("more than {0}")]
    TooLarge(String),
    /// Nested deeper than allowed.
    #[error("nested deeper than {0} elements")]
    TooDeep(usize),
    /// Another encoding than UTF-8, by name.
    #[error("encoding {0} instead of UTF-8")]
    Encoding(String),
    /// A document type.
    #[error("a document type (<!DOCTYPE>)")]
    Doctype,
    /// A processing instruction.
    #[error("a processing instruction")]
    Instruction,
    /// A comment or an element where only text may stand.
    #[error("something other than text inside {0}")]
    NotText(String),
    /// An element that may stand once only.
    #[error("more than one {0}")]
    Repeated(String),
    /// Not well-formed.
    #[error("not well-formed XML{}", bounds::place(*line, *column))]
    Malformed {
        /// Where, counted from 1; 0 when unknown.
        line: usize,
        /// Where, counted from 1; 0 when unknown.
        column: usize,
    },
}

/// A document that was read.
#[derive(Debug)]
pub struct Xml<'a> {
    doc: Document<'a>,
    root: NodeId,
    // Walked once: several checks look at every element.
    elements: Vec<NodeId>,
}

/// One element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Node<'x> {
    doc: &'x Document<'x>,
    id: NodeId,
}

/// Bytes as text: a UTF-8 byte order mark is dropped, other encodings are refused by name.
///
/// # Errors
/// `Encoding`.
pub fn utf8(bytes: &[u8]) -> Result<&str, XmlError> {
    let named = |name: &str| Err(XmlError::Encoding(name.to_owned()));
    match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => return named("UTF-16LE"),
        [0xfe, 0xff, ..] | [0, b'<', ..] => return named("UTF-16BE"),
        [0, 0, ..] => return named("UTF-32"),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding("unknown".to_owned()))
}

/// Reads a document.
///
/// # Errors
/// When it is not well-formed, costs more than `limits`, has a document type, or declares
/// another encoding than UTF-8.
pub fn read<'a>(text: &'a str, limits: &Limits) -> Result<Xml<'a>, XmlError> {
    bounds::check(text, limits).map_err(|error| bounds::at_the_end(error, text))?;
    let depth = u32::try_from(limits.depth).unwrap_or(u32::MAX).saturating_add(1);
    let parser = Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_entity_expansion(0)
        .with_max_depth(depth);
    let doc = parser.parse(text).map_err(|error| malformed(&error))?;
    if doc.doctype.is_some() {
        return Err(XmlError::Doctype);
    }
    let declared = doc.xml_declaration.as_ref().and_then(|d| d.encoding.as_deref());
    if let Some(name) = declared.filter(|name| !name.eq_ignore_ascii_case("UTF-8")) {
        return Err(XmlError::Encoding(name.chars().take(40).collect()));
    }
    let root = doc.document_element().ok_or(XmlError::Malformed { line: 0, column: 0 })?;
    let below = doc.descendants(root).into_iter().filter(|id| doc.element(*id).is_some());
    let elements = std::iter::once(root).chain(below).collect();
    Ok(Xml { doc, root, elements })
}

// The parser's own words may quote the document, so only the place is kept.
fn malformed(error: &uppsala::XmlError) -> XmlError {
    let (line, column) = match error {
        uppsala::XmlError::WellFormedness(e) => (e.line, e.column),
        uppsala::XmlError::Namespace(e) => (e.line, e.column),
        uppsala::XmlError::Parse(e) => (e.line, e.column),
        _ => (0, 0),
    };
    XmlError::Malformed { line, column }
}

impl<'a> Xml<'a> {
    /// The document's element.
    pub fn root(&'a self) -> Node<'a> {
        Node { doc: &self.doc, id: self.root }
    }

    /// Every element, in document order.
    pub fn elements(&'a self) -> impl Iterator<Item = Node<'a>> {
        self.elements.iter().map(|id| Node { doc: &self.doc, id: *id })
    }

    /// Whether a comment stands next to text, or inside an element of `namespace`.
    pub fn comment_in_text(&'a self, namespace: &str) -> bool {
        self.elements().any(|element| {
            let kinds =
                || element.doc.children_iter(element.id).map(|id| element.doc.node_kind(id));
            let comment = kinds().any(|k| matches!(k, Some(NodeKind::Comment(_))));
            let text = kinds().any(|k| match k {
                Some(NodeKind::Text(t)) => !t.chars().all(is_space),
                Some(NodeKind::CData(_)) => true,
                _ => false,
            });
            comment && (text || element.namespace() == Some(namespace))
        })
    }

    pub(in crate::wire) const fn document(&self) -> &Document<'a> {
        &self.doc
    }
}

/// White space as XML knows it.
pub const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

impl<'x> Node<'x> {
    /// Whether the element has this name in this namespace.
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.doc.element(self.id).is_some_and(|e| e.name.matches(Some(namespace), local))
    }

    /// The namespace of the element's name.
    pub fn namespace(self) -> Option<&'x str> {
        self.doc.element(self.id)?.name.namespace_uri.as_deref()
    }

    /// The element's name without prefix.
    pub fn local(self) -> &'x str {
        self.doc.element(self.id).map_or("", |e| &e.name.local_name)
    }

    /// The child elements in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.doc
            .children_iter(self.id)
            .filter(move |id| self.doc.element(*id).is_some())
            .map(move |id| Self { doc: self.doc, id })
    }

    /// The element itself and all below it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let below = self.doc.descendants(self.id).into_iter();
        std::iter::once(self.id)
            .chain(below.filter(move |id| *id != self.id))
            .filter(move |id| self.doc.element(*id).is_some())
            .map(move |id| Self { doc: self.doc, id })
    }

    /// The child elements of this name.
    pub fn all<'n>(self, namespace: &'n str, local: &'n str) -> impl Iterator<Item = Self> + 'n
    where
        'x: 'n,
    {
        self.children().filter(move |child| child.is(namespace, local))
    }

    /// The only child element of this name.
    ///
    /// # Errors
    /// `Repeated` when there are several.
    pub fn only(self, namespace: &str, local: &str) -> Result<Option<Self>, XmlError> {
        let mut found = self.all(namespace, local);
        let first = found.next();
        match found.next() {
            Some(_) => Err(XmlError::Repeated(local.to_owned())),
            None => Ok(first),
        }
    }

    /// The value of an attribute that is in no namespace.
    pub fn attribute(self, local: &str) -> Option<&'x str> {
        let element = self.doc.element(self.id)?;
        let found = element.attributes.iter().find(|a| a.name.matches(None, local))?;
        Some(&found.value)
    }

    /// The values of every attribute that could be taken for an identifier.
    pub fn identifiers(self) -> impl Iterator<Item = &'x str> {
        let attributes = self.doc.element(self.id).map_or(&[][..], |e| e.attributes.as_slice());
        attributes
            .iter()
            .filter(|a| {
                let name = &*a.name.local_name;
                name.eq_ignore_ascii_case("id") || name == "AssertionID"
            })
            .map(|a| &*a.value)
    }

    /// The text of an element that holds nothing but text, whole and unchanged.
    ///
    /// # Errors
    /// `NotText` when anything else stands in it, a comment included.
    pub fn text(self) -> Result<Cow<'x, str>, XmlError> {
        let mut whole: Option<Cow<'x, str>> = None;
        for child in self.doc.children_iter(self.id) {
            let part = match self.doc.node_kind(child) {
                Some(NodeKind::Text(text) | NodeKind::CData(text)) => &**text,
                _ => return Err(XmlError::NotText(self.local().to_owned())),
            };
            whole = Some(match whole {
                None => Cow::Borrowed(part),
                Some(before) => Cow::Owned(before.into_owned() + part),
            });
        }
        Ok(whole.unwrap_or(Cow::Borrowed("")))
    }

    /// As [`Self::text`], without white space at either end.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn trimmed(self) -> Result<String, XmlError> {
        Ok(self.text()?.trim_matches(is_space).to_owned())
    }

    /// The text of an element that holds one run of characters and nothing else: no
    /// sections, no second run. Readers that look at the first run only see the same.
    ///
    /// # Errors
    /// `NotText` otherwise.
    pub fn plain(self) -> Result<&'x str, XmlError> {
        let mut children = self.doc.children_iter(self.id);
        let (first, second) = (children.next(), children.next());
        match (first.and_then(|id| self.doc.node_kind(id)), second) {
            (Some(NodeKind::Text(text)), None) => Ok(text),
            _ => Err(XmlError::NotText(self.local().to_owned())),
        }
    }

    /// Whether the element holds no element and no text but white space.
    pub fn is_blank(self) -> bool {
        self.doc.children_iter(self.id).all(|id| match self.doc.node_kind(id) {
            Some(NodeKind::Text(text)) => text.chars().all(is_space),
            Some(NodeKind::Comment(_)) => true,
            _ => false,
        })
    }

    pub(in crate::wire) const fn id(self) -> NodeId {
        self.id
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.doc, other.doc) && self.id == other.id
    }
}

/// Writes `text` so that it can stand between tags or in a double-quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        bytes: 4_096,
        depth: 8,
        markup: 60,
        attributes: 6,
        value: 600,
        instructions: false,
    };

    fn refused(text: &str) -> XmlError {
        read(text, &LIMITS).unwrap_err()
    }

    #[test]
    fn refuses_what_costs_or_hides_too_much() {
        let deep = format!("{}{}", "<a>".repeat(9), "</a>".repeat(9));
        assert_eq!(refused(&deep), XmlError::TooDeep(8));
        let wide = (0..7).map(|i| format!(" a{i}='>'")).collect::<String>();
        assert!(matches!(refused(&format!("<a{wide}/>")), XmlError::TooLarge(_)));
        let desynced = format!("<a><!-- ' --><b{wide}/></a>");
        assert!(matches!(refused(&desynced), XmlError::TooLarge(_)));
        assert!(matches!(refused(&format!("<a>{}</a>", "<b/>".repeat(60))), XmlError::TooLarge(_)));
        assert!(matches!(refused(&format!("<a>{}</a>", "x".repeat(5_000))), XmlError::TooLarge(_)));
        let long = format!("<a b='{}'/>", "x".repeat(700));
        assert!(matches!(refused(&long), XmlError::TooLarge(_)));
        let long = format!("<a b='1' xmlns:b\n=\n'{}'/>", "x".repeat(550));
        assert!(matches!(refused(&long), XmlError::TooLarge(_)));
        assert_eq!(refused("<!DOCTYPE a><a/>"), XmlError::Doctype);
        assert_eq!(refused("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), XmlError::Doctype);
        assert_eq!(refused("<a><?b c?></a>"), XmlError::Instruction);
        assert!(matches!(refused("<a>&b;</a>"), XmlError::Malformed { .. }));
        assert!(matches!(refused("<a><b></a>"), XmlError::Malformed { .. }));
        for cut in ["<a>\n<b", "<a>\n<!-- b", "<a>\n<b c='"] {
            let column = cut.len() - 3;
            assert_eq!(refused(cut), XmlError::Malformed { line: 2, column }, "{cut}");
        }
        assert!(matches!(refused("<x:a/>"), XmlError::Malformed { .. }));
        assert!(matches!(refused("<a/><b/>"), XmlError::Malformed { .. }));
        assert!(matches!(refused(""), XmlError::Malformed { .. }));
        assert!(matches!(refused("<a"), XmlError::Malformed { .. }));
        assert_eq!(
            refused("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"),
            XmlError::Encoding("ISO-8859-1".to_owned())
        );
    }

    #[test]
    fn other_encodings_are_refused_by_name() {
        let utf16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(utf8(&utf16), Err(XmlError::Encoding("UTF-16LE".to_owned())));
        assert_eq!(utf8(b"<a>\xe4</a>"), Err(XmlError::Encoding("unknown".to_owned())));
        assert_eq!(utf8(b"\xef\xbb\xbf<a/>"), Ok("<a/>"));
    }

    #[test]
    fn text_is_read_whole_or_not_at_all() {
        for (text, expected) in [
            ("<a>user@a.test</a>", Some("user@a.test")),
            ("<a>user@a<![CDATA[.test]]></a>", Some("user@a.test")),
            ("<a>user@a&#46;test</a>", Some("user@a.test")),
            ("<a/>", Some("")),
            ("<a>user@a<!-- -->.test</a>", None),
            ("<a>user@a<b/>.test</a>", None),
        ] {
            let xml = read(text, &LIMITS).unwrap();
            assert_eq!(xml.root().text().ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn names_are_namespaces_not_prefixes() {
        let xml = read("<p:a xmlns:p='urn:x' p:id='1' id='2'><a/></p:a>", &LIMITS).unwrap();
        assert!(xml.root().is("urn:x", "a"));
        assert_eq!(xml.root().attribute("id"), Some("2"));
        assert!(xml.root().only("urn:x", "a").unwrap().is_none());
        assert_eq!(xml.root().identifiers().collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn escaped_text_comes_back() {
        let value = "<\"a\" & 'b'>\t\r\n";
        let text = format!("<a b=\"{0}\">{0}</a>", escape(value));
        let xml = read(&text, &LIMITS).unwrap();
        assert_eq!(xml.root().attribute("b"), Some(value));
        assert_eq!(xml.root().text().unwrap(), value);
    }
}
