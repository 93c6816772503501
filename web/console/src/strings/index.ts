// Every word the console says. Another language is another file like `en.ts`, held to the same
// shape by its type, and chosen here.
import { en } from './en';

export type Strings = typeof en;

export const t: Strings = en;
export const language = 'en';
