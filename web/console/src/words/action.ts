import { t } from '../strings';

const words: Partial<Record<string, string>> = t.actionWords;

/** What an entry of the audit trail says was done, in words; nothing of an action without any. */
export const actionWords = (action: string): string | undefined => words[action];
