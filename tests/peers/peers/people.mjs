// The people every identity provider of the tests knows: anybody, by name.
const title = (name) => name[0].toUpperCase() + name.slice(1);

export const PASSWORD = 'correct horse battery staple';

export function person(name) {
  return {
    name,
    email: `${name}@example.com`,
    given: title(name),
    family: 'Example',
    full: `${title(name)} Example`,
    groups: ['staff', 'engineers'],
  };
}
