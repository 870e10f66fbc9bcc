// Puts the service worker beside the built page, with the list of the build's files and a name that changes with any byte of them.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const root = join(import.meta.dirname, '..')

export const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      // Who comes back sees own work, so the pages of a first visit are not kept.
      const built = Object.values(bundle).filter((file) => file.fileName !== 'index.html' && !/^\.vite\/|\/first-/.test(file.fileName))
      const hash = createHash('sha256')
      for (const file of Object.values(bundle)) hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source)
      const files = ['./', ...built.map((file) => `./${file.fileName}`), ...readdirSync(join(root, 'public')).map((name) => `./${name}`)]
      const source = readFileSync(join(root, 'src/app/offline/service-worker.js'), 'utf8')
      this.emitFile({
        type: 'asset',
        fileName: 'service-worker.js',
        source: source.replace('BUILD_ID', hash.digest('hex').slice(0, 12)).replace('BUILD_FILES', JSON.stringify(files)),
      })
    },
  },
})
