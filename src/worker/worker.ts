// The worker's entry in a browser: serves the page over its own message port.
import { serve } from './host.ts'
import type { ToPage, ToWorker } from './messages.ts'

// A message to oneself yields to waiting messages without the delay that timers have.
const channel = new MessageChannel()
const resumes: (() => void)[] = []
channel.port1.onmessage = () => resumes.shift()?.()

serve(
  {
    post: (message: ToPage) => self.postMessage(message),
    onMessage: (handler) => self.addEventListener('message', (event: MessageEvent<ToWorker>) => handler(event.data)),
  },
  {
    now: () => performance.now(),
    pause: () =>
      new Promise((resolve) => {
        resumes.push(resolve)
        channel.port2.postMessage(0)
      }),
  },
)
