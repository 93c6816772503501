// The people every identity provider of the tests knows: anybody, by name, and like this unless
// an administrator there has said otherwise.
const title = (name) => name[0].toUpperCase() + name.slice(1);

export const PASSWORD = 'correct horse battery staple';

let otherwise = {};

/** By name, what somebody has instead; all that was said before is forgotten. */
export function assign(people) {
  otherwise = people;
}

export function person(name) {
  return {
    name,
    email: `${name}@example.com`,
    given: title(name),
    family: 'Example',
    full: `${title(name)} Example`,
    groups: ['staff', 'engineers'],
    assigned: true,
    ...otherwise[name],
  };
}
