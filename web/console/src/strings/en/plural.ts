const rules = new Intl.PluralRules('en');

/** `3 apps`, `1 app`. */
export function count(n: number, one: string, other: string): string {
  return `${n.toLocaleString('en')} ${rules.select(n) === 'one' ? one : other}`;
}
