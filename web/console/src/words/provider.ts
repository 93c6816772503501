import { t } from '../strings';

/** Whether a preset stands for every provider of its protocol, and so has no name of its own. */
export const isGeneric = (preset: string): boolean => preset.startsWith('generic-');

/** What a provider is called in sentences, by its preset. */
export const providerName = (preset: string, name: string): string =>
  isGeneric(preset) ? t.theProvider : name;
