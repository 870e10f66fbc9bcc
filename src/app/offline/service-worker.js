// Keeps one whole build on the machine: after the first visit every file comes from here, so the page opens without a network and no file of
// another build can get between. A new build is fetched beside the old one and takes over when the page asks for it or all tabs are closed.
// The build replaces the two names in capitals (scripts/offline.ts).
const NAME = 'beeyard-BUILD_ID'
const FILES = BUILD_FILES

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(NAME).then((cache) =>
      // Files with a hash in their name never change; the page itself must be the newest.
      cache.addAll(FILES.map((path) => new Request(path, { cache: path === './' ? 'reload' : 'default' }))),
    ),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('beeyard-') && name !== NAME) await caches.delete(name)
      await self.clients.claim()
    })(),
  )
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return
  const isPage = request.mode === 'navigate'
  event.respondWith(
    caches
      .open(NAME)
      .then((cache) => cache.match(isPage ? './' : request, { ignoreSearch: isPage, ignoreVary: true }))
      .then((kept) => kept ?? fetch(request)),
  )
})
