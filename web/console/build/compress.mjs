// What the server sends is compressed here, once, as well as it can be, and never per request.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);

/** @returns {import('vite').Plugin} */
export function compress() {
  let folder = '';
  return {
    name: 'doorward-compress',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    // The folder itself stays, with the file that keeps it in git.
    async buildStart() {
      await rm(path.join(folder, 'assets'), { recursive: true, force: true });
      await rm(path.join(folder, 'index.html'), { force: true });
    },
    async closeBundle() {
      const assets = path.join(folder, 'assets');
      for (const name of await readdir(assets)) {
        if (/\.(br|gz|png|woff2)$/.test(name)) continue;
        const bytes = await readFile(path.join(assets, name));
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        };
        await writeFile(path.join(assets, `${name}.br`), await toBrotli(bytes, { params }));
        await writeFile(path.join(assets, `${name}.gz`), await toGzip(bytes, { level: 9 }));
      }
    },
  };
}
