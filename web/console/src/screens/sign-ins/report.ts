// A sign-in as text, for a ticket or a letter; personal values are masked in it.
import type { Schemas } from '../../api/client';

export function report(item: Schemas['AttemptItem']): string {
  const lines = [
    `Sign-in ${item.reference}, begun ${item.created_at}`,
    `Outcome: ${item.outcome}${item.code ? ` (${item.code})` : ''}`,
  ];
  if (item.remedy) lines.push(item.remedy.happened);
  if (item.checks.length > 0) lines.push('', 'Checks');
  for (const check of item.checks) {
    lines.push(`- ${check.verdict}: ${check.name}`);
    if (check.verdict === 'passed') continue;
    lines.push(`  accepted: ${check.expected}`, `  received: ${check.received}`);
    if (check.difference) lines.push(`  difference: ${check.difference.sentence}`);
  }
  lines.push('', 'Steps');
  for (const [index, step] of item.timeline.entries()) {
    lines.push(`${index + 1}. +${step.after_ms} ms ${step.from} to ${step.to}: ${step.sentence}`);
  }
  return `${lines.join('\n')}\n`;
}
