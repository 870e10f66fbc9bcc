// Where the readers of capture files put what they find: packets within limits, and faults. Owned by one call of readCapture().
import type { DiagCode, Diagnostic, Severity } from '../diag/index.ts'

export interface CapturedPacket {
  /** Nanoseconds since the first packet of the capture (negative for one with an earlier time stamp). */
  readonly atNs: number
  /** The bytes as captured: a copy. */
  readonly data: Uint8Array
  /** Length on the wire; more than `data.length` where the capture kept only the beginning. */
  readonly originalLength: number
  readonly linkType: number
}

export interface Capture {
  readonly packets: readonly CapturedPacket[]
  readonly diagnostics: readonly Diagnostic[]
}

export const LINKTYPE_ETHERNET = 1
/** More than this in one packet is no packet (tcpdump's own limit). */
export const MAX_PACKET_BYTES = 262_144
const MAX_PACKETS = 100_000
const MAX_TOTAL_BYTES = 64 << 20

/** Gathers packets and faults for the two readers; owned by one call of readCapture(). */
export class CaptureSink {
  readonly packets: CapturedPacket[] = []
  readonly diagnostics: Diagnostic[] = []
  private total = 0
  private cutShort = 0
  private firstNs: bigint | undefined
  private readonly otherLinks = new Set<number>()

  /** Takes a packet; false once there is no room for more. `timeNs` counts from any fixed moment. */
  take(timeNs: bigint, data: Uint8Array, originalLength: number, linkType: number): boolean {
    if (linkType !== LINKTYPE_ETHERNET) {
      if (!this.otherLinks.has(linkType)) this.fault('capture.linkType', 'warning', String(linkType))
      this.otherLinks.add(linkType)
      return true
    }
    if (this.packets.length >= MAX_PACKETS || this.total + data.length > MAX_TOTAL_BYTES) {
      this.fault('capture.tooMany', 'warning', String(this.packets.length))
      return false
    }
    this.firstNs ??= timeNs
    this.total += data.length
    if (originalLength > data.length) this.cutShort++
    const atNs = Number(BigInt.asIntN(64, timeNs - this.firstNs))
    this.packets.push({ atNs, data: data.slice(), originalLength: Math.max(originalLength, data.length), linkType })
    return true
  }

  fault(code: DiagCode, severity: Severity, ...params: readonly string[]): void {
    this.diagnostics.push({ code, severity, params, labels: [], fixes: [] })
  }

  done(): Capture {
    if (this.cutShort > 0) this.fault('capture.snapped', 'note', String(this.cutShort))
    return { packets: this.packets, diagnostics: this.diagnostics }
  }
}
