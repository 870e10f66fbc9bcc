// Which message of Linux is which kind of rejection, as a table that is tried from top to bottom: the first pattern that is found in the
// message wins. Parameters are strings for the texts of src/diag/messages.rejection.ts; {0} is the register by name where there is one.
import type { RejectionCode } from '../../diag/index.ts'

/** What a rule may ask about the place of the rejection. */
export interface Place {
  /** "R1", or "R1 (`ip`)" where a C variable lives in it. */
  who(reg: number): string
  /** What the verifier believed of the register, as the log prints it; '' where nothing is known. */
  believed(reg: number): string
  /** Whether the instruction is a call. */
  readonly isCall: boolean
  /** The call at which the register stopped being a packet pointer; -1 where none did. */
  forgottenAt(reg: number): number
  /** The last call before the place on its path; -1 where there is none. */
  readonly lastCall: number
  readonly insn: number
  /** In a global function, which is verified alone. */
  readonly inGlobal: boolean
  /** The register's highest offset; '' where unknown. */
  maxOffset(reg: number): string
  /** Another packet pointer was compared with the packet's end on the way. */
  readonly comparedOther: boolean
}

export interface Rule {
  readonly code: RejectionCode
  readonly pattern: RegExp
  /** Parameters from the groups of the pattern; undefined where the rule does not apply after all. */
  readonly params: (groups: readonly string[], place: Place) => readonly string[] | undefined
}

const none = (): readonly string[] => []
const register = ([r]: readonly string[], place: Place): readonly string[] => [place.who(Number(r))]
const sum = (...numbers: readonly string[]): string => String(numbers.reduce((all, n) => all + Number(n), 0))
const PACKET = /invalid access to packet, off=(-?\d+) size=(\d+), R(\d+)\(id=(\d+),off=-?\d+,r=(\d+)\)/

export const RULES: readonly Rule[] = [
  // Packets
  {
    code: 'packetVariable',
    pattern: PACKET,
    params: ([, , r, id, range], place) => {
      const most = place.maxOffset(Number(r))
      return id !== '0' && range === '0' && Number(most) > 65535 ? [place.who(Number(r)), most] : undefined
    },
  },
  {
    code: 'packetHelper',
    pattern: PACKET,
    params: ([off, size, r, , range], place) => (place.isCall ? [place.who(Number(r)), range, sum(off, size)] : undefined),
  },
  {
    code: 'packetOther',
    pattern: PACKET,
    params: ([, , r, id, range], place) => (id !== '0' && range === '0' && place.comparedOther ? [place.who(Number(r))] : undefined),
  },
  {
    code: 'packetUnchecked',
    pattern: PACKET,
    params: ([off, size, r, , range], place) => (range === '0' ? [place.who(Number(r)), sum(off, size)] : undefined),
  },
  { code: 'packetShort', pattern: PACKET, params: ([off, size, r, , range], place) => [place.who(Number(r)), range, sum(off, size)] },
  { code: 'packetHelperRefused', pattern: /helper access to the packet is not allowed/, params: none },
  { code: 'packetWrite', pattern: /cannot write into packet|does not allow writes to packet data/, params: none },
  { code: 'packetEnd', pattern: /pointer arithmetic on pkt_end prohibited/, params: none },
  { code: 'pointerCompare', pattern: /R\d+ pointer comparison prohibited/, params: none },

  // What may be NULL
  {
    code: 'globalArgument',
    pattern: /R(\d+) invalid mem access '(\w+_or_null_?)'/,
    params: ([r], place) => (place.inGlobal ? [place.who(Number(r))] : undefined),
  },
  { code: 'maybeNull', pattern: /R(\d+) invalid mem access '(\w+_or_null_?)'/, params: ([r, kind], place) => [place.who(Number(r)), kind] },
  { code: 'maybeNull', pattern: /R(\d+) type=(\w+_or_null_?) expected=/, params: ([r, kind], place) => [place.who(Number(r)), kind] },
  {
    code: 'maybeNull',
    pattern: /R(\d+) pointer arithmetic on (\w+_or_null_?) prohibited/,
    params: ([r, kind], p) => [p.who(Number(r)), kind],
  },
  {
    code: 'maybeNull',
    pattern: /Possibly NULL pointer passed to (?:trusted|helper) arg(\d+)/,
    params: ([a], p) => [p.who(Number(a) + 1), 'NULL'],
  },

  // Pointers that are none
  {
    code: 'packetForgotten',
    pattern: /R(\d+) (?:invalid mem access 'scalar'|type=scalar expected=\S*fp)/,
    params: ([r], place) => {
      const at = place.forgottenAt(Number(r))
      return at >= 0 ? [place.who(Number(r)), String(at)] : undefined
    },
  },
  {
    code: 'nullBase',
    pattern: /R(\d+) invalid mem access 'scalar'/,
    params: ([r], place) =>
      /^-?(?:0x)?[\da-f]+$/.test(place.believed(Number(r))) ? [place.who(Number(r)), place.believed(Number(r))] : undefined,
  },
  {
    code: 'notAPointer',
    pattern: /R(\d+) invalid mem access '(scalar)'/,
    params: ([r, kind], p) => [p.who(Number(r)), p.believed(Number(r)) || kind],
  },
  { code: 'noDereference', pattern: /R(\d+) invalid mem access '(\w+)'/, params: ([r, kind], p) => [p.who(Number(r)), kind] },
  { code: 'otherMemory', pattern: /access (user|percpu) memory: off=/, params: ([kind]) => [kind] },
  {
    code: 'bitwise',
    pattern: /R(\d+) bitwise operator (\S+) on pointer prohibited/,
    params: ([r, op], place) => [place.who(Number(r)), op],
  },
  {
    code: 'pointerOperator',
    pattern: /R(\d+) pointer arithmetic with (\S+) operator prohibited/,
    params: ([r, op], place) => [place.who(Number(r)), op],
  },
  { code: 'pointer32', pattern: /R(\d+) 32-bit pointer arithmetic prohibited/, params: register },
  { code: 'pointerSum', pattern: /R\d+ (?:pointer [+-]= pointer prohibited|tried to subtract pointer from scalar)/, params: none },
  {
    code: 'pointerArithmetic',
    pattern: /R(\d+) pointer arithmetic on (\S+) prohibited/,
    params: ([r, kind], p) => [p.who(Number(r)), kind],
  },
  { code: 'unboundedMin', pattern: /math between (\w+) pointer and register with unbounded min value/, params: ([kind]) => ['', kind] },
  { code: 'valueOutOfBounds', pattern: /value (-?\d+) makes (\w+) pointer be out of bounds/, params: ([n, kind]) => ['', n, kind] },
  { code: 'valueOutOfBounds', pattern: /math between (\w+) pointer and (-?\d+) is not allowed/, params: ([kind, n]) => ['', n, kind] },
  { code: 'spillSize', pattern: /invalid size of register (?:spill|fill)|corrupted spill memory/, params: none },
  { code: 'beyondStruct', pattern: /access beyond struct (\w+) at off (\d+) size (\d+)/, params: ([name, off, size]) => [name, off, size] },
  { code: 'samePlace', pattern: /same insn cannot be used with different pointers/, params: none },
  { code: 'modifiedContext', pattern: /dereference of modified ctx ptr R\d+ off=(-?\d+) disallowed/, params: ([off]) => ['', off] },
  { code: 'modifiedContext', pattern: /variable ctx access var_off=(\S+; \S+) disallowed/, params: ([off]) => ['', off] },
  { code: 'leak', pattern: /leaks addr/, params: none },

  // Sizes and bounds
  {
    code: 'mapBelow',
    pattern: /invalid access to map (?:value|key), \w+_size=(\d+) off=(-\d+) size=\d+/,
    params: ([size, off]) => ['', off, size],
  },
  {
    code: 'mapBeyond',
    pattern: /invalid access to map (?:value|key), \w+_size=(\d+) off=(\d+) size=(\d+)/,
    params: ([size, off, width]) => ['', sum(off, width), size],
  },
  {
    code: 'memoryBeyond',
    pattern: /invalid access to memory, mem_size=(\d+) off=(-?\d+) size=(\d+)/,
    params: ([size, off, width]) => ['', sum(off, width), size],
  },
  { code: 'negativeIndex', pattern: /R(\d+) min value is negative, either use unsigned index/, params: register },
  { code: 'negativeSize', pattern: /R(\d+) min value is negative, either use unsigned or/, params: register },
  { code: 'unboundedSize', pattern: /R(\d+) unbounded memory access, use 'var/, params: register },
  { code: 'unboundedAccess', pattern: /R(\d+) unbounded memory access/, params: register },
  {
    code: 'zeroSize',
    pattern: /R(\d+) invalid zero-sized read: u64=(\[\d+,\d+\])/,
    params: ([r, range], place) => [place.who(Number(r)), range],
  },
  { code: 'stackVariable', pattern: /invalid (?:unbounded variable-offset|variable-offset) (?:read|write|indirect)/, params: none },
  { code: 'needsConstant', pattern: /R(\d+)(?: is not a known constant| must be a known constant)/, params: register },

  // Registers and arguments
  { code: 'unreadReturn', pattern: /R0 !read_ok/, params: none },
  {
    code: 'unreadAfterCall',
    pattern: /R([1-5]) !read_ok/,
    params: ([r], place) => (place.lastCall >= 0 ? [place.who(Number(r)), String(place.lastCall)] : undefined),
  },
  { code: 'unreadArgument', pattern: /R([2-5]) !read_ok/, params: ([r], place) => (place.insn <= 16 ? [place.who(Number(r))] : undefined) },
  { code: 'unread', pattern: /R(\d+) !read_ok/, params: register },
  {
    code: 'needsMap',
    pattern: /R(\d+) type=(\w+) expected=map_ptr/,
    params: ([r, kind], place) => [place.who(Number(r)), kind],
  },
  { code: 'contextAsBuffer', pattern: /R(\d+) type=ctx expected=fp/, params: register },
  { code: 'needsAddress', pattern: /R(\d+) type=scalar expected=fp/, params: register },
  {
    code: 'needsMapValue',
    pattern: /R(\d+) type=(\w+) expected=map_value(?:, ptr_)?$/m,
    params: ([r, kind], p) => [p.who(Number(r)), kind],
  },
  { code: 'kptr', pattern: /invalid kptr access/, params: none },
  {
    code: 'kernelPointer',
    pattern: /R(\d+) type=(\w+) expected=(?:ptr_|.*trusted_ptr_)/,
    params: ([r, kind], p) => [p.who(Number(r)), kind],
  },
  { code: 'wrongType', pattern: /R(\d+) type=(\w+) expected=(.+)/, params: ([r, kind, wanted], p) => [p.who(Number(r)), kind, wanted] },
  { code: 'contextAccess', pattern: /invalid bpf_context access off=(-?\d+) size=(\d+)/, params: ([off, size]) => ['', off, size] },
  {
    code: 'returnRange',
    pattern:
      /(?:At program exit|At callback return|At async callback return) the register R\d+ has (.+) should have been in (\[-?\d+, -?\d+\])/,
    params: ([value, range]) => ['', value, range],
  },
  {
    code: 'returnRange',
    pattern: /the register R\d+ has unknown scalar value should have been in (\[-?\d+, -?\d+\])/,
    params: ([range]) => ['', '?', range],
  },
  { code: 'helperNotAllowed', pattern: /program of this type cannot use helper (\w+)#\d+/, params: ([name]) => ['', name] },
  { code: 'helperNotAllowed', pattern: /unknown func (\w+)#\d+/, params: ([name]) => ['', name] },
  { code: 'unknownHelper', pattern: /invalid func unknown#(-?\d+)/, params: ([id]) => ['', id] },
  { code: 'gpl', pattern: /cannot call GPL-restricted function|must have a GPL compatible license/, params: none },
  { code: 'mapKind', pattern: /cannot pass map_type (\d+) into func (\w+)#\d+/, params: ([type, name]) => ['', type, name] },
  { code: 'globalCaller', pattern: /Caller passes invalid args into func#\d+ \('(\w+)'\)/, params: ([name]) => ['', name] },
  { code: 'readOnly', pattern: /R(\d+) cannot write into (\w+)/, params: ([r, kind], place) => [place.who(Number(r)), kind] },
  { code: 'mapForbidden', pattern: /(?:write into|read from) map forbidden/, params: none },

  // Stack
  { code: 'stackUnset', pattern: /invalid (?:indirect )?read from stack/, params: none },
  {
    code: 'stackBounds',
    pattern: /invalid (?:write to|read from|indirect access to) stack R\d+ off=(-?\d+) size=(\d+)/,
    params: ([off, size]) => ['', off, size],
  },
  { code: 'stackBounds', pattern: /invalid stack (?:type R\d+ )?off=(-?\d+) size=(\d+)/, params: ([off, size]) => ['', off, size] },
  { code: 'stackSum', pattern: /combined stack size of (\d+) calls is (\d+)/, params: ([calls, bytes]) => ['', calls, bytes] },
  { code: 'stackSum', pattern: /stack size of subprog \d+ is (\d+)\. Too large/, params: ([bytes]) => ['', '1', bytes] },
  { code: 'misaligned', pattern: /misaligned .*access off .*size (\d+)/, params: ([size]) => ['', size] },
  { code: 'framePointer', pattern: /frame pointer is read only/, params: none },

  // References, locks, special objects
  { code: 'notAcquired', pattern: /expects refcounted|unacquired reference|has not been acquired|must be referenced when/, params: none },
  { code: 'reference', pattern: /Unreleased reference id=(\d+) alloc_insn=(\d+)/, params: ([id, at]) => ['', id, at] },
  { code: 'lockHeld', pattern: /while holding a lock|inside bpf_spin_lock-ed region|function calls are not allowed while/, params: none },
  { code: 'lockNeeded', pattern: /must be held for (\w+)/, params: ([kind]) => [kind] },
  {
    code: 'lockOrder',
    pattern: /unlock (?:without taking a lock|of different lock|cannot be out of order)|same lock again|Locking two/,
    params: none,
  },
  { code: 'fieldProgType', pattern: /progs cannot use (\S+?)s? yet/, params: ([kind]) => [kind] },
  {
    code: 'fieldAccess',
    pattern: /direct access to|cannot be accessed directly|has to be at (?:a |the )?constant offset/,
    params: none,
  },
  {
    code: 'fieldMissing',
    pattern: /(?:has no valid |doesn't point to 'struct |has to have BTF in order to use )(\w+)/,
    params: ([kind]) => [kind],
  },
  { code: 'fieldMissing', pattern: /(bpf_(?:list|rb)_\w+) not found at offset/, params: ([kind]) => [kind] },
  { code: 'constString', pattern: /does not point to a readonly map/, params: none },
  { code: 'exceptionCallback', pattern: /exception callback tags/, params: none },
  {
    code: 'kfuncArgument',
    pattern: /kernel function \w+ args#\d+ expected pointer|bpf_percpu_obj_new type size|valid iter pointer as arg/,
    params: none,
  },
  { code: 'dynptr', pattern: /dynptr/i, params: none },
  { code: 'iterator', pattern: /(?:un)?initialized iter_\w+|unreleased iter|invalid iter/, params: none },
  { code: 'sleepableMaps', pattern: /Sleepable programs can only use/, params: none },
  { code: 'sleepable', pattern: /sleepable|might sleep/, params: none },

  // Control flow and limits
  { code: 'infiniteLoop', pattern: /infinite loop detected at insn (\d+)/, params: ([at]) => ['', at] },
  { code: 'backEdge', pattern: /back-edge from insn (\d+) to (\d+)/, params: ([from, to]) => ['', from, to] },
  { code: 'tooLarge', pattern: /BPF program is too large\. Processed \d+ insn/, params: none },
  { code: 'tooComplex', pattern: /sequence of \d+ jumps is too complex/, params: none },
  { code: 'unreachable', pattern: /unreachable insn (\d+)/, params: ([at]) => ['', at] },
  { code: 'badJump', pattern: /jump out of range from insn (\d+)/, params: ([at]) => ['', at] },
  { code: 'noExit', pattern: /last insn is not an exit or jmp/, params: none },
  { code: 'divideByZero', pattern: /div by zero/, params: none },
  { code: 'callDepth', pattern: /the call stack of (\d+) frames is too deep/, params: ([n]) => ['', n] },
  { code: 'badInstruction', pattern: /unknown opcode|uses reserved fields|invalid bpf_ld_imm64 insn|R\d+ is invalid/, params: none },
  // Rarer features, by their words
  {
    code: 'privilege',
    pattern:
      /CAP_PERFMON|CAP_BPF|CAP_SYS_ADMIN|!root|corrupt spilled pointer|spilled ptr in range|leaking pointer from stack|unsupported alu operation/,
    params: none,
  },
  {
    code: 'internal',
    pattern: /verifier bug|kernel subsystem misconfigured|REG INVARIANTS VIOLATION|propagate_backedges|Buggy compiler/,
    params: none,
  },
  { code: 'arena', pattern: /arena|addr_space_cast/, params: none },
  { code: 'exceptionCallback', pattern: /exception cb/, params: none },
  { code: 'throwPlace', pattern: /bpf_throw/, params: none },
  { code: 'tailCallStack', pattern: /tail_call(?:s are| is) not allowed/, params: none },
  { code: 'packetLoad', pattern: /BPF_LD_\[ABS\|IND\]|BPF_LD_ABS|LD_ABS/, params: none },
  { code: 'irqSection', pattern: /irq|IRQ|preempt/, params: none },
  { code: 'rcu', pattern: /rcu|RCU/, params: none },
  { code: 'lockHeld', pattern: /lock acquisition|-ed region|spin_\{lock,unlock\}/, params: none },
  { code: 'graph', pattern: /bpf_list|bpf_rb|list_head|rb_root|rbtree|held lock and object|graph|node type/, params: none },
  { code: 'kptr', pattern: /kptr/, params: none },
  {
    code: 'fieldAccess',
    pattern: /cannot pass in/,
    params: none,
  },
  { code: 'constString', pattern: /const string|[Ff]ormat string|zero-terminated|snprintf|access on string/, params: none },
  { code: 'callback', pattern: /callback|pointer to func\b|iteration limit/, params: none },
  { code: 'keyWrite', pattern: /write to change key/, params: none },
  { code: 'atomicPlace', pattern: /BPF_ATOMIC|atomic operand|atomic access/, params: none },
  { code: 'partialCopy', pattern: /R(\d+) partial copy of pointer/, params: register },
  { code: 'returnedStack', pattern: /cannot return stack pointer|stack frame of the caller/, params: none },
  {
    code: 'globalSignature',
    pattern: /size cannot be determined|Arg#\d+ type|Unrecognized arg#|> \d+ args|return scalar\. Only/,
    params: none,
  },
  { code: 'btfMissing', pattern: /BTF|kern ctx type id|btf func_info|btf_id|KIND_VAR|func_info/, params: none },
  {
    code: 'attachTarget',
    pattern: /attach_?(?: to|btf_id)|can be sleepable|not a supported struct|device-bound|is not modifiable|Attaching \S+ (?:programs )?to/,
    params: none,
  },
  {
    code: 'structWrite',
    pattern:
      /only read is supported|only read from \w+ is supported|no write support to|write access at off|only access to \w+ is supported/,
    params: none,
  },
  {
    code: 'kfuncRefused',
    pattern:
      /(?:calling kernel function|supported only for|not supported for program type|kernel function call|too many different kernel|kernel func |without fd_array|kernel module function|GPL compatible license|from non-GPL)/,
    params: none,
  },
  {
    code: 'reference',
    pattern: /reference leak/,
    params: () => ['', '?', '?'],
  },
  { code: 'valueOutOfBounds', pattern: /(\w+) pointer offset (-?\d+) is not allowed/, params: ([kind, n]) => ['', n, kind] },
  {
    code: 'pointerArithmetic',
    pattern: /R(\d+) subtraction from (stack) pointer prohibited/,
    params: ([r, kind], p) => [p.who(Number(r)), kind],
  },
  {
    code: 'kfuncArgument',
    pattern:
      /more than one (?:arg|ref)|args?#?\d+ |R\d+ (?:must (?:be|have)|is (?:ptr_|of type|not a const)|has no valid)|memory, len pair|must be (?:a rcu|referenced)|is not supported$|Unsupported reg type|type ID argument|expects? refcounted|point to (?:a|an|map)/m,
    params: none,
  },
  { code: 'notScalar', pattern: /R(\d+) (?:is )?not a (?:scalar|known value)/, params: register },
  { code: 'notScalar', pattern: /register R(\d+) is not a (?:scalar|known) value/, params: register },
  {
    code: 'bufferBounds',
    pattern:
      /invalid variable offset: off=|buffer access|buffer offset|flow keys|negative access|negative offset|R\d+ invalid \w+ access off=|struct nesting|value pointer, |passed into helper function|kernel memory access/,
    params: none,
  },
  {
    code: 'returnRange',
    pattern: /register R(\d+) has( .+?)? should have been in (\[.+\])/,
    params: ([, value = '?', range]) => ['', value, range],
  },
  {
    code: 'readOnly',
    pattern: /R(\d+) may write into|may write into memory pointed by R(\d+)/,
    params: ([a, b], p) => [p.who(Number(a ?? b ?? 0)), '?'],
  },
  {
    code: 'mapSupport',
    pattern: /map_ptr access|direct value (?:access|offset)|map pointer|not pointing to valid bpf_map|sockmap|map_uid|metadata/,
    params: none,
  },
  { code: 'tooMany', pattern: /too many|exceeds|\d+ maps/, params: none },
  {
    code: 'badJump',
    pattern: /jump into the middle|invalid insn idx (\d+)|invalid destination/,
    params: ([at], place) => ['', at ?? String(place.insn)],
  },
  { code: 'callDepth', pattern: /call stack of (\d+) frames/, params: ([n]) => ['', n] },
  {
    code: 'badInstruction',
    pattern: /reserved fields|invalid BPF_\w+|invalid shift|invalid may_goto|bpf_ld_imm64|_trap\(\)|invalid BPF_LD/,
    params: none,
  },
  { code: 'helperNotAllowed', pattern: /helper call is not allowed|cannot update sockmap/, params: () => ['', 'helper'] },
  { code: 'globalSignature', pattern: /only allowed in functions that return|unable to resolve the size/, params: none },
  { code: 'zeroSize', pattern: /invalid zero-sized read/, params: () => ['R?', '0'] },
  { code: 'mapSupport', pattern: /expected prog array map|get_local_storage\(\)/, params: none },
  { code: 'kernelSymbol', pattern: /address for kernel symbol '(\S+)'/, params: ([name]) => [name] },
  { code: 'bufferBounds', pattern: /^func '\S+' /m, params: none },
  { code: 'outside', pattern: /(.+)$/, params: ([text]) => [text] },
]
