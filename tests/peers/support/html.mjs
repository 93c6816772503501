// Just enough HTML to find and fill in forms the way a person without JavaScript does.
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function decode(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name] ?? whole;
  });
}

function attributes(tag) {
  const found = {};
  for (const [, name, , double, single, bare] of tag.matchAll(/([\w:-]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)) {
    found[name.toLowerCase()] ??= decode(double ?? single ?? bare ?? '');
  }
  return found;
}

function field([, tag, rest]) {
  const at = attributes(rest);
  const type = (at.type ?? (tag.toLowerCase() === 'button' ? 'submit' : 'text')).toLowerCase();
  return { ...at, type, value: at.value ?? '' };
}

/** Every form of a page: where it goes, how, its fields in order. */
export function forms(html, address) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag, inside]) => {
    const at = attributes(tag);
    const fields = [...inside.matchAll(/<(input|button)\b([^>]*)>/gi)].map(field);
    return {
      action: new URL(at.action || address, address).href,
      method: (at.method ?? 'get').toUpperCase(),
      fields,
      has: (type) => fields.some((each) => each.type === type),
      typed: fields.filter((each) => !['hidden', 'submit', 'checkbox', 'button'].includes(each.type)),
    };
  });
}

/** What is sent when `form` is submitted with `values` typed into it. */
export function filled(form, values = {}) {
  const sent = new URLSearchParams();
  const submit = form.fields.find((each) => each.type === 'submit' && each.name);
  for (const each of form.fields) {
    if (!each.name || each.type === 'button') continue;
    if (each.type === 'submit' && each !== submit) continue;
    if (each.type === 'checkbox' && !('checked' in each)) continue;
    sent.append(each.name, values[each.name] ?? each.value);
  }
  for (const name of Object.keys(values)) if (!sent.has(name)) sent.append(name, values[name]);
  return sent;
}

export const text = (html) => decode(html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
