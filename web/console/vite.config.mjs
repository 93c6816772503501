import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { compress } from './build/compress.mjs';

/** A running server for `npm run dev`; its public URL has to be the address of the dev server. */
const SERVER = process.env.DOORWARD_URL ?? 'http://127.0.0.1:8080';

/** In a build the server puts its own path there.
 * @type {import('vite').Plugin} */
const base = {
  name: 'doorward-base',
  apply: 'serve',
  transformIndexHtml: (html) => html.replaceAll('%BASE%', ''),
};

export default defineConfig(({ command }) => ({
  base: command === 'build' ? './' : '/console/',
  plugins: [svelte(), base, compress()],
  build: {
    emptyOutDir: false,
    target: 'es2022',
    // Nothing becomes a data: address, which the content policy would refuse.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  experimental: {
    renderBuiltUrl: (file, { hostType }) =>
      hostType === 'html' ? `%BASE%/console/${file}` : { relative: true },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      ['/api', '/owner', '/login', '/sign-out', '/signed-out', '/assets', '/console/sign-in', '/trace'].map(
        (path) => [path, { target: SERVER, changeOrigin: false }],
      ),
    ),
  },
}));
