// Captures: pcap and pcapng files as packets. In: the bytes of a file. Out: packets of Ethernet links, and diagnostics with byte positions.
// What a file says is not believed: lengths are checked against the bytes that are there, and counts and sizes have limits. A fault ends
// reading where the rest has lost its footing; what was read before is kept. References: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
import { type Capture, CaptureSink } from './capture-sink.ts'
import { readPcap } from './pcap.ts'
import { readPcapng } from './pcapng.ts'

/** Reads a pcap (either byte order, micro- or nanoseconds) or pcapng file. Never throws. */
export function readCapture(bytes: Uint8Array): Capture {
  const sink = new CaptureSink()
  if (!readPcap(bytes, sink) && !readPcapng(bytes, sink)) sink.fault('capture.magic', 'error')
  return sink.done()
}
