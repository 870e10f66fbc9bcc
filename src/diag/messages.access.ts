// Why Linux refused what a program reads, writes and hands on: packets, map values, the stack, the context, arguments. As in messages.rejection.ts.
import type { MessageTable } from './messages.ts'

export const ACCESS_MESSAGES = {
  'reject.packetUnchecked.what': {
    en: '{0} points into the packet, but no comparison with data_end covers the {1} bytes up to the end of this access. A packet can be shorter than that.',
    ko: '{0}은(는) 패킷 안을 가리키지만, 이 접근이 끝나는 {1}바이트까지를 data_end와 비교한 적이 없습니다. 패킷은 그보다 짧을 수 있습니다.',
  },
  'reject.packetUnchecked.fix': {
    en: 'Right before the access, compare the end of what you read: if ((void *)(p + 1) > data_end) return XDP_PASS; and then use the same pointer p.',
    ko: '접근 바로 앞에서 읽을 부분의 끝을 비교하세요: if ((void *)(p + 1) > data_end) return XDP_PASS; 그다음 같은 포인터 p를 쓰세요.',
  },
  'reject.packetShort.what': {
    en: 'Only {1} bytes of the packet are proven to exist here, and this access needs {2}.',
    ko: '여기서 존재가 증명된 패킷은 {1}바이트뿐인데, 이 접근에는 {2}바이트가 필요합니다.',
  },
  'reject.packetShort.fix': {
    en: 'The check is too weak: it must compare the end of the last byte read (pointer + size) with data_end, not the start.',
    ko: '검사가 약합니다. 읽는 마지막 바이트의 끝(포인터 + 크기)을 data_end와 비교해야 합니다. 시작 위치만 비교하면 부족합니다.',
  },
  'reject.packetHelper.what': {
    en: 'The helper would read or write packet bytes up to {2}, but only {1} are proven to exist.',
    ko: '헬퍼가 패킷을 {2}바이트까지 읽거나 쓰려 하지만, 존재가 증명된 것은 {1}바이트뿐입니다.',
  },
  'reject.packetHelper.fix': {
    en: 'Check the whole length that you hand to the helper against data_end first.',
    ko: '헬퍼에 넘기는 길이 전체를 먼저 data_end와 비교하세요.',
  },
  'reject.packetVariable.what': {
    en: '{0} has a variable offset that may reach {1}. Linux keeps no proof for a packet pointer whose offset may pass 65535.',
    ko: '{0}의 가변 오프셋은 {1}까지 될 수 있습니다. Linux는 오프셋이 65535를 넘을 수 있는 패킷 포인터의 증명을 기억하지 않습니다.',
  },
  'reject.packetVariable.fix': {
    en: 'Bound the offset before you add it, for example with & 0x7ff or if (off > 1500) return XDP_PASS; and compare with data_end after adding.',
    ko: '더하기 전에 오프셋의 범위를 제한하세요. 예: & 0x7ff 또는 if (off > 1500) return XDP_PASS; 더한 뒤에 data_end와 비교하세요.',
  },
  'reject.packetForgotten.what': {
    en: '{0} pointed into the packet until the call at instruction {1}. That helper may move the packet, so Linux forgets every packet pointer there.',
    ko: '{0}은(는) 명령어 {1}의 호출 전까지 패킷을 가리켰습니다. 이 헬퍼는 패킷을 옮길 수 있으므로 Linux는 그때 모든 패킷 포인터를 잊습니다.',
  },
  'reject.packetForgotten.fix': {
    en: 'After the call, load data and data_end from the context again and repeat the check.',
    ko: '호출한 뒤에 컨텍스트에서 data와 data_end를 다시 읽고 검사도 다시 하세요.',
  },
  'reject.packetHelperRefused.what': {
    en: 'This helper does not take packet memory in this type of program.',
    ko: '이 프로그램 종류에서는 이 헬퍼에 패킷 메모리를 넘길 수 없습니다.',
  },
  'reject.packetHelperRefused.fix': {
    en: 'Copy the bytes into a variable on the stack and pass its address.',
    ko: '바이트를 스택 변수에 복사한 뒤 그 주소를 넘기세요.',
  },
  'reject.packetWrite.what': {
    en: 'Programs of this type may read the packet, but not write into it.',
    ko: '이 종류의 프로그램은 패킷을 읽을 수는 있지만 쓸 수는 없습니다.',
  },
  'reject.packetWrite.fix': {
    en: 'Use a type that may write (XDP, tc), or a helper such as bpf_skb_store_bytes where it is allowed.',
    ko: '쓸 수 있는 종류(XDP, tc)를 쓰거나, 허용되는 곳에서 bpf_skb_store_bytes 같은 헬퍼를 쓰세요.',
  },
  'reject.packetEnd.what': {
    en: 'Arithmetic on data_end is not allowed: it only marks the end of the packet and can only be compared.',
    ko: 'data_end에는 산술 연산을 할 수 없습니다. 패킷의 끝을 나타낼 뿐이며 비교만 할 수 있습니다.',
  },
  'reject.packetEnd.fix': {
    en: 'Move everything to the other side of the comparison: data + n > data_end instead of data > data_end - n.',
    ko: '계산을 비교의 반대쪽으로 옮기세요: data > data_end - n 대신 data + n > data_end.',
  },
  'reject.valueOutOfBounds.what': {
    en: 'The number {1} is added to a {2} pointer. Linux only follows offsets between -2^29 and 2^29; this one would lead far outside.',
    ko: '{2} 포인터에 {1}을(를) 더합니다. Linux는 -2^29에서 2^29 사이의 오프셋만 추적하며, 이 값은 그 범위를 크게 벗어납니다.',
  },
  'reject.valueOutOfBounds.fix': {
    en: 'Make the offset unsigned and bound it on both sides before adding it.',
    ko: '오프셋을 부호 없는 타입으로 바꾸고, 더하기 전에 위아래 범위를 모두 제한하세요.',
  },
  'reject.unboundedMin.what': {
    en: 'A number that may be negative is added to a {1} pointer; nothing says how small it can get.',
    ko: '음수일 수 있는 수를 {1} 포인터에 더합니다. 얼마나 작아질 수 있는지 알 수 없습니다.',
  },
  'reject.unboundedMin.fix': {
    en: 'Use an unsigned type, or check the lower bound too, right before the addition: if (n < 0 || n > MAX) return 0;',
    ko: '부호 없는 타입을 쓰거나, 더하기 바로 앞에서 아래쪽도 검사하세요: if (n < 0 || n > MAX) return 0;',
  },
  'reject.pointerCompare.what': {
    en: 'This comparison tells something about a kernel address; without CAP_PERFMON that is refused.',
    ko: '이 비교로 커널 주소에 대한 정보를 알 수 있으므로 CAP_PERFMON 없이는 거부됩니다.',
  },
  'reject.pointerCompare.fix': {
    en: 'Load the program with CAP_PERFMON, or compare numbers instead of addresses.',
    ko: 'CAP_PERFMON 권한으로 로드하거나, 주소 대신 숫자를 비교하세요.',
  },
  'reject.notAPointer.what': {
    en: '{0} holds a number here ({1}), and a number cannot be dereferenced. Only memory that Linux knows can be: the context, the stack, map values, checked packet bytes.',
    ko: '여기서 {0}에는 숫자({1})가 들어 있고, 숫자는 역참조할 수 없습니다. 컨텍스트, 스택, 맵 값, 검사한 패킷처럼 Linux가 아는 메모리만 접근할 수 있습니다.',
  },
  'reject.notAPointer.fix': {
    en: 'Start from a pointer that Linux follows. In tracing programs read kernel memory with bpf_probe_read_kernel() or BPF_CORE_READ().',
    ko: 'Linux가 추적하는 포인터에서 시작하세요. 트레이싱 프로그램에서는 bpf_probe_read_kernel()이나 BPF_CORE_READ()로 커널 메모리를 읽으세요.',
  },
  'reject.nullBase.what': {
    en: '{0} is a constant ({1}), not an address: the pointer was never set to point at anything.',
    ko: '{0}은(는) 주소가 아니라 상수({1})입니다. 포인터가 아무것도 가리키도록 설정되지 않았습니다.',
  },
  'reject.nullBase.fix': {
    en: 'Let it point at real storage: a variable on the stack, a map value, or data from the context.',
    ko: '스택 변수, 맵 값, 컨텍스트의 데이터처럼 실제 저장 공간을 가리키게 하세요.',
  },
  'reject.bitwise.what': {
    en: 'The operator {1} works on bits, and {0} is a pointer. Its value would stop being an address that Linux knows.',
    ko: '연산자 {1}은(는) 비트 연산인데 {0}은(는) 포인터입니다. 결과는 더 이상 Linux가 아는 주소가 아닙니다.',
  },
  'reject.bitwise.fix': {
    en: 'Do the bit work on a number (an offset, a length) and add that to the pointer.',
    ko: '비트 연산은 숫자(오프셋, 길이)에 하고, 그 결과를 포인터에 더하세요.',
  },
  'reject.pointerOperator.what': {
    en: 'Only + and - of a number are allowed on a pointer; here {1} is applied to {0}. A cast of a pointer to 32 bits shows up like this.',
    ko: '포인터에는 숫자를 더하거나 빼는 것만 허용됩니다. 여기서는 {0}에 {1}을(를) 적용합니다. 포인터를 32비트로 캐스트해도 이렇게 됩니다.',
  },
  'reject.pointerOperator.fix': {
    en: 'Keep pointers in 64-bit variables (void *, long) and calculate with offsets.',
    ko: '포인터는 64비트 변수(void *, long)에 두고 오프셋으로 계산하세요.',
  },
  'reject.pointer32.what': {
    en: 'A 32-bit operation would cut {0} in half: it holds an address of 64 bits.',
    ko: '{0}에는 64비트 주소가 들어 있어, 32비트 연산을 하면 절반이 잘립니다.',
  },
  'reject.pointer32.fix': {
    en: 'Cast to (long) or __u64, never to int or __u32.',
    ko: 'int나 __u32가 아니라 (long)이나 __u64로 캐스트하세요.',
  },
  'reject.pointerSum.what': {
    en: 'Two pointers are combined here. Their sum or difference is no address, and Linux does not follow it.',
    ko: '두 포인터를 더하거나 뺍니다. 결과는 주소가 아니며 Linux는 이를 추적하지 않습니다.',
  },
  'reject.pointerSum.fix': {
    en: 'Add numbers to pointers only. The length of packet data is data_end - data, both from the context.',
    ko: '포인터에는 숫자만 더하세요. 패킷 길이는 컨텍스트에서 읽은 data_end - data입니다.',
  },
  'reject.pointerArithmetic.what': {
    en: 'A pointer of this kind ({1}) cannot be moved: it has to be used as it is.',
    ko: '이 종류의 포인터({1})는 옮길 수 없고 그대로 써야 합니다.',
  },
  'reject.pointerArithmetic.fix': {
    en: 'Access the fields through the pointer itself, with constant offsets.',
    ko: '포인터 자체에서 상수 오프셋으로 필드에 접근하세요.',
  },
  'reject.spillSize.what': {
    en: 'A pointer is stored to or read from the stack in pieces of less than 8 bytes.',
    ko: '포인터를 8바이트보다 작은 조각으로 스택에 저장하거나 읽습니다.',
  },
  'reject.spillSize.fix': { en: 'Store pointers whole, in an 8-byte variable.', ko: '포인터는 8바이트 변수에 통째로 저장하세요.' },
  'reject.kernelPointer.what': {
    en: '{0} is {1}, but this function needs a pointer to a live kernel object whose type Linux knows.',
    ko: '{0}은(는) {1}인데, 이 함수에는 Linux가 타입을 아는 살아 있는 커널 객체의 포인터가 필요합니다.',
  },
  'reject.kernelPointer.fix': {
    en: 'Pass the object itself, not a copy on the stack or a number: for the current task use bpf_get_current_task_btf().',
    ko: '스택의 복사본이나 숫자가 아니라 객체 자체를 넘기세요. 현재 태스크는 bpf_get_current_task_btf()로 얻습니다.',
  },
  'reject.beyondStruct.what': {
    en: 'The access at offset {1} of {2} bytes lies outside struct {0}.',
    ko: '오프셋 {1}에서 {2}바이트를 읽는 접근이 구조체 {0}의 밖입니다.',
  },
  'reject.beyondStruct.fix': {
    en: 'The pointer was probably cast to a bigger struct: read such fields with BPF_CORE_READ() or bpf_core_cast().',
    ko: '더 큰 구조체로 캐스트했을 가능성이 큽니다. 그런 필드는 BPF_CORE_READ()나 bpf_core_cast()로 읽으세요.',
  },
  'reject.samePlace.what': {
    en: 'One instruction would use pointers of two kinds, depending on the path. Linux rewrites each access for one kind.',
    ko: '한 명령어가 경로에 따라 두 종류의 포인터를 쓰게 됩니다. Linux는 접근마다 한 종류로만 변환합니다.',
  },
  'reject.samePlace.fix': {
    en: 'Keep the two loads apart: one in each branch, or a barrier so that the compiler does not merge them.',
    ko: '분기마다 따로 읽거나, 컴파일러가 합치지 않도록 배리어를 넣어 두 읽기를 나누세요.',
  },
  'reject.modifiedContext.what': {
    en: 'The context pointer was moved by {1} before it was dereferenced; Linux only rewrites fields of the unmoved context.',
    ko: '역참조하기 전에 컨텍스트 포인터를 {1}만큼 옮겼습니다. Linux는 옮기지 않은 컨텍스트의 필드만 변환합니다.',
  },
  'reject.modifiedContext.fix': {
    en: 'Read fields straight from ctx with constant offsets: ctx->field.',
    ko: 'ctx->field처럼 ctx에서 상수 오프셋으로 바로 읽으세요.',
  },
  'reject.leak.what': {
    en: 'A kernel address would become visible outside the program.',
    ko: '커널 주소가 프로그램 밖으로 드러나게 됩니다.',
  },
  'reject.leak.fix': {
    en: 'Return or store numbers, not pointers. With CAP_PERFMON some of this is allowed.',
    ko: '포인터 대신 숫자를 반환하거나 저장하세요. CAP_PERFMON이 있으면 일부는 허용됩니다.',
  },
  'reject.maybeNull.what': {
    en: '{0} may be NULL here ({1}), and the path to this place has not ruled that out.',
    ko: '{0}은(는) 여기서 NULL일 수 있습니다({1}). 이곳에 이르는 경로에서 이를 확인하지 않았습니다.',
  },
  'reject.maybeNull.fix': {
    en: 'Check the result first, and use the variable that you checked: if (!v) return 0;',
    ko: '먼저 결과를 확인하고, 확인한 그 변수를 쓰세요: if (!v) return 0;',
  },
  'reject.globalArgument.what': {
    en: '{0} is an argument of a global function. Linux verifies such a function alone, with any caller, so the pointer may be NULL.',
    ko: '{0}은(는) 전역 함수의 인자입니다. Linux는 전역 함수를 호출자와 상관없이 따로 검증하므로 포인터가 NULL일 수 있습니다.',
  },
  'reject.globalArgument.fix': {
    en: 'Check the argument inside the function, or make the function static.',
    ko: '함수 안에서 인자를 검사하거나 함수를 static으로 만드세요.',
  },
  'reject.mapBelow.what': {
    en: 'The access may start before the map value (lowest offset {1}); the value has {2} bytes.',
    ko: '접근이 맵 값의 앞에서 시작할 수 있습니다(가장 낮은 오프셋 {1}). 값의 크기는 {2}바이트입니다.',
  },
  'reject.mapBelow.fix': {
    en: 'The index can be negative: make it unsigned, or check the lower bound too.',
    ko: '인덱스가 음수일 수 있습니다. 부호 없는 타입으로 바꾸거나 아래쪽 범위도 검사하세요.',
  },
  'reject.mapBeyond.what': {
    en: 'The access may reach byte {1}, but the map value has only {2} bytes.',
    ko: '접근이 {1}바이트까지 갈 수 있는데 맵 값은 {2}바이트뿐입니다.',
  },
  'reject.mapBeyond.fix': {
    en: 'Check the very variable that is used as the index, with < and not <=, right before the access; and see that __type(value, ...) names the struct itself.',
    ko: '인덱스로 쓰는 바로 그 변수를 접근 직전에 <= 가 아니라 < 로 검사하세요. __type(value, ...)에 구조체 자체를 적었는지도 확인하세요.',
  },
  'reject.memoryBeyond.what': {
    en: 'The access may reach byte {1}, but this memory has only {2} bytes.',
    ko: '접근이 {1}바이트까지 갈 수 있는데 이 메모리는 {2}바이트뿐입니다.',
  },
  'reject.memoryBeyond.fix': {
    en: 'Bound the offset or the length by the size of the memory before the access.',
    ko: '접근하기 전에 오프셋이나 길이를 메모리 크기로 제한하세요.',
  },
  'reject.negativeIndex.what': {
    en: '{0} is an offset into memory, and it may be negative.',
    ko: '{0}은(는) 메모리 안의 오프셋인데 음수일 수 있습니다.',
  },
  'reject.negativeIndex.fix': {
    en: 'Make the index unsigned, or check index >= 0 right before the access.',
    ko: '인덱스를 부호 없는 타입으로 바꾸거나, 접근 바로 앞에서 index >= 0을 검사하세요.',
  },
  'reject.negativeSize.what': {
    en: '{0} is a size, and it may be negative (a signed number of which only the upper bound is known).',
    ko: '{0}은(는) 크기인데 음수일 수 있습니다(위쪽 범위만 아는 부호 있는 수).',
  },
  'reject.negativeSize.fix': {
    en: 'Use an unsigned type, or mask it: len &= 0xff.',
    ko: '부호 없는 타입을 쓰거나 마스크하세요: len &= 0xff.',
  },
  'reject.unboundedSize.what': {
    en: '{0} is a size with no upper bound that Linux knows.',
    ko: '{0}은(는) Linux가 위쪽 한계를 알지 못하는 크기입니다.',
  },
  'reject.unboundedSize.fix': {
    en: 'Bound the variable itself right before the call: if (len > sizeof(buf)) len = sizeof(buf); or len &= MASK.',
    ko: '호출 바로 앞에서 그 변수 자체를 제한하세요: if (len > sizeof(buf)) len = sizeof(buf); 또는 len &= MASK.',
  },
  'reject.unboundedAccess.what': {
    en: '{0} has an offset with no upper bound that Linux knows.',
    ko: '{0}의 오프셋에는 Linux가 아는 위쪽 한계가 없습니다.',
  },
  'reject.unboundedAccess.fix': {
    en: 'Bound the index before it is added to the pointer, with the same variable that is used.',
    ko: '포인터에 더하기 전에, 실제로 쓰는 변수로 인덱스를 제한하세요.',
  },
  'reject.zeroSize.what': {
    en: '{0} is a size that may be 0 ({1}), and this helper does not take an empty buffer.',
    ko: '{0}은(는) 0일 수 있는 크기({1})인데, 이 헬퍼는 빈 버퍼를 받지 않습니다.',
  },
  'reject.zeroSize.fix': {
    en: 'Rule out 0 before the call: if (len == 0) return 0;',
    ko: '호출하기 전에 0을 제외하세요: if (len == 0) return 0;',
  },
  'reject.stackVariable.what': {
    en: 'An array on the stack is indexed by a number whose bounds are not known.',
    ko: '범위를 모르는 수로 스택의 배열을 인덱싱합니다.',
  },
  'reject.stackVariable.fix': {
    en: 'Check the index against the length of the array right before the access.',
    ko: '접근 바로 앞에서 인덱스를 배열 길이와 비교하세요.',
  },
  'reject.needsConstant.what': {
    en: '{0} must be a constant here, known when the program is loaded.',
    ko: '여기서 {0}은(는) 로드할 때 알 수 있는 상수여야 합니다.',
  },
  'reject.needsConstant.fix': {
    en: 'Use sizeof or a number. For a size that is only known at run time use bpf_ringbuf_output or a dynptr.',
    ko: 'sizeof나 숫자를 쓰세요. 실행 중에 정해지는 크기라면 bpf_ringbuf_output이나 dynptr을 쓰세요.',
  },
  'reject.unreadArgument.what': {
    en: '{0} was never set. When a program starts, only R1 (the context) and R10 (the stack) hold something.',
    ko: '{0}에는 값이 없습니다. 프로그램이 시작할 때는 R1(컨텍스트)과 R10(스택)에만 값이 있습니다.',
  },
  'reject.unreadArgument.fix': {
    en: 'Give the program one parameter, its context, and take arguments from it: PT_REGS_PARM1(ctx), or the BPF_KPROBE / BPF_PROG macros.',
    ko: '프로그램의 매개변수는 컨텍스트 하나로 하고, 인자는 PT_REGS_PARM1(ctx)이나 BPF_KPROBE / BPF_PROG 매크로로 꺼내세요.',
  },
  'reject.unreadReturn.what': {
    en: 'A path reaches the end of the program without setting R0, the return value.',
    ko: '반환값인 R0를 설정하지 않고 프로그램 끝에 이르는 경로가 있습니다.',
  },
  'reject.unreadReturn.fix': { en: 'Return a value on every path.', ko: '모든 경로에서 값을 반환하세요.' },
  'reject.unreadAfterCall.what': {
    en: '{0} is read after the call at instruction {1}; calls leave nothing in R1 to R5.',
    ko: '명령어 {1}의 호출 뒤에 {0}을(를) 읽습니다. 호출하고 나면 R1~R5의 값은 사라집니다.',
  },
  'reject.unreadAfterCall.fix': {
    en: 'Keep the value in R6 to R9 or on the stack across the call.',
    ko: '호출 전후로 쓸 값은 R6~R9나 스택에 보관하세요.',
  },
  'reject.unread.what': {
    en: '{0} is read here, but nothing was written into it on this path.',
    ko: '여기서 {0}을(를) 읽지만 이 경로에서는 아무 값도 쓰지 않았습니다.',
  },
  'reject.unread.fix': { en: 'Give the variable a value on every path.', ko: '모든 경로에서 변수에 값을 넣으세요.' },
  'reject.needsAddress.what': {
    en: '{0} is a number, and the helper needs the address of memory (a key, a value, a buffer).',
    ko: '{0}은(는) 숫자인데, 헬퍼에는 메모리(키, 값, 버퍼)의 주소가 필요합니다.',
  },
  'reject.needsAddress.fix': {
    en: 'Put the value in a variable and pass its address: &key. Queues and stacks have no key: use push, pop and peek.',
    ko: '값을 변수에 넣고 &key처럼 주소를 넘기세요. 큐와 스택에는 키가 없으므로 push, pop, peek을 쓰세요.',
  },
  'reject.needsMap.what': {
    en: '{0} is {1}, but the first argument must be a map.',
    ko: '{0}은(는) {1}인데, 첫 번째 인자는 맵이어야 합니다.',
  },
  'reject.needsMap.fix': {
    en: 'Pass the address of a map, and define the map with SEC(".maps").',
    ko: '맵의 주소를 넘기고, 맵은 SEC(".maps")로 정의하세요.',
  },
  'reject.contextAsBuffer.what': {
    en: '{0} is the context, and the helper needs plain memory. The context is a view that Linux translates, not memory to copy from.',
    ko: '{0}은(는) 컨텍스트인데 헬퍼에는 일반 메모리가 필요합니다. 컨텍스트는 Linux가 변환해 보여 주는 것으로, 복사할 메모리가 아닙니다.',
  },
  'reject.contextAsBuffer.fix': {
    en: 'Copy the fields that you need into a variable on the stack and pass that.',
    ko: '필요한 필드를 스택 변수에 복사해서 넘기세요.',
  },
  'reject.needsMapValue.what': {
    en: '{0} is {1}, but this must lie inside a map value.',
    ko: '{0}은(는) {1}인데, 맵 값 안에 있어야 합니다.',
  },
  'reject.needsMapValue.fix': {
    en: 'Put the lock, timer or similar field into the struct that is the value of a map.',
    ko: '락이나 타이머 같은 필드를 맵의 값 구조체 안에 두세요.',
  },
  'reject.wrongType.what': {
    en: '{0} is {1}, and the function takes only: {2}.',
    ko: '{0}은(는) {1}인데, 이 함수는 다음만 받습니다: {2}.',
  },
  'reject.wrongType.fix': {
    en: 'Look at what the helper expects in this place (hover over its name) and pass that.',
    ko: '헬퍼 이름에 마우스를 올려 이 자리에 무엇이 필요한지 확인하고 그것을 넘기세요.',
  },
  'reject.contextAccess.what': {
    en: 'Programs of this type have no access to {2} bytes at offset {1} of the context: the field is not theirs, is read-only, or is read with another width.',
    ko: '이 종류의 프로그램은 컨텍스트 오프셋 {1}의 {2}바이트에 접근할 수 없습니다. 필드가 없거나, 읽기 전용이거나, 다른 너비로 읽어야 합니다.',
  },
  'reject.contextAccess.fix': {
    en: 'Use only the fields of this context (completion after ctx-> lists them), whole, and write only where it is allowed.',
    ko: '이 컨텍스트의 필드만(ctx-> 뒤 자동 완성에 나옵니다) 통째로 쓰고, 허용된 필드에만 쓰세요.',
  },
} as const satisfies MessageTable
