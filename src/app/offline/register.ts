// Starts the service worker once the page has settled, tells when a newer build is ready, and changes to it on request: the work is saved, the
// new worker takes over, the page is loaded once more. `?reset` in the address removes worker and kept files, and nothing of the visitor's own.
import { useSession } from '../state/session.ts'
import { trustedWorkerUrl } from '../trusted.ts'

const SCRIPT = './service-worker.js'

/** Whether the address asked for a reset; the page then loads again without it. */
export async function resetIfAsked(): Promise<boolean> {
  const url = new URL(location.href)
  if (!url.searchParams.has('reset')) return false
  if ('serviceWorker' in navigator) for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister()
  if ('caches' in globalThis) for (const name of await caches.keys()) await caches.delete(name)
  url.searchParams.delete('reset')
  location.replace(url)
  return true
}

export async function startOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  try {
    const registration = await navigator.serviceWorker.register(trustedWorkerUrl(SCRIPT))
    const tell = () => {
      // A first worker has no page to take over: nothing is new.
      if (registration.waiting && navigator.serviceWorker.controller) useSession.getState().set({ newBuild: true })
    }
    tell()
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', tell))
  } catch {
    // A browser that forbids workers or storage: the page works as before, with a network.
  }
}

/** Saves, lets the new build take over and loads the page again, once. */
export async function changeToNewBuild(save: () => Promise<void>): Promise<void> {
  await save()
  const registration = await navigator.serviceWorker.getRegistration()
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  registration?.waiting?.postMessage('take over')
}
