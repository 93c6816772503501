/** The path of the public URL: empty, or `/path`. */
export const BASE = document.querySelector<HTMLMetaElement>('meta[name=doorward-base]')?.content ?? '';

/** An address of Doorward outside the console: the sign-in pages, the sign-out form. */
export const at = (path: string): string => `${BASE}${path}`;
