// Why Linux refused a program, in plain words: what it could not prove (`.what`) and what usually helps (`.fix`). One pair per kind of message;
// src/engine/explain/rules.ts says which message is which kind and what the parameters are. {0} is the register, with the C variable in it
// where that is known. What is read, written and handed on stands in messages.access.ts.
import { ACCESS_MESSAGES } from './messages.access.ts'
import type { MessageTable } from './messages.ts'

export const REJECTION_MESSAGES = {
  ...ACCESS_MESSAGES,
  'reject.returnRange.what': {
    en: 'The return value may be {1}, and this type of program may return only {2}.',
    ko: '반환값이 {1}일 수 있는데, 이 종류의 프로그램은 {2}만 반환할 수 있습니다.',
  },
  'reject.returnRange.fix': {
    en: 'Return one of the constants of this program type on every path.',
    ko: '모든 경로에서 이 프로그램 종류의 상수 가운데 하나를 반환하세요.',
  },
  'reject.helperNotAllowed.what': {
    en: 'Programs of this type cannot call {1}.',
    ko: '이 종류의 프로그램은 {1}을(를) 호출할 수 없습니다.',
  },
  'reject.helperNotAllowed.fix': {
    en: 'Hover over the helper to see where it is allowed, or choose a helper made for this type.',
    ko: '헬퍼에 마우스를 올려 어디서 쓸 수 있는지 보거나, 이 종류에 맞는 헬퍼를 쓰세요.',
  },
  'reject.unknownHelper.what': {
    en: 'The kernel has no function with the number {1}.',
    ko: '커널에 번호가 {1}인 함수가 없습니다.',
  },
  'reject.unknownHelper.fix': {
    en: 'The helper is newer than the kernel, the number is wrong, or a CO-RE relocation failed.',
    ko: '헬퍼가 커널보다 새롭거나, 번호가 틀렸거나, CO-RE 재배치가 실패한 것입니다.',
  },
  'reject.gpl.what': {
    en: 'This helper is for programs under a GPL-compatible licence only.',
    ko: '이 헬퍼는 GPL 호환 라이선스의 프로그램만 쓸 수 있습니다.',
  },
  'reject.gpl.fix': {
    en: 'Declare the licence: char LICENSE[] SEC("license") = "GPL";',
    ko: '라이선스를 선언하세요: char LICENSE[] SEC("license") = "GPL";',
  },
  'reject.mapKind.what': {
    en: 'A map of type {1} cannot be used with {2}.',
    ko: '{1}번 종류의 맵은 {2}에 쓸 수 없습니다.',
  },
  'reject.mapKind.fix': {
    en: 'Use the helper made for this kind of map, or another kind of map.',
    ko: '이 맵 종류에 맞는 헬퍼를 쓰거나 다른 종류의 맵을 쓰세요.',
  },
  'reject.globalCaller.what': {
    en: 'The arguments at this call are not what the global function {1} declares.',
    ko: '이 호출의 인자가 전역 함수 {1}의 선언과 맞지 않습니다.',
  },
  'reject.globalCaller.fix': {
    en: 'Give its parameters concrete types (no void *), and pass memory of that size; or make it static.',
    ko: '매개변수에 구체적인 타입을 주고(void * 제외) 그 크기의 메모리를 넘기거나, static으로 만드세요.',
  },
  'reject.stackUnset.what': {
    en: 'Bytes of the stack are read that were never written: padding of a struct, or a buffer without an initial value.',
    ko: '쓴 적이 없는 스택 바이트를 읽습니다. 구조체의 패딩이나 초기화하지 않은 버퍼입니다.',
  },
  'reject.stackUnset.fix': {
    en: 'Initialise the whole object: struct x k = {}; or __builtin_memset(&k, 0, sizeof(k));',
    ko: '객체 전체를 초기화하세요: struct x k = {}; 또는 __builtin_memset(&k, 0, sizeof(k));',
  },
  'reject.stackBounds.what': {
    en: '{2} bytes from offset {1} on leave the stack, which reaches from -512 to -1.',
    ko: '오프셋 {1}부터 {2}바이트는 스택(-512에서 -1까지)을 벗어납니다.',
  },
  'reject.stackBounds.fix': {
    en: 'A function has 512 bytes. Keep large data in a per-CPU array map with one entry.',
    ko: '함수 하나가 쓸 수 있는 스택은 512바이트입니다. 큰 데이터는 항목이 하나인 per-CPU 배열 맵에 두세요.',
  },
  'reject.stackSum.what': {
    en: 'The {1} functions on this call chain need {2} bytes of stack together; 512 is the limit.',
    ko: '이 호출 체인의 함수 {1}개가 모두 {2}바이트의 스택을 쓰는데, 한계는 512바이트입니다.',
  },
  'reject.stackSum.fix': {
    en: 'Move large variables into a per-CPU array map, or split the work by a tail call.',
    ko: '큰 변수를 per-CPU 배열 맵으로 옮기거나 꼬리 호출로 일을 나누세요.',
  },
  'reject.misaligned.what': {
    en: 'The access of {1} bytes does not start at a multiple of {1}.',
    ko: '{1}바이트 접근이 {1}의 배수 위치에서 시작하지 않습니다.',
  },
  'reject.misaligned.fix': {
    en: 'Align the data (no packed struct here, atomics on aligned fields only), or copy it byte by byte.',
    ko: '데이터를 정렬하거나(packed 구조체를 피하고, 원자적 연산은 정렬된 필드에만), 바이트 단위로 복사하세요.',
  },
  'reject.reference.what': {
    en: 'What instruction {2} acquired (reference {1}) is not released on every path to the end.',
    ko: '명령어 {2}에서 얻은 것(참조 {1})을 끝까지 가는 모든 경로에서 해제하지는 않습니다.',
  },
  'reject.reference.fix': {
    en: 'On every path, also the early returns: bpf_ringbuf_submit or _discard, bpf_sk_release, or the release function that belongs to it.',
    ko: '일찍 반환하는 경로를 포함한 모든 경로에서 bpf_ringbuf_submit이나 _discard, bpf_sk_release 등 짝이 되는 해제 함수를 부르세요.',
  },
  'reject.infiniteLoop.what': {
    en: 'The loop at instruction {1} comes round with nothing changed: for Linux it would never end.',
    ko: '명령어 {1}의 루프가 아무것도 바뀌지 않은 채 다시 돕니다. Linux가 보기에는 끝나지 않습니다.',
  },
  'reject.infiniteLoop.fix': {
    en: 'Count to a constant bound, or use bpf_for(), bpf_loop() or may_goto.',
    ko: '상수 한계까지 세거나 bpf_for(), bpf_loop(), may_goto를 쓰세요.',
  },
  'reject.backEdge.what': {
    en: 'There is a jump back from instruction {1} to {2}, and programs without CAP_BPF may not loop.',
    ko: '명령어 {1}에서 {2}로 되돌아가는 점프가 있는데, CAP_BPF가 없는 프로그램은 루프를 쓸 수 없습니다.',
  },
  'reject.backEdge.fix': {
    en: 'Unroll the loop with #pragma unroll, or load with CAP_BPF.',
    ko: '#pragma unroll로 펼치거나 CAP_BPF로 로드하세요.',
  },
  'reject.tooLarge.what': {
    en: 'Linux looked at a million instructions, over all paths, without coming to an end. This is work of the verifier, not the length of the program.',
    ko: '모든 경로를 합쳐 백만 개의 명령어를 검사하고도 끝나지 않았습니다. 프로그램 길이가 아니라 검증기의 작업량입니다.',
  },
  'reject.tooLarge.fix': {
    en: 'Smaller loop bounds, fewer branches inside loops, bpf_loop() (verified once), global functions (verified alone), or tail calls.',
    ko: '루프 한계를 줄이고, 루프 안의 분기를 줄이고, bpf_loop()(한 번만 검증)나 전역 함수(따로 검증), 꼬리 호출을 쓰세요.',
  },
  'reject.tooComplex.what': {
    en: 'More than 8192 branches were waiting to be looked at.',
    ko: '검사를 기다리는 분기가 8192개를 넘었습니다.',
  },
  'reject.tooComplex.fix': {
    en: 'Fewer branches in the loop, or a loop that Linux verifies once: bpf_loop() or bpf_for().',
    ko: '루프 안의 분기를 줄이거나, 한 번만 검증되는 bpf_loop()나 bpf_for()를 쓰세요.',
  },
  'reject.unreachable.what': {
    en: 'Instruction {1} can never be reached.',
    ko: '명령어 {1}에는 결코 도달할 수 없습니다.',
  },
  'reject.unreachable.fix': { en: 'Remove the dead code; a function must not fall out of its end.', ko: '도달할 수 없는 코드를 지우세요.' },
  'reject.badJump.what': {
    en: 'The jump at instruction {1} leads out of its function.',
    ko: '명령어 {1}의 점프가 함수 밖으로 나갑니다.',
  },
  'reject.badJump.fix': { en: 'Jump only within one function.', ko: '한 함수 안에서만 점프하세요.' },
  'reject.noExit.what': {
    en: 'The last instruction is no exit and no jump, so execution would run off the end.',
    ko: '마지막 명령어가 exit도 점프도 아니어서 실행이 끝을 지나치게 됩니다.',
  },
  'reject.noExit.fix': { en: 'End every function with a return.', ko: '모든 함수를 return으로 끝내세요.' },
  'reject.divideByZero.what': { en: 'The program divides by the constant 0.', ko: '상수 0으로 나눕니다.' },
  'reject.divideByZero.fix': { en: 'Divide by something else.', ko: '다른 수로 나누세요.' },
  'reject.framePointer.what': {
    en: 'R10, the frame pointer, can only be read.',
    ko: '프레임 포인터 R10은 읽기만 할 수 있습니다.',
  },
  'reject.framePointer.fix': { en: 'Copy it into another register and change that.', ko: '다른 레지스터에 복사해서 바꾸세요.' },
  'reject.callDepth.what': {
    en: 'Functions call each other {1} levels deep; 8 is the limit, and recursion is not allowed.',
    ko: '함수 호출이 {1}단계까지 깊어집니다. 한계는 8단계이며 재귀는 허용되지 않습니다.',
  },
  'reject.callDepth.fix': {
    en: 'Inline some of the functions, or flatten the chain.',
    ko: '일부 함수를 인라인하거나 호출 체인을 줄이세요.',
  },
  'reject.readOnly.what': {
    en: '{0} points to memory that the program may only read ({1}).',
    ko: '{0}은(는) 프로그램이 읽기만 할 수 있는 메모리({1})를 가리킵니다.',
  },
  'reject.readOnly.fix': {
    en: 'Write to a copy: constants, frozen maps and kernel objects stay as they are.',
    ko: '복사본에 쓰세요. 상수, 고정된 맵, 커널 객체는 바꿀 수 없습니다.',
  },
  'reject.mapForbidden.what': {
    en: 'This map was made with a flag that forbids programs this kind of access.',
    ko: '이 맵은 프로그램의 이런 접근을 막는 플래그로 만들어졌습니다.',
  },
  'reject.mapForbidden.fix': {
    en: 'Remove BPF_F_RDONLY_PROG or BPF_F_WRONLY_PROG from map_flags.',
    ko: 'map_flags에서 BPF_F_RDONLY_PROG나 BPF_F_WRONLY_PROG를 빼세요.',
  },
  'reject.lockHeld.what': {
    en: 'A bpf_spin_lock is held here, and until it is released almost nothing may be called and the program may not end.',
    ko: '여기서는 bpf_spin_lock을 잡고 있습니다. 놓기 전에는 거의 아무것도 호출할 수 없고 프로그램이 끝날 수도 없습니다.',
  },
  'reject.lockHeld.fix': {
    en: 'Keep the section between bpf_spin_lock and bpf_spin_unlock short, and unlock on every path.',
    ko: 'bpf_spin_lock과 bpf_spin_unlock 사이를 짧게 하고, 모든 경로에서 놓으세요.',
  },
  'reject.dynptr.what': {
    en: 'A dynptr is not in the state that this call needs: it must be set up before use, unused before set-up, and never written over.',
    ko: 'dynptr이 이 호출에 필요한 상태가 아닙니다. 쓰기 전에 초기화해야 하고, 초기화하는 자리는 비어 있어야 하며, 덮어쓰면 안 됩니다.',
  },
  'reject.dynptr.fix': {
    en: 'Initialise it once, use it, and release it (bpf_ringbuf_submit_dynptr or _discard_dynptr) on every path.',
    ko: '한 번 초기화해서 쓰고, 모든 경로에서 해제하세요(bpf_ringbuf_submit_dynptr이나 _discard_dynptr).',
  },
  'reject.iterator.what': {
    en: 'An iterator is not in the state that this call needs: new, then next until NULL, then destroy.',
    ko: '이터레이터가 이 호출에 필요한 상태가 아닙니다. new, NULL이 나올 때까지 next, destroy 순서여야 합니다.',
  },
  'reject.iterator.fix': {
    en: 'Use bpf_for() or bpf_for_each(), which keep the order.',
    ko: '순서를 지켜 주는 bpf_for()나 bpf_for_each()를 쓰세요.',
  },
  'reject.sleepable.what': {
    en: 'This call may sleep, and the program runs where sleeping is not allowed.',
    ko: '이 호출은 잠들 수 있는데, 프로그램이 실행되는 곳에서는 잠드는 것이 허용되지 않습니다.',
  },
  'reject.sleepable.fix': {
    en: 'Use a sleepable program (a section such as "lsm.s/..." or "fentry.s/..."), or a call that does not sleep.',
    ko: '잠들 수 있는 프로그램("lsm.s/...", "fentry.s/..." 같은 섹션)을 쓰거나, 잠들지 않는 호출을 쓰세요.',
  },
  'reject.badInstruction.what': {
    en: 'The instruction is not one that Linux knows, or fields that must be 0 are set.',
    ko: 'Linux가 모르는 명령어이거나, 0이어야 하는 필드에 값이 있습니다.',
  },
  'reject.badInstruction.fix': {
    en: 'Usually something was not relocated: a string, global data or a function that was not linked. Compile for a newer -mcpu if an atomic returns a value.',
    ko: '대개 문자열, 전역 데이터, 링크되지 않은 함수가 재배치되지 않은 경우입니다. 값을 반환하는 원자적 연산이라면 더 새로운 -mcpu로 컴파일하세요.',
  },
  'reject.packetOther.what': {
    en: '{0} points into the packet, but none of its bytes is proven to exist: the comparison with data_end was made with another pointer.',
    ko: '{0}은(는) 패킷 안을 가리키지만 증명된 바이트가 없습니다. data_end와 비교한 것은 다른 포인터입니다.',
  },
  'reject.packetOther.fix': {
    en: 'Compare and dereference one and the same pointer variable; do not work the offset out a second time.',
    ko: '비교하고 역참조하는 포인터 변수를 하나로 하세요. 오프셋을 다시 계산하지 마세요.',
  },
  'reject.btfMissing.what': {
    en: 'The types of the program (BTF) are missing or not what this feature needs.',
    ko: '프로그램의 타입 정보(BTF)가 없거나 이 기능에 필요한 것과 다릅니다.',
  },
  'reject.btfMissing.fix': {
    en: 'Compile with -g and put every function into a section with SEC().',
    ko: '-g로 컴파일하고 모든 함수를 SEC()로 섹션에 넣으세요.',
  },
  'reject.attachTarget.what': {
    en: 'The program cannot be attached to this place of the kernel.',
    ko: '프로그램을 커널의 이 위치에 붙일 수 없습니다.',
  },
  'reject.attachTarget.fix': {
    en: 'Check the name in SEC(): it must be a function, tracepoint or struct that Linux offers to this type of program.',
    ko: 'SEC()의 이름을 확인하세요. 이 종류의 프로그램에 Linux가 제공하는 함수, 트레이스포인트, 구조체여야 합니다.',
  },
  'reject.globalSignature.what': {
    en: 'The parameters or the return type of a global function are not ones that Linux can verify alone.',
    ko: '전역 함수의 매개변수나 반환 타입을 Linux가 따로 검증할 수 없습니다.',
  },
  'reject.globalSignature.fix': {
    en: 'Use numbers, the context, or pointers to structs of known size, at most five of them; or make the function static.',
    ko: '숫자, 컨텍스트, 크기를 아는 구조체 포인터만 다섯 개까지 쓰거나 함수를 static으로 만드세요.',
  },
  'reject.kfuncArgument.what': {
    en: 'An argument of this kernel function is not what it needs.',
    ko: '이 커널 함수에 넘긴 인자가 필요한 것과 다릅니다.',
  },
  'reject.kfuncArgument.fix': {
    en: 'Look at the parameter’s type and rules: a trusted pointer, one that is not NULL, unmoved, or memory together with its length.',
    ko: '매개변수의 타입과 규칙을 확인하세요. 신뢰할 수 있고 NULL이 아니며 옮기지 않은 포인터이거나, 길이와 함께 넘기는 메모리여야 합니다.',
  },
  'reject.kfuncRefused.what': {
    en: 'Programs of this type, or in this place, may not call this kernel function.',
    ko: '이 종류의 프로그램이나 이 위치에서는 이 커널 함수를 호출할 수 없습니다.',
  },
  'reject.kfuncRefused.fix': {
    en: 'Choose a program type for which the function is registered, or a helper that does the same.',
    ko: '이 함수가 등록된 프로그램 종류를 쓰거나 같은 일을 하는 헬퍼를 쓰세요.',
  },
  'reject.rcu.what': {
    en: 'Sections of bpf_rcu_read_lock() are not opened and closed as they must be, or a pointer is used outside of one.',
    ko: 'bpf_rcu_read_lock() 구간을 올바르게 열고 닫지 않았거나, 구간 밖에서 포인터를 썼습니다.',
  },
  'reject.rcu.fix': {
    en: 'Open one section, use the pointer inside, and close it on every path before the end.',
    ko: '구간을 하나 열고 그 안에서 포인터를 쓴 뒤, 끝나기 전에 모든 경로에서 닫으세요.',
  },
  'reject.irqSection.what': {
    en: 'Sections with interrupts or preemption off are not closed in the order and number in which they were opened.',
    ko: '인터럽트나 선점을 끈 구간을 연 순서와 횟수대로 닫지 않았습니다.',
  },
  'reject.irqSection.fix': {
    en: 'Close each section once, the last opened first, on every path.',
    ko: '모든 경로에서 나중에 연 것부터 한 번씩 닫으세요.',
  },
  'reject.kptr.what': {
    en: 'A pointer to a kernel object that is kept in a map is used in a way that is not allowed.',
    ko: '맵에 보관한 커널 객체 포인터를 허용되지 않는 방법으로 썼습니다.',
  },
  'reject.kptr.fix': {
    en: 'Read it whole with a plain load, change it with bpf_kptr_xchg(), and check the result for NULL.',
    ko: '한 번에 통째로 읽고, 바꿀 때는 bpf_kptr_xchg()를 쓰고, 결과가 NULL인지 확인하세요.',
  },
  'reject.graph.what': {
    en: 'A linked list or tree of the program’s own objects is used against its rules.',
    ko: '프로그램이 만든 객체의 연결 리스트나 트리를 규칙에 어긋나게 썼습니다.',
  },
  'reject.graph.fix': {
    en: 'Hold the lock that lies beside the root, and use nodes of the declared type at their declared offset.',
    ko: '루트와 같은 곳에 있는 락을 잡고, 선언한 타입의 노드를 선언한 오프셋에서 쓰세요.',
  },
  'reject.callback.what': {
    en: 'A callback is not one that Linux takes here, or does what a callback may not do.',
    ko: '콜백이 여기서 받을 수 있는 것이 아니거나, 콜백에서 할 수 없는 일을 합니다.',
  },
  'reject.callback.fix': {
    en: 'Make it a static function with the parameters that the helper names, and return 0 or 1.',
    ko: '헬퍼가 정한 매개변수를 가진 static 함수로 만들고 0이나 1을 반환하세요.',
  },
  'reject.constString.what': {
    en: 'This argument must be a constant string that ends in a zero byte (and a format that Linux understands).',
    ko: '이 인자는 0 바이트로 끝나는 상수 문자열(그리고 Linux가 아는 형식)이어야 합니다.',
  },
  'reject.constString.fix': {
    en: 'Use a string literal in read-only data, with formats such as %d, %u, %x, %s or %p.',
    ko: '읽기 전용 데이터의 문자열 리터럴을 쓰고, %d, %u, %x, %s, %p 같은 형식만 쓰세요.',
  },
  'reject.atomicPlace.what': {
    en: 'An atomic operation is not possible on this kind of memory.',
    ko: '이 종류의 메모리에는 원자적 연산을 할 수 없습니다.',
  },
  'reject.atomicPlace.fix': {
    en: 'Use atomics on map values and the stack; copy other memory first.',
    ko: '맵 값과 스택에만 쓰고, 다른 메모리는 먼저 복사하세요.',
  },
  'reject.keyWrite.what': {
    en: 'A map’s key lies in memory that belongs to the map and may not be changed.',
    ko: '맵의 키는 맵에 속한 메모리이므로 바꿀 수 없습니다.',
  },
  'reject.keyWrite.fix': {
    en: 'Copy the key to a variable and change the copy.',
    ko: '키를 변수에 복사해서 복사본을 바꾸세요.',
  },
  'reject.bufferBounds.what': {
    en: 'The access lies outside of what this pointer gives access to.',
    ko: '접근이 이 포인터로 접근할 수 있는 범위를 벗어났습니다.',
  },
  'reject.bufferBounds.fix': {
    en: 'Use offsets that are constant and inside, or bound the offset first.',
    ko: '범위 안의 상수 오프셋을 쓰거나 먼저 오프셋을 제한하세요.',
  },
  'reject.notScalar.what': {
    en: 'A number is needed here, and {0} is not one.',
    ko: '여기에는 숫자가 필요한데 {0}은(는) 숫자가 아닙니다.',
  },
  'reject.notScalar.fix': {
    en: 'Pass or return a number.',
    ko: '숫자를 넘기거나 반환하세요.',
  },
  'reject.partialCopy.what': {
    en: 'Only half of {0} is copied, and it holds an address of 64 bits.',
    ko: '{0}에는 64비트 주소가 들어 있는데 절반만 복사합니다.',
  },
  'reject.partialCopy.fix': {
    en: 'Keep pointers in 64-bit variables.',
    ko: '포인터는 64비트 변수에 두세요.',
  },
  'reject.returnedStack.what': {
    en: 'A function hands the address of its own stack to its caller, where it is gone.',
    ko: '함수가 자기 스택의 주소를 호출자에게 넘기지만, 반환하면 그 스택은 사라집니다.',
  },
  'reject.returnedStack.fix': {
    en: 'Let the caller own the memory and pass its address down.',
    ko: '메모리는 호출자가 갖고 그 주소를 함수에 넘기세요.',
  },
  'reject.tailCallStack.what': {
    en: 'Functions above a tail call may use no more than 256 bytes of stack together.',
    ko: '꼬리 호출보다 위에 있는 함수들은 스택을 합쳐 256바이트까지만 쓸 수 있습니다.',
  },
  'reject.tailCallStack.fix': {
    en: 'Make tail calls from the program’s main function, or use less stack before them.',
    ko: '프로그램의 주 함수에서 꼬리 호출을 하거나 그 전까지 쓰는 스택을 줄이세요.',
  },
  'reject.fieldAccess.what': {
    en: 'A special field (lock, timer, kptr, list) may only be handed to its own functions, at a constant offset.',
    ko: '특별한 필드(락, 타이머, kptr, 리스트)는 상수 오프셋으로 전용 함수에만 넘길 수 있습니다.',
  },
  'reject.fieldAccess.fix': {
    en: 'Do not read or write the field itself; pass its address to the helper made for it.',
    ko: '필드를 직접 읽거나 쓰지 말고, 전용 헬퍼에 주소를 넘기세요.',
  },
  'reject.mapSupport.what': {
    en: 'Maps of this kind cannot be used like this.',
    ko: '이 종류의 맵은 이렇게 쓸 수 없습니다.',
  },
  'reject.mapSupport.fix': {
    en: 'Go through the helpers made for this kind of map.',
    ko: '이 맵 종류를 위한 헬퍼를 쓰세요.',
  },
  'reject.tooMany.what': {
    en: 'The program has more of something than Linux allows (functions, maps, calls).',
    ko: '프로그램에 Linux가 허용하는 것보다 많은 것(함수, 맵, 호출)이 있습니다.',
  },
  'reject.tooMany.fix': {
    en: 'Split it into several programs.',
    ko: '여러 프로그램으로 나누세요.',
  },
  'reject.packetLoad.what': {
    en: 'The old packet loads (LD_ABS, LD_IND) need the context in R6 and a program type that has them.',
    ko: '옛 패킷 읽기 명령(LD_ABS, LD_IND)에는 R6의 컨텍스트와 이를 지원하는 프로그램 종류가 필요합니다.',
  },
  'reject.packetLoad.fix': {
    en: 'Use direct packet access or bpf_skb_load_bytes instead.',
    ko: '직접 패킷 접근이나 bpf_skb_load_bytes를 쓰세요.',
  },
  'reject.arena.what': {
    en: 'Memory of an arena is used in a way that is not allowed.',
    ko: '아레나 메모리를 허용되지 않는 방법으로 썼습니다.',
  },
  'reject.arena.fix': {
    en: 'Use arena pointers only with the arena map that the program names.',
    ko: '프로그램이 쓰는 아레나 맵의 포인터만 쓰세요.',
  },
  'reject.exceptionCallback.what': {
    en: 'The function that handles exceptions takes one integer, and only bpf_throw() calls it.',
    ko: '예외를 처리하는 함수는 정수 하나를 인자로 받고, bpf_throw()만 호출할 수 있습니다.',
  },
  'reject.exceptionCallback.fix': {
    en: 'Give it one argument (u64 cookie), and put what both need into a function of its own.',
    ko: '인자를 하나(u64 cookie)만 두고, 다른 곳에서도 필요한 코드는 별도 함수로 빼세요.',
  },
  'reject.sleepableMaps.what': {
    en: 'A sleepable program may wait in the middle, and a map of this kind is only safe where nothing waits.',
    ko: 'sleepable 프로그램은 도중에 대기할 수 있는데, 이 종류의 맵은 대기하지 않는 곳에서만 안전합니다.',
  },
  'reject.sleepableMaps.fix': {
    en: 'Use an array, a hash, a ring buffer or local storage, or a program that does not sleep.',
    ko: '배열, 해시, 링 버퍼, 로컬 스토리지를 쓰거나 sleepable이 아닌 프로그램을 쓰세요.',
  },
  'reject.throwPlace.what': {
    en: 'An exception cannot be thrown here.',
    ko: '여기서는 예외를 던질 수 없습니다.',
  },
  'reject.throwPlace.fix': {
    en: 'Throw from the program or its static functions, not from a callback.',
    ko: '콜백이 아니라 프로그램이나 static 함수에서 던지세요.',
  },
  'reject.noDereference.what': {
    en: '{0} is a pointer of kind {1}, and what it points to cannot be read or written through it.',
    ko: '{0}은(는) {1} 종류의 포인터이며, 이 포인터로는 가리키는 곳을 읽거나 쓸 수 없습니다.',
  },
  'reject.noDereference.fix': {
    en: 'Compare it, or hand it to the function that it is for; data_end, for one, is only a mark to compare with.',
    ko: '비교하거나 전용 함수에 넘기는 데에만 쓰세요. 예를 들어 data_end는 비교를 위한 표시일 뿐입니다.',
  },
  'reject.otherMemory.what': {
    en: 'The pointer leads to {0} memory, which a plain load does not reach: that of user space, or of one CPU among many.',
    ko: '이 포인터는 {0} 메모리를 가리킵니다. 사용자 공간의 메모리나 CPU마다 따로 있는 메모리는 일반 로드로 읽을 수 없습니다.',
  },
  'reject.otherMemory.fix': {
    en: 'Read user memory with bpf_probe_read_user() or bpf_copy_from_user(), and per-CPU variables with bpf_per_cpu_ptr() or bpf_this_cpu_ptr().',
    ko: '사용자 메모리는 bpf_probe_read_user()나 bpf_copy_from_user()로, CPU별 변수는 bpf_per_cpu_ptr()나 bpf_this_cpu_ptr()로 읽으세요.',
  },
  'reject.notAcquired.what': {
    en: 'The function releases an object, or keeps it, but the pointer was never acquired by this program, or was already given away.',
    ko: '이 함수는 객체를 해제하거나 넘겨받는데, 그 포인터는 프로그램이 얻은 적이 없거나 이미 넘겨준 것입니다.',
  },
  'reject.notAcquired.fix': {
    en: 'Pass exactly what an acquiring function returned (bpf_task_acquire(), bpf_sk_lookup_tcp() …), unmoved and only once.',
    ko: '획득 함수(bpf_task_acquire(), bpf_sk_lookup_tcp() 등)가 돌려준 포인터를 옮기지 말고 그대로 한 번만 넘기세요.',
  },
  'reject.lockNeeded.what': {
    en: 'A {0} may only be changed while the bpf_spin_lock that lies beside it is held, and it is not held here.',
    ko: '{0}은(는) 옆에 있는 bpf_spin_lock을 잡고 있을 때만 바꿀 수 있는데, 여기서는 잡고 있지 않습니다.',
  },
  'reject.lockNeeded.fix': {
    en: 'Call bpf_spin_lock() on the lock of the same map value or object before, and bpf_spin_unlock() after.',
    ko: '같은 맵 값이나 객체에 있는 락에 먼저 bpf_spin_lock()을, 끝난 뒤 bpf_spin_unlock()을 부르세요.',
  },
  'reject.lockOrder.what': {
    en: 'Locks are not taken and released in pairs here: one is released that is not held, or taken that is held already.',
    ko: '락을 잡고 놓는 짝이 맞지 않습니다. 잡지 않은 락을 놓거나, 이미 잡은 락을 다시 잡습니다.',
  },
  'reject.lockOrder.fix': {
    en: 'Take each lock once, release the same one on every path, and release in the opposite order of taking.',
    ko: '각 락을 한 번만 잡고, 모든 경로에서 같은 락을 놓되 잡은 순서의 반대로 놓으세요.',
  },
  'reject.fieldMissing.what': {
    en: 'The address does not lead to a {0}: the value or object has no such field there, or its type is not known.',
    ko: '이 주소에는 {0}이(가) 없습니다. 값이나 객체의 그 자리에 그런 필드가 없거나 타입을 알 수 없습니다.',
  },
  'reject.fieldMissing.fix': {
    en: 'Declare the field in the struct that __type(value, …) names, and pass its own address: &v->lock.',
    ko: '__type(value, …)에 쓴 구조체 안에 필드를 선언하고, 그 필드의 주소(&v->lock)를 넘기세요.',
  },
  'reject.fieldProgType.what': {
    en: 'Programs of this type may not use {0}: they can run anywhere in the kernel, also while such a thing is in use.',
    ko: '이 종류의 프로그램은 {0}을(를) 쓸 수 없습니다. 커널 어디에서나, 그것을 쓰는 도중에도 실행될 수 있기 때문입니다.',
  },
  'reject.fieldProgType.fix': {
    en: 'Use atomic operations or per-CPU maps instead, or another type of program.',
    ko: '원자적 연산이나 CPU별 맵을 쓰거나 다른 종류의 프로그램을 쓰세요.',
  },
  'reject.structWrite.what': {
    en: 'This part of a kernel structure may be read by programs of this type, but not written.',
    ko: '이 종류의 프로그램은 커널 구조체의 이 부분을 읽을 수만 있고 쓸 수는 없습니다.',
  },
  'reject.structWrite.fix': {
    en: 'Write only the fields that Linux opens to this program, whole, or call the helper or kernel function that changes the value.',
    ko: 'Linux가 이 프로그램에 허용한 필드만 통째로 쓰거나, 값을 바꾸는 헬퍼나 커널 함수를 부르세요.',
  },
  'reject.internal.what': {
    en: 'Linux found a contradiction in its own bookkeeping. That is a fault of the kernel, not of the program.',
    ko: 'Linux가 자기 기록에서 모순을 찾았습니다. 프로그램이 아니라 커널의 결함입니다.',
  },
  'reject.internal.fix': {
    en: 'Write the code another way, and report it to the kernel’s developers.',
    ko: '코드를 다르게 써 보고 커널 개발자에게 알리세요.',
  },
  'reject.privilege.what': {
    en: 'Root may do this, but the user or the capabilities with which the program is loaded may not.',
    ko: 'root는 할 수 있지만, 프로그램을 로드하는 사용자나 권한(capability)으로는 할 수 없습니다.',
  },
  'reject.privilege.fix': {
    en: 'Load with CAP_BPF and CAP_PERFMON (or as root), or keep offsets constant and addresses where they are.',
    ko: 'CAP_BPF와 CAP_PERFMON(또는 root)으로 로드하거나, 오프셋을 상수로 하고 주소를 그대로 두세요.',
  },
  'reject.kernelSymbol.what': {
    en: 'The kernel has no symbol with the name {0}, or it cannot be found from BTF.',
    ko: '커널에 {0}이라는 심볼이 없거나 BTF에서 찾을 수 없습니다.',
  },
  'reject.kernelSymbol.fix': {
    en: 'Check the spelling, or declare the symbol __weak and test it for NULL before use.',
    ko: '이름을 확인하거나, 심볼을 __weak로 선언하고 쓰기 전에 NULL인지 확인하세요.',
  },
  'reject.outside.what': {
    en: 'Linux says: {0}. Beeyard has no words of its own for this message.',
    ko: 'Linux의 메시지: {0}. 이 메시지에 대한 설명은 아직 없습니다.',
  },
  'reject.outside.fix': {
    en: 'Look at the instruction and at what was believed before it, below.',
    ko: '아래에서 그 명령어와 그 앞에서 검증기가 알던 것을 보세요.',
  },
} as const satisfies MessageTable
