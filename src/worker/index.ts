// The face of the worker for the page: message types and the client. The worker's own entry is `worker.ts`.

export type { LinkFault, LinkResult } from '../engine/index.ts'
export { type Client, createClient, StaleError } from './client.ts'
export type { Method, Methods, Port, RequestMessage, ToPage, ToWorker } from './messages.ts'
