// Signature wrapping, the eight shapes of Somorovsky et al. ("On Breaking SAML", USENIX Security
// 2012): the signed element stays in the message, whole, and another one takes its place. Made
// with string cuts only, so that nothing here shares an idea of XML with what is under test.
import assert from 'node:assert/strict';

/** The first element with this local name, as it stands in the text. */
export function cut(xml, local) {
  const found = xml.match(new RegExp(`<((?:[\\w.-]+:)?${local})[\\s>]`));
  assert.ok(found, `a ${local} in ${xml}`);
  const end = `</${found[1]}>`;
  const to = xml.indexOf(end, found.index);
  assert.ok(to > 0, `an end of ${local}`);
  return xml.slice(found.index, to + end.length);
}

const prefixOf = (element, local) => element.match(new RegExp(`^<((?:[\\w.-]+:)?)${local}`))[1];
/** Every identifier another one, so that none stands twice. */
const renamed = (element) => element.replace(/(\sID=")([^"]+)"/g, '$1$2-another"');
const once = (text, from, to) => {
  assert.ok(text.includes(from), from);
  return text.replace(from, () => to);
};
const atEnd = (element, more) => element.replace(/<\/[^<>]+>\s*$/, (end) => more + end);

/** The shapes that fit a message whose `part` is signed. In the part that takes its place the person is
 *  another one, `to` instead of `from`; identifiers stand twice only when they are to be `kept`. */
export function shapes(message, { part, from, to, kept = false }) {
  const declaration = message.match(/^<\?xml[^>]*\?>\s*/)?.[0] ?? '';
  const xml = message.slice(declaration.length).trim();
  const signature = cut(xml, 'Signature');
  const evil = (element) => (kept ? element : renamed(element)).replaceAll(from, to);
  const inSignature = (more) => once(signature, signature.match(/<\/[^<>]+>$/)[0], more + signature.match(/<\/[^<>]+>$/)[0]);
  const ds = prefixOf(signature, 'Signature');
  const object = (more) => `<${ds}Object>${more}</${ds}Object>`;
  const made = {};
  if (part === 'Response') {
    const bare = once(xml, signature, '');
    const issuer = cut(bare, 'Issuer');
    const behindIssuer = (more) => once(evil(bare), issuer, issuer + more);
    made.XSW1 = behindIssuer(inSignature(bare));
    made.XSW2 = behindIssuer(bare + signature);
  } else {
    const original = cut(xml, 'Assertion');
    const bare = once(original, signature, '');
    const forged = evil(bare);
    const issuer = cut(bare, 'Issuer');
    const bearing = (mark) => once(forged, issuer, issuer + mark);
    const samlp = prefixOf(xml, 'Response');
    const extensions = `<${samlp}Extensions>${forged}</${samlp}Extensions>`;
    made.XSW3 = once(xml, original, forged + original);
    made.XSW4 = once(xml, original, atEnd(forged, original));
    made.XSW5 = once(xml, original, bearing(signature) + bare);
    made.XSW6 = once(xml, original, bearing(inSignature(bare)));
    made.XSW7 = once(xml, original, extensions + original);
    made.XSW8 = once(xml, original, bearing(inSignature(object(bare))));
  }
  return Object.fromEntries(Object.entries(made).map(([name, text]) => [name, declaration + text]));
}
