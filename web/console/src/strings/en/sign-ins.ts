// Sign-ins: the list, and the trace of one of them.
import { count } from './plural';

export const title = 'Sign-ins';
export const lead = 'Who tried to sign in, and whether it worked.';
export const empty = 'Nobody has signed in yet. Tests of connections appear here, too.';
export const nothing = 'No sign-in fits these filters.';
export const further =
  'None of the newest 5,000 fits. Go on with Next, or narrow the search with From and Until.';
export const search = 'Search by reference';
export const csv = 'Download this page as CSV';
export const unknown = 'not known';
export const test = 'test';
/** Goes on behind how long ago it was, for whoever hears the link alone. */
export const whose = (person: string, when: string, reference: string): string =>
  `(sign-in of ${person || 'somebody not known'}, ${when}, ${reference})`;

export const columns = {
  time: 'Began',
  person: 'Person',
  organization: 'Organization',
  connection: 'Connection',
  app: 'App',
  outcome: 'Outcome',
  cause: 'Cause',
  reference: 'Reference',
};

export const outcomes: Record<string, string> = {
  choosing: 'Choosing a way in',
  awaiting: 'Waiting for the provider',
  verified: 'Confirmed by the provider, not finished',
  admitted: 'Got in',
  tested: 'Test passed',
  refused: 'Refused',
};

export const filters = {
  title: 'Filters',
  set: (n: number) => `${n} set`,
  any: 'Any',
  organization: 'Organization',
  organizationHint: 'Choose one to choose among its connections and people.',
  connection: 'Connection',
  app: 'App',
  person: 'Person',
  personHint: 'Type how the name or address begins.',
  outcome: 'Outcome',
  code: 'Reason code',
  codeHint: 'As shown in the list; type a part of one to choose from those there are.',
  test: 'Tests',
  tests: { any: 'With tests', without: 'Without tests', only: 'Only tests' },
  from: 'From',
  until: 'Until',
  apply: 'Show sign-ins',
  clear: 'Clear filters',
  pending: 'not applied yet',
  pendingSay: 'Not applied yet: press “Show sign-ins”.',
};

export const trace = {
  title: (reference: string) => `Sign-in ${reference}`,
  summary: 'What happened',
  code: 'Reason code',
  began: 'Began',
  happened: 'What the person read',
  acts: 'Who can mend it',
  who: {
    visitor: 'the person, by trying again',
    it: 'the administrator of the identity provider',
    app_owner: 'whoever runs the app',
    operator: 'whoever runs Doorward',
  } as Record<string, string>,
  compare: {
    title: 'Compared with the last one that worked',
    explain: 'The newest sign-in before this one through the same connection that got in:',
    count: (n: number, all: number) =>
      n === 0
        ? `None of ${count(all, 'check', 'checks')} differs.`
        : `${n} of ${count(all, 'check', 'checks')} ${n === 1 ? 'differs' : 'differ'}.`,
    all: 'Show the checks that are alike, too',
    check: 'Check',
    here: 'This one',
    then: 'The one that worked',
    absent: 'not checked',
    differs: {
      verdict: 'another outcome',
      value: 'another value',
      missing: 'only in one of them',
      own: 'different in every sign-in',
      masked: 'masked, not compared',
    },
  },
  report: 'Copy report',
  reported: 'The report was copied. Personal values are masked in it.',
  reportFailed: 'The browser did not allow it.',
  sequence: 'Step by step',
  sequencePicture: (n: number, failed: number) =>
    `Sequence of this sign-in: ${count(n, 'step', 'steps')}${failed ? `, failed at step ${failed}` : ''}. The list says the same.`,
  lanes: { browser: 'Browser', app: 'App', doorward: 'Doorward', provider: 'Provider' } as Record<
    string,
    string
  >,
  stations: {
    begun: 'asks to sign in',
    stray: 'stray answer',
    sent: 'sends on',
    answered: 'answer',
    metadata: 'fetches keys',
    token: 'code for tokens',
    userinfo: 'asks for claims',
    returned: 'comes back',
    admitted: 'lets in',
    tested: 'test passed',
    refused: 'refuses',
    redeemed: 'fetches tokens',
  } as Record<string, string>,
  failedHere: 'failed here',
  later: (text: string) => `${text} later`,
  took: (text: string) => `took ${text}`,
  way: (from: string, to: string) => `${from} to ${to}`,
  checks: 'Checks',
  noChecks: 'Nothing was checked: it did not get that far.',
  verdicts: { passed: 'Passed', failed: 'Failed', warned: 'Warning' } as Record<string, string>,
  expected: 'Expected',
  received: 'Received',
  difference: 'Difference',
  meaning: (code: string) => `What ${code} means`,
  nothing: 'nothing',
  fix: {
    title: 'Repair it here',
    orHere: 'Or accept here what the provider sends now',
    explain: 'The change goes into the draft of the connection: test it there, then make it live.',
    before: 'Now',
    after: 'Then',
    none: 'nothing',
    value: 'Which one',
    confirm: 'I compared this fingerprint with the one the provider shows',
    confirmMissing: 'Compare the fingerprint first, then tick this.',
    button: 'Put it into the draft',
    done: 'The change is in the draft of the connection. Test it, then make it live.',
    open: 'Open the connection',
  },
  advice: (name: string) => `What to change at ${name}`,
  ruler: {
    title: 'When the answer is valid',
    picture: (holds: boolean) =>
      `Time window of the answer: the moment of judging is ${holds ? 'inside' : 'outside'}. The list says the same.`,
    made: { saml: 'IssueInstant', oidc: 'iat' },
    from: { saml: 'NotBefore', oidc: 'nbf' },
    until: { saml: 'NotOnOrAfter', oidc: 'exp' },
    now: 'Judged',
    inside: 'Inside the window',
    tolerated: 'Inside only because clocks may differ a little',
    outside: 'Outside the window',
    tolerance: (text: string) => `Clocks may differ by ${text}. Long stretches are shortened.`,
    skew: (text: string, ahead: boolean) =>
      `The provider’s clock is ${text} ${ahead ? 'ahead of' : 'behind'} ours.`,
    before: (text: string) => `${text} before`,
    after: (text: string) => `${text} after`,
  },
  data: {
    title: 'What the provider said',
    masked: 'Values are masked.',
    reveal: 'Show personal values',
    revealNote: 'That you looked is noted in the audit trail.',
    revealed: 'Personal values are shown. It was noted in the audit trail.',
    cut: 'Some values were cut or left out.',
    name: 'Attribute or claim',
    values: 'Values',
    fields: {
      subject: 'Lasting identity',
      email: 'E-mail address',
      given_name: 'First name',
      family_name: 'Last name',
      name: 'Full name',
      groups: 'Groups',
    } as Record<string, string>,
    field: 'Field here',
    why: 'Taken from, and why',
    message: 'The message itself',
  },
  replay: {
    title: 'Judge it again',
    explain: 'The message was kept whole. Nobody is signed in by it, and it is noted in the audit trail.',
    until: 'Kept until',
    with: 'Judge with',
    options: { draft: 'The draft of the connection', live: 'What is live' },
    button: 'Judge again',
    passes: 'It passes now',
    refused: 'It is still refused',
  },
};

export const spans = {
  ms: (n: number) => `${n} ms`,
  s: (n: string) => `${n} s`,
  min: (n: string) => `${n} min`,
  h: (n: string) => `${n} h`,
  d: (n: string) => `${n} d`,
};
