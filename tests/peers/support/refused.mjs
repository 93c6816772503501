// What every refusal owes: a page with a reference, and behind it a record that says why.
import assert from 'node:assert/strict';

/** `code` is the one the record must have, or a list of those it may have. */
export async function assertRefused(house, page, { code, check }) {
  assert.ok(page.status >= 400, String(page));
  assert.ok(page.url.startsWith(house.url), String(page));
  assert.ok(page.reference, `a reference: ${page}`);
  const attempt = await house.api('GET', `/attempts/${page.reference}`);
  assert.equal(attempt.reference, page.reference);
  assert.equal(attempt.outcome, 'refused');
  assert.ok([code].flat().includes(attempt.code), `${code}: ${JSON.stringify(attempt, null, 1)}`);
  const failed = attempt.checks.filter((each) => each.verdict === 'failed');
  assert.ok(failed.length > 0, JSON.stringify(attempt, null, 1));
  for (const each of failed) assert.ok('expected' in each && 'received' in each);
  if (check) assert.ok(failed.some((each) => check.test(each.name)), JSON.stringify(failed));
  const found = await house.api('GET', `/attempts?reference=${page.reference}`);
  assert.deepEqual(found.items.map((each) => each.id), [attempt.id]);
  return { attempt, failed };
}
