// Mail domains: the list, and one of them with the record that proves it.

export const title = 'Mail domains';
export const lead =
  'People who type an address of a proved domain are sent to this organization, and their address counts as verified.';
export const caption = 'Mail domains of this organization';
export const columns = { domain: 'Domain', state: 'State', covers: 'Covers', checked: 'Looked for' };
export const covers = { itself: 'itself', below: 'itself and those below' };
export const empty = 'No domain yet: people cannot be sent here by their address.';

export const add = {
  title: 'Add a domain',
  field: 'Domain',
  hint: 'What follows the @ in your addresses, such as acme.com. Public mail providers cannot be added.',
  button: 'Add domain',
  done: (domain: string) => `${domain} was added; now prove that it is yours`,
};

export const record = {
  title: 'The DNS record',
  prove: 'Publish this record where the DNS of the domain is kept, then look for it. Both may take a while.',
  keep: 'Leave this record where it is: it is looked for every day, and without it the domain is lost.',
  operator:
    'Whoever runs the installation accepted the domain; the record is not needed. With it, the domain is also proved by DNS.',
  name: 'Name, or Host',
  nameHint: (domain: string) => `Many consoles want only what stands before “.${domain}”.`,
  type: 'Type',
  value: 'Value, or Content',
};

export const check = {
  title: 'What was found',
  button: 'Look for the record now',
  never: 'Nobody has looked for the record yet.',
  since: 'In this state since',
  at: 'Last looked',
  where: 'Where',
  texts: 'Other texts found there',
  outcomes: {
    found: 'The record is there',
    absent: 'There is no such record',
    different: 'Something else is there',
    alias: 'The name is an alias',
    timed_out: 'No answer in time',
    server_failed: 'The DNS server failed',
    unclear: 'The answer was not clear',
    unreachable: 'No DNS server could be reached',
  } as Record<string, string>,
  proved: (domain: string) => `${domain} is proved`,
  notYet: (outcome: string) => `${outcome}: see below`,
};

export const below = {
  title: 'Domains below it',
  no: (domain: string) =>
    `Only addresses that end in @${domain} count. A domain below it that another organization has proved is never covered.`,
  yes: (domain: string) =>
    `Addresses such as ann@sales.${domain} count, too, except at a domain that another organization has proved.`,
  cover: 'Cover domains below it',
  uncover: 'Cover only the domain itself',
  done: (domain: string, all: boolean) =>
    all ? `${domain} covers the domains below it` : `${domain} covers only itself`,
};

export const accept = {
  title: 'Accept without DNS',
  explain:
    'You run this installation: you can decide that the domain is theirs. Do so only when you know it from elsewhere, as every address at it counts as verified from then on.',
  button: 'Accept domain',
  ask: (domain: string) => `Accept ${domain} without proof?`,
  done: (domain: string) => `${domain} is accepted`,
};

export const remove = {
  title: 'Remove domain',
  explain:
    'Nobody is sent here because of it any more, and addresses at it no longer count as verified. To get it back, it has to be proved again, with another record.',
  button: 'Remove domain',
  ask: (domain: string) => `Remove ${domain}?`,
  done: (domain: string) => `${domain} was removed`,
};
