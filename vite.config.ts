import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { configDefaults, defineConfig } from 'vitest/config'
import { firstAnswer, firstLook } from './scripts/first-look.mjs'
import { lessons } from './scripts/lessons.mjs'
import { offline } from './scripts/offline.ts'
import { oneFile } from './scripts/one-file.ts'
import { monacoChunk, slimMonaco } from './scripts/slim-monaco.ts'

// Monaco writes style elements and attributes, so styles stay open; everything else is closed. See docs/security.md.
const CSP = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const contentSecurityPolicy = (): Plugin => ({
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: (html) => html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${CSP}" />`),
})

const pagePlugins = () => [react(), lessons(), firstAnswer()]

export default defineConfig({
  base: './',
  plugins: [...pagePlugins(), slimMonaco(), contentSecurityPolicy(), firstLook(pagePlugins), offline(), oneFile()],
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 5000,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // The helper of dynamic imports goes with what is loaded first, or the shell would wait for the editor.
            { name: 'react', test: /vite\/preload-helper|node_modules\/(react|react-dom|scheduler)\//, priority: 1 },
            { name: monacoChunk },
            // What the page starts with stays together: it compresses better so than in a piece for each thing that shares some of it.
            { name: 'page', tags: ['$initial'], test: /(?<!main\.tsx|index\.html)$/ },
          ],
        },
      },
    },
  },
  worker: {
    format: 'es',
    plugins: () => [lessons()],
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'engine', tags: ['$initial'] }] },
        chunkFileNames: (chunk) =>
          chunk.facadeModuleId?.includes('virtual:lesson/') ? 'assets/lesson-[name]-[hash].js' : 'assets/[name]-[hash].js',
      },
    },
  },
  test: { exclude: [...configDefaults.exclude, 'e2e/**'], environment: 'node', testTimeout: 60_000 },
})
