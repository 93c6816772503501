// Writes the types of the admin API from its own document. Run before every build and check, and
// kept out of git: so the types are never older than the document.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../openapi.json', import.meta.url);
const types = new URL('../src/api/schema.d.ts', import.meta.url);

const ast = await openapiTS(JSON.parse(await readFile(document, 'utf8')), { alphabetize: true });
const text = `// Made from web/openapi.json by build/api.mjs.\n${astToString(ast)}`;
const before = await readFile(types, 'utf8').catch(() => '');
if (before !== text) await writeFile(types, text);
