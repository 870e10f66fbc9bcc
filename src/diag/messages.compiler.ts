// Texts of what the compiler says. English follows clang's wording where clang has the message.
// Those of the preprocessor, the parser, names and types stand in messages.declarations.ts.
import { DECLARATION_MESSAGES } from './messages.declarations.ts'
import type { MessageTable } from './messages.ts'

export const COMPILER_MESSAGES = {
  ...DECLARATION_MESSAGES,
  // Expressions.
  'c.bad-number': { en: "invalid number '{0}'", ko: "잘못된 숫자 '{0}'" },
  'c.integer-unsigned': {
    en: 'integer literal is too large to be represented in a signed integer type, interpreting as unsigned',
    ko: '정수 리터럴이 부호 있는 타입에 너무 커서 부호 없는 것으로 봅니다',
  },
  'c.integer-too-large': {
    en: 'integer literal is too large to be represented in any integer type',
    ko: '정수 리터럴이 어떤 정수 타입에도 맞지 않습니다',
  },
  'c.empty-char': { en: 'empty character constant', ko: '문자 상수가 비어 있습니다' },
  'c.bad-escape': { en: 'invalid escape sequence', ko: '잘못된 이스케이프 시퀀스' },
  'c.mixed-strings': {
    en: 'unsupported non-standard concatenation of string literals',
    ko: '서로 다른 종류의 문자열 리터럴을 이을 수 없습니다',
  },
  'c.statement-expression-outside': { en: 'statement expression not allowed at file scope', ko: '문장 식은 함수 밖에서 쓸 수 없습니다' },
  'c.not-constant': { en: 'expression is not an integer constant expression', ko: '정수 상수 식이 아닙니다' },
  'c.generic-no-match': {
    en: 'controlling expression type {0} not compatible with any generic association type',
    ko: '제어 식의 타입 {0}에 맞는 _Generic 항목이 없습니다',
  },
  'c.subscript-not-array': { en: 'subscripted value is not an array or pointer', ko: '배열이나 포인터가 아닌 것에 첨자를 썼습니다' },
  'c.subscript-not-integer': { en: 'array subscript is not an integer', ko: '배열 첨자가 정수가 아닙니다' },
  'c.subscript-incomplete': { en: 'subscript of pointer to incomplete type {0}', ko: '불완전한 타입 {0}의 포인터에 첨자를 썼습니다' },
  'c.index-past': {
    en: 'array index {0} is past the end of the array (that has type {1})',
    ko: '배열 첨자 {0}이(가) 배열의 끝을 넘습니다 (타입 {1})',
  },
  'c.index-before': { en: 'array index {0} is before the beginning of the array', ko: '배열 첨자 {0}이(가) 배열의 시작보다 앞입니다' },
  'c.member-not-pointer': { en: 'member reference type {0} is not a pointer', ko: '멤버 참조 타입 {0}이(가) 포인터가 아닙니다' },
  'c.member-use-arrow': {
    en: "member reference type {0} is a pointer; did you mean to use '->'?",
    ko: "멤버 참조 타입 {0}은(는) 포인터입니다. '->'를 쓰려던 것인가요?",
  },
  'c.member-use-dot': {
    en: "member reference type {0} is not a pointer; did you mean to use '.'?",
    ko: "멤버 참조 타입 {0}은(는) 포인터가 아닙니다. '.'을 쓰려던 것인가요?",
  },
  'c.member-not-record': {
    en: 'member reference base type {0} is not a structure or union',
    ko: '멤버 참조의 기준 타입 {0}이(가) 구조체나 공용체가 아닙니다',
  },
  'c.member-incomplete-record': { en: 'incomplete definition of type {0}', ko: '타입 {0}의 정의가 없습니다' },
  'c.no-member': { en: "no member named '{0}' in {1}", ko: "{1}에 '{0}'(이)라는 멤버가 없습니다" },
  'c.no-member-near': {
    en: "no member named '{0}' in {1}; did you mean '{2}'?",
    ko: "{1}에 '{0}'(이)라는 멤버가 없습니다. '{2}'을(를) 쓰려던 것인가요?",
  },
  'c.deref-not-pointer': {
    en: "indirection requires pointer operand ('{0}' invalid)",
    ko: "간접 참조에는 포인터가 필요합니다 ('{0}'은(는) 안 됨)",
  },
  'c.bad-unary': { en: 'invalid argument type {0} to unary expression', ko: '단항 식에 타입 {0}을(를) 쓸 수 없습니다' },
  'c.address-of-value': { en: 'cannot take the address of an rvalue of type {0}', ko: '타입 {0}의 값(rvalue)은 주소를 얻을 수 없습니다' },
  'c.address-of-bitfield': { en: 'address of bit-field requested', ko: '비트 필드의 주소는 얻을 수 없습니다' },
  'c.sizeof-incomplete': {
    en: "invalid application of '{0}' to an incomplete type {1}",
    ko: "불완전한 타입 {1}에 '{0}'을(를) 쓸 수 없습니다",
  },
  'c.sizeof-bitfield': { en: "invalid application of '{0}' to bit-field", ko: "비트 필드에 '{0}'을(를) 쓸 수 없습니다" },
  'c.bad-cast': { en: 'operand of type {0} cannot be cast to {1}', ko: '타입 {0}을(를) {1}(으)로 변환할 수 없습니다' },
  'c.cast-to-record': {
    en: 'used type {0} where arithmetic or pointer type is required',
    ko: '산술 타입이나 포인터가 필요한 곳에 타입 {0}을(를) 썼습니다',
  },
  'c.cast-to-union': {
    en: 'casting to union type {0} is not supported by this compiler',
    ko: '공용체 타입 {0}(으)로의 변환은 이 컴파일러가 지원하지 않습니다',
  },
  'c.pointer-to-smaller': { en: 'cast to smaller integer type {0} from {1}', ko: '{1}에서 더 작은 정수 타입 {0}(으)로 변환합니다' },
  'c.conditional-pointers': { en: 'pointer type mismatch ({0} and {1})', ko: '포인터 타입이 다릅니다 ({0}, {1})' },
  'c.conditional-pointer-integer': {
    en: 'pointer/integer type mismatch in conditional expression ({0} and {1})',
    ko: '조건 식에서 포인터와 정수가 섞였습니다 ({0}, {1})',
  },
  'c.conditional-types': { en: 'incompatible operand types ({0} and {1})', ko: '피연산자의 타입이 맞지 않습니다 ({0}, {1})' },
  'c.offsetof-type': {
    en: 'offsetof requires struct, union, or array type ({0} invalid)',
    ko: 'offsetof에는 구조체, 공용체, 배열 타입이 필요합니다 ({0}은(는) 안 됨)',
  },
  'c.offsetof-incomplete': { en: 'offsetof of incomplete type {0}', ko: '불완전한 타입 {0}에 offsetof를 쓸 수 없습니다' },
  'c.offsetof-bitfield': { en: "cannot compute offset of bit-field '{0}'", ko: "비트 필드 '{0}'의 오프셋은 구할 수 없습니다" },
  'c.invalid-operands': {
    en: 'invalid operands to binary expression ({0} and {1})',
    ko: '이항 식의 피연산자가 올바르지 않습니다 ({0}, {1})',
  },
  'c.pointer-difference': {
    en: '{0} and {1} are not pointers to compatible types',
    ko: '{0}와(과) {1}은(는) 호환되는 타입의 포인터가 아닙니다',
  },
  'c.arithmetic-incomplete': {
    en: 'arithmetic on a pointer to an incomplete type {0}',
    ko: '불완전한 타입 {0}의 포인터로 연산할 수 없습니다',
  },
  'c.compare-distinct': { en: 'comparison of distinct pointer types ({0} and {1})', ko: '서로 다른 포인터 타입을 비교합니다 ({0}, {1})' },
  'c.compare-pointer-integer': { en: 'comparison between pointer and integer ({0} and {1})', ko: '포인터와 정수를 비교합니다 ({0}, {1})' },
  'c.not-assignable': { en: 'expression is not assignable', ko: '대입할 수 없는 식입니다' },
  'c.array-not-assignable': { en: "array type '{0}' is not assignable", ko: "배열 타입 '{0}'에는 대입할 수 없습니다" },
  'c.incomplete-assign': { en: 'incomplete type {0} is not assignable', ko: '불완전한 타입 {0}에는 대입할 수 없습니다' },
  'c.const-variable': {
    en: "cannot assign to variable '{0}' with const-qualified type {1}",
    ko: "const 타입 {1}의 변수 '{0}'에는 대입할 수 없습니다",
  },
  'c.const-member': {
    en: "cannot assign to non-static data member '{0}' with const-qualified type {1}",
    ko: "const 타입 {1}의 멤버 '{0}'에는 대입할 수 없습니다",
  },
  'c.read-only': { en: 'read-only variable is not assignable', ko: '읽기 전용 변수에는 대입할 수 없습니다' },
  'c.cannot-increment': { en: 'cannot increment value of type {0}', ko: '타입 {0}의 값은 증가시킬 수 없습니다' },
  'c.cannot-decrement': { en: 'cannot decrement value of type {0}', ko: '타입 {0}의 값은 감소시킬 수 없습니다' },
  'c.not-scalar': {
    en: "used type '{0}' where arithmetic or pointer type is required",
    ko: "산술 타입이나 포인터가 필요한 곳에 타입 '{0}'을(를) 썼습니다",
  },
  'c.not-a-function': {
    en: 'called object type {0} is not a function or function pointer',
    ko: '호출한 것의 타입 {0}이(가) 함수나 함수 포인터가 아닙니다',
  },
  'c.too-few-arguments': {
    en: 'too few arguments to function call, expected {0}, have {1}',
    ko: '함수 호출의 인수가 모자랍니다: {0}개가 필요한데 {1}개입니다',
  },
  'c.too-few-arguments-variadic': {
    en: 'too few arguments to function call, expected at least {0}, have {1}',
    ko: '함수 호출의 인수가 모자랍니다: 적어도 {0}개가 필요한데 {1}개입니다',
  },
  'c.too-many-arguments': {
    en: 'too many arguments to function call, expected {0}, have {1}',
    ko: '함수 호출의 인수가 너무 많습니다: {0}개가 필요한데 {1}개입니다',
  },
  'c.void-argument': { en: "argument type 'void' is incomplete", ko: "인수의 타입 'void'는 불완전합니다" },
  'c.overflow-arguments': {
    en: 'overflow builtins take two integers and a pointer to an integer',
    ko: '오버플로 내장 함수에는 정수 둘과 정수 포인터가 필요합니다',
  },
  'c.count-unsigned': {
    en: "argument of '{0}' must be an unsigned integer (was {1})",
    ko: "'{0}'의 인자는 부호 없는 정수여야 합니다(현재 {1})",
  },
  'c.token-too-long': { en: 'a macro makes a token of more than {0} characters', ko: '매크로가 만든 토큰이 {0}자를 넘습니다' },
  'c.unknown-escape': { en: "unknown escape sequence '\\{0}'", ko: "알 수 없는 이스케이프 시퀀스 '\\{0}'" },
  'c.atomic-pointer': {
    en: 'address argument to atomic builtin must be a pointer to integer or pointer ({0} invalid)',
    ko: '원자적 내장 함수의 주소 인수는 정수나 포인터를 가리켜야 합니다 ({0}은(는) 안 됨)',
  },
  'c.atomic-const': {
    en: 'address argument to atomic builtin cannot be const-qualified ({0} invalid)',
    ko: '원자적 내장 함수의 주소 인수는 const일 수 없습니다 ({0}은(는) 안 됨)',
  },
  'c.atomic-plain': {
    en: "BPF has no sequentially consistent load or store, which '{0}' asks for here; use ++, --, +=, -=, &=, |= or ^=, or a builtin with __ATOMIC_RELAXED",
    ko: "BPF에는 여기서 '{0}'에 필요한 순차적 일관성(seq_cst) 로드·저장이 없습니다. ++, --, +=, -=, &=, |=, ^= 또는 __ATOMIC_RELAXED를 쓰는 내장 함수를 사용하세요",
  },
  'c.atomic-size': {
    en: 'BPF has atomic instructions for 4 and 8 bytes only ({0} invalid)',
    ko: 'BPF의 원자적 명령은 4바이트와 8바이트뿐입니다 ({0}은(는) 안 됨)',
  },
  'c.core-constant': {
    en: 'this CO-RE builtin takes a constant as its second argument',
    ko: '이 CO-RE 내장 함수의 두 번째 인수는 상수여야 합니다',
  },
  'c.core-operand': {
    en: 'this CO-RE builtin takes a field access or a dereferenced type pointer',
    ko: '이 CO-RE 내장 함수에는 필드 접근이나 타입 포인터의 역참조가 필요합니다',
  },

  // Warnings about values.
  'c.division-by-zero': { en: 'division by zero is undefined', ko: '0으로 나누면 정의되지 않은 동작입니다' },
  'c.remainder-by-zero': { en: 'remainder by zero is undefined', ko: '0으로 나눈 나머지는 정의되지 않은 동작입니다' },
  'c.shift-negative': { en: 'shift count is negative', ko: '시프트 횟수가 음수입니다' },
  'c.shift-overflow': { en: 'shift count >= width of type', ko: '시프트 횟수가 타입의 너비 이상입니다' },
  'c.constant-overflow': {
    en: "overflow in expression; result is {0} with type '{1}'",
    ko: "식에서 오버플로가 일어나 결과가 타입 '{1}'의 {0}이(가) 됩니다",
  },
  'c.constant-conversion': {
    en: 'implicit conversion from {0} to {1} changes value from {2} to {3}',
    ko: '{0}에서 {1}(으)로 암시적으로 변환되어 값이 {2}에서 {3}(으)로 바뀝니다',
  },
  'c.unused-variable': { en: "unused variable '{0}'", ko: "변수 '{0}'이(가) 쓰이지 않습니다" },
  'c.unused-set': { en: "variable '{0}' set but not used", ko: "변수 '{0}'에 값을 넣지만 쓰지 않습니다" },
  'c.unused-label': { en: "unused label '{0}'", ko: "레이블 '{0}'이(가) 쓰이지 않습니다" },
  'c.unused-function': { en: "unused function '{0}'", ko: "함수 '{0}'이(가) 쓰이지 않습니다" },
  'c.uninitialized': { en: "variable '{0}' is uninitialized when used here", ko: "변수 '{0}'이(가) 초기화되지 않은 채 여기서 쓰입니다" },
  'c.uninitialized-self': {
    en: "variable '{0}' is uninitialized when used within its own initialization",
    ko: "변수 '{0}'을(를) 자기 자신의 초기화에 씁니다",
  },
  'c.uninitialized-sometimes': {
    en: "variable '{0}' is used uninitialized whenever 'if' condition is {1}",
    ko: "'if' 조건이 {1}이면 변수 '{0}'이(가) 초기화되지 않은 채 쓰입니다",
  },
  'c.note.initialize': { en: "initialize the variable '{0}' to silence this warning", ko: "변수 '{0}'을(를) 초기화하면 경고가 사라집니다" },
  'c.note.uninitialized-use': { en: 'uninitialized use occurs here', ko: '초기화되지 않은 값이 여기서 쓰입니다' },
  'c.unused-value': { en: 'expression result unused', ko: '식의 결과가 쓰이지 않습니다' },
  'c.unused-comparison': { en: '{0} comparison result unused', ko: '비교({0}) 결과가 쓰이지 않습니다' },
  'c.self-assign': {
    en: 'explicitly assigning value of variable of type {0} to itself',
    ko: '타입이 {0}인 변수에 자기 자신의 값을 대입합니다',
  },
  'c.self-comparison': { en: 'self-comparison always evaluates to {0}', ko: '자기 자신과 비교하면 언제나 {0}입니다' },
  'c.comparison-out-of-range': {
    en: 'result of comparison of constant {0} with expression of type {1} is always {2}',
    ko: '상수 {0}과(와) 타입이 {1}인 식의 비교 결과는 언제나 {2}입니다',
  },
  'c.logical-constant': { en: "use of logical '{0}' with constant operand", ko: "논리 연산 '{0}'의 피연산자가 상수입니다" },
  'c.and-within-or': { en: "'&&' within '||'", ko: "'||' 안에 괄호 없이 '&&'가 있습니다" },
  'c.lower-precedence': {
    en: '{0} has lower precedence than {1}; {1} will be evaluated first',
    ko: '{0}의 우선순위가 {1}보다 낮아 {1}이(가) 먼저 계산됩니다',
  },
  'c.shift-precedence': {
    en: "operator '{0}' has lower precedence than '{1}'; '{1}' will be evaluated first",
    ko: "연산자 '{0}'의 우선순위가 '{1}'보다 낮아 '{1}'이(가) 먼저 계산됩니다",
  },
  'c.not-of-left': {
    en: 'logical not is only applied to the left hand side of this comparison',
    ko: '논리 부정이 비교의 왼쪽에만 적용됩니다',
  },
  'c.return-local': {
    en: "address of stack memory associated with local variable '{0}' returned",
    ko: "지역 변수 '{0}'의 스택 주소를 반환합니다",
  },
  'c.switch-boolean': { en: 'switch condition has boolean value', ko: 'switch 조건이 참/거짓 값입니다' },
  'c.case-not-enumerator': { en: 'case value not in enumerated type {0}', ko: 'case 값이 열거형 {0}에 없습니다' },
  'c.switch-enumerator': { en: 'enumeration value {0} not handled in switch', ko: 'switch에서 열거 값 {0}을(를) 다루지 않습니다' },
  'c.switch-enumerators': { en: 'enumeration values {0} not handled in switch', ko: 'switch에서 열거 값 {0}을(를) 다루지 않습니다' },
  'c.switch-many': {
    en: '{0} enumeration values not handled in switch: {1}...',
    ko: 'switch에서 열거 값 {0}개를 다루지 않습니다: {1}...',
  },
  'c.empty-loop': { en: '{0} loop has empty body', ko: '{0} 반복문의 본문이 비어 있습니다' },
  'c.empty-if': { en: 'if statement has empty body', ko: 'if 문의 본문이 비어 있습니다' },
  'c.assign-condition': {
    en: 'using the result of an assignment as a condition without parentheses',
    ko: '괄호 없이 대입의 결과를 조건으로 썼습니다',
  },
  'c.comparison-boolean': {
    en: 'result of comparison of constant {0} with boolean expression is always {1}',
    ko: '상수 {0}과(와) 참/거짓 식의 비교 결과는 항상 {1}입니다',
  },
  'c.chained-comparison': {
    en: "chained comparison '{0}' does not behave the same as a mathematical expression",
    ko: "이어 쓴 비교 '{0}'은(는) 수학에서와 뜻이 다릅니다",
  },
  'c.string-comparison': {
    en: 'result of comparison against a string literal is unspecified (use an explicit string comparison function instead)',
    ko: '문자열 리터럴과 비교한 결과는 정해져 있지 않습니다(문자열을 비교하는 함수를 쓰세요)',
  },
  'c.compound-meant': {
    en: 'use of unary operator that may be intended as compound assignment ({0}=)',
    ko: '복합 대입({0}=)을 쓰려던 단항 연산자로 보입니다',
  },
  'c.dangling-else': {
    en: 'add explicit braces to avoid dangling else',
    ko: 'else가 어느 if의 것인지 드러나게 중괄호를 쓰세요',
  },
  'c.size-of-pointer': {
    en: "'{0}' call operates on objects of type {1} while the size is based on a different type {2}",
    ko: "'{0}' 호출은 {1} 타입의 객체를 다루는데 크기는 다른 타입 {2}의 것입니다",
  },
  'c.note.array-declared': { en: "array '{0}' declared here", ko: "배열 '{0}'은(는) 여기에 선언되었습니다" },
  'c.fix.compare': { en: "use '==' to turn this assignment into an equality comparison", ko: "'=='를 써서 비교로 바꾸기" },

  // Initializers.
  'c.array-init': { en: 'array initializer must be an initializer list', ko: '배열은 초기화 목록으로 초기화해야 합니다' },
  'c.array-init-string': {
    en: 'array initializer must be an initializer list or string literal',
    ko: '배열은 초기화 목록이나 문자열 리터럴로 초기화해야 합니다',
  },
  'c.init-not-constant': { en: 'initializer element is not a compile-time constant', ko: '초기화 값이 컴파일 시간 상수가 아닙니다' },
  'c.init-too-large': { en: 'initializer has more than {0} parts', ko: '초기화 식의 항목이 {0}개를 넘습니다' },
  'c.string-too-long': { en: 'initializer-string for char array is too long', ko: '문자 배열의 초기화 문자열이 너무 깁니다' },
  'c.excess-scalar': { en: 'excess elements in scalar initializer', ko: '스칼라 초기화 식에 원소가 너무 많습니다' },
  'c.excess-array': { en: 'excess elements in array initializer', ko: '배열 초기화 식에 원소가 너무 많습니다' },
  'c.excess-struct': { en: 'excess elements in struct initializer', ko: '구조체 초기화 식에 원소가 너무 많습니다' },
  'c.excess-union': { en: 'excess elements in union initializer', ko: '공용체 초기화 식에 원소가 너무 많습니다' },
  'c.designator-scalar': { en: 'designator in initializer for scalar type {0}', ko: '스칼라 타입 {0}의 초기화 식에 지정자를 썼습니다' },
  'c.designator-array': {
    en: "field designator '{0}' cannot initialize an array {1}",
    ko: "필드 지정자 '{0}'(으)로 배열 {1}을(를) 초기화할 수 없습니다",
  },
  'c.designator-not-array': {
    en: 'array designator cannot initialize non-array type {1}',
    ko: '배열 지정자로 배열이 아닌 타입 {1}을(를) 초기화할 수 없습니다',
  },
  'c.designator-no-field': {
    en: "field designator '{0}' does not refer to any field in type {1}",
    ko: "필드 지정자 '{0}'에 맞는 멤버가 타입 {1}에 없습니다",
  },
  'c.designator-negative': { en: "array designator value '{0}' is negative", ko: "배열 지정자 값 '{0}'이(가) 음수입니다" },
  'c.designator-past': {
    en: 'array designator index ({0}) exceeds array bounds ({1})',
    ko: '배열 지정자 값({0})이 배열 크기({1})를 넘습니다',
  },
  'c.designator-range': { en: 'array designator range is empty', ko: '배열 지정자 범위가 비어 있습니다' },

  // Statements.
  'c.stray-break': { en: "'break' statement not in loop or switch statement", ko: "반복문이나 switch 밖에서 'break'를 썼습니다" },
  'c.stray-continue': { en: "'continue' statement not in loop statement", ko: "반복문 밖에서 'continue'를 썼습니다" },
  'c.stray-case': { en: "'{0}' statement not in switch statement", ko: "switch 밖에서 '{0}'를 썼습니다" },
  'c.switch-not-integer': {
    en: 'statement requires expression of integer type ({0} invalid)',
    ko: '정수 타입의 식이 필요합니다 ({0}은(는) 안 됨)',
  },
  'c.case-not-constant': { en: 'expression is not an integer constant expression', ko: '정수 상수 식이 아닙니다' },
  'c.duplicate-case': { en: "duplicate case value '{0}'", ko: "case 값 '{0}'이(가) 중복되었습니다" },
  'c.note.previous-case': { en: 'previous case defined here', ko: '이전 case' },
  'c.empty-case-range': { en: 'empty case range specified', ko: 'case 범위가 비어 있습니다' },
  'c.two-defaults': { en: 'multiple default labels in one switch', ko: 'switch 하나에 default가 여럿입니다' },
  'c.label-twice': { en: "redefinition of label '{0}'", ko: "레이블 '{0}'이(가) 다시 정의되었습니다" },
  'c.return-value-missing': {
    en: "non-void function '{0}' should return a value",
    ko: "void가 아닌 함수 '{0}'은(는) 값을 반환해야 합니다",
  },
  'c.return-value-void': { en: "void function '{0}' should not return a value", ko: "void 함수 '{0}'은(는) 값을 반환하지 않아야 합니다" },
  'c.missing-return': { en: 'non-void function does not return a value', ko: 'void가 아닌 함수가 값을 반환하지 않습니다' },
  'c.missing-return-path': {
    en: 'non-void function does not return a value in all control paths',
    ko: 'void가 아닌 함수가 모든 경로에서 값을 반환하지는 않습니다',
  },
  'c.noreturn-returns': {
    en: "function '{0}' declared 'noreturn' should not return",
    ko: "'noreturn'으로 선언된 함수 '{0}'이(가) 반환합니다",
  },

  // Conversions; {0} is the type wanted, {1} the type given.
  'c.convert.pointer.assigning': {
    en: 'incompatible pointer types assigning to {0} from {1}',
    ko: '호환되지 않는 포인터 타입: {1}을(를) {0}에 대입합니다',
  },
  'c.convert.pointer.initializing': {
    en: 'incompatible pointer types initializing {0} with an expression of type {1}',
    ko: '호환되지 않는 포인터 타입: {0}을(를) {1}(으)로 초기화합니다',
  },
  'c.convert.pointer.returning': {
    en: 'incompatible pointer types returning {1} from a function with result type {0}',
    ko: '호환되지 않는 포인터 타입: 결과 타입이 {0}인 함수에서 {1}을(를) 반환합니다',
  },
  'c.convert.pointer.passing': {
    en: 'incompatible pointer types passing {1} to parameter of type {0}',
    ko: '호환되지 않는 포인터 타입: {0} 매개변수에 {1}을(를) 전달합니다',
  },
  'c.convert.int-to-pointer.assigning': {
    en: 'incompatible integer to pointer conversion assigning to {0} from {1}',
    ko: '정수를 포인터로 변환할 수 없습니다: {1}을(를) {0}에 대입합니다',
  },
  'c.convert.int-to-pointer.initializing': {
    en: 'incompatible integer to pointer conversion initializing {0} with an expression of type {1}',
    ko: '정수를 포인터로 변환할 수 없습니다: {0}을(를) {1}(으)로 초기화합니다',
  },
  'c.convert.int-to-pointer.returning': {
    en: 'incompatible integer to pointer conversion returning {1} from a function with result type {0}',
    ko: '정수를 포인터로 변환할 수 없습니다: 결과 타입이 {0}인 함수에서 {1}을(를) 반환합니다',
  },
  'c.convert.int-to-pointer.passing': {
    en: 'incompatible integer to pointer conversion passing {1} to parameter of type {0}',
    ko: '정수를 포인터로 변환할 수 없습니다: {0} 매개변수에 {1}을(를) 전달합니다',
  },
  'c.convert.pointer-to-int.assigning': {
    en: 'incompatible pointer to integer conversion assigning to {0} from {1}',
    ko: '포인터를 정수로 변환할 수 없습니다: {1}을(를) {0}에 대입합니다',
  },
  'c.convert.pointer-to-int.initializing': {
    en: 'incompatible pointer to integer conversion initializing {0} with an expression of type {1}',
    ko: '포인터를 정수로 변환할 수 없습니다: {0}을(를) {1}(으)로 초기화합니다',
  },
  'c.convert.pointer-to-int.returning': {
    en: 'incompatible pointer to integer conversion returning {1} from a function with result type {0}',
    ko: '포인터를 정수로 변환할 수 없습니다: 결과 타입이 {0}인 함수에서 {1}을(를) 반환합니다',
  },
  'c.convert.pointer-to-int.passing': {
    en: 'incompatible pointer to integer conversion passing {1} to parameter of type {0}',
    ko: '포인터를 정수로 변환할 수 없습니다: {0} 매개변수에 {1}을(를) 전달합니다',
  },
  'c.convert.incompatible.assigning': {
    en: 'assigning to {0} from incompatible type {1}',
    ko: '호환되지 않는 타입: {1}을(를) {0}에 대입합니다',
  },
  'c.convert.discards.assigning': {
    en: 'assigning to {0} from {1} discards qualifiers',
    ko: '한정자가 사라집니다: {1}을(를) {0}에 대입합니다',
  },
  'c.convert.sign.assigning': {
    en: 'assigning to {0} from {1} converts between pointers to integer types with different sign',
    ko: '부호가 다른 정수 포인터 사이의 변환: {1}을(를) {0}에 대입합니다',
  },
  'c.convert.incompatible.initializing': {
    en: 'initializing {0} with an expression of incompatible type {1}',
    ko: '호환되지 않는 타입: {0}을(를) {1}(으)로 초기화합니다',
  },
  'c.convert.discards.initializing': {
    en: 'initializing {0} with an expression of type {1} discards qualifiers',
    ko: '한정자가 사라집니다: {0}을(를) {1}(으)로 초기화합니다',
  },
  'c.convert.sign.initializing': {
    en: 'initializing {0} with an expression of type {1} converts between pointers to integer types with different sign',
    ko: '부호가 다른 정수 포인터 사이의 변환: {0}을(를) {1}(으)로 초기화합니다',
  },
  'c.convert.incompatible.returning': {
    en: 'returning {1} from a function with incompatible result type {0}',
    ko: '호환되지 않는 타입: 결과 타입이 {0}인 함수에서 {1}을(를) 반환합니다',
  },
  'c.convert.discards.returning': {
    en: 'returning {1} from a function with result type {0} discards qualifiers',
    ko: '한정자가 사라집니다: 결과 타입이 {0}인 함수에서 {1}을(를) 반환합니다',
  },
  'c.convert.sign.returning': {
    en: 'returning {1} from a function with result type {0} converts between pointers to integer types with different sign',
    ko: '부호가 다른 정수 포인터 사이의 변환: 결과 타입이 {0}인 함수에서 {1}을(를) 반환합니다',
  },
  'c.convert.incompatible.passing': {
    en: 'passing {1} to parameter of incompatible type {0}',
    ko: '호환되지 않는 타입: {0} 매개변수에 {1}을(를) 전달합니다',
  },
  'c.convert.discards.passing': {
    en: 'passing {1} to parameter of type {0} discards qualifiers',
    ko: '한정자가 사라집니다: {0} 매개변수에 {1}을(를) 전달합니다',
  },
  'c.convert.sign.passing': {
    en: 'passing {1} to parameter of type {0} converts between pointers to integer types with different sign',
    ko: '부호가 다른 정수 포인터 사이의 변환: {0} 매개변수에 {1}을(를) 전달합니다',
  },
  'c.note.passing-to': { en: "passing argument to parameter '{0}' here", ko: "매개변수 '{0}'에 전달됨" },

  // What the target cannot do with code that is right by C.
  'c.bpf.sdiv': {
    en: 'unsupported signed division: BPF before v4 divides unsigned numbers only; convert to unsigned or choose cpu v4',
    ko: 'BPF v4 이전에는 부호 없는 나눗셈만 있습니다. 부호 없는 타입으로 바꾸거나 cpu v4를 고르세요',
  },
  'c.bpf.atomic': {
    en: 'BPF has no atomic instruction for this operation on the chosen cpu version',
    ko: '고른 cpu 버전의 BPF에는 이 연산의 원자적 명령이 없습니다',
  },
  'c.bpf.indirect-call': {
    en: 'BPF cannot call through a pointer: the function must be known when the program is compiled',
    ko: 'BPF는 포인터로 호출할 수 없습니다. 호출할 함수가 컴파일할 때 정해져야 합니다',
  },
  'c.bpf.too-many-args': {
    en: "too many arguments for '{0}': BPF passes five at most; make the function static __always_inline",
    ko: "'{0}'의 인수가 너무 많습니다. BPF는 다섯 개까지만 전달합니다. 함수를 static __always_inline으로 만드세요",
  },
  'c.bpf.asm-immediate': {
    en: "constraint 'i' expects a number or an address that is known when the program is compiled",
    ko: "제약 'i'에는 컴파일할 때 정해지는 숫자나 주소가 필요합니다",
  },
  'c.bpf.asm-registers': {
    en: 'inline assembly requires more registers than available',
    ko: '인라인 어셈블리에 쓸 레지스터가 모자랍니다',
  },
  'c.bpf.stack': {
    en: 'the stack frame needs {0} bytes and the limit is 512; move large variables into a per-CPU array map',
    ko: '스택 프레임에 {0}바이트가 필요한데 한도는 512바이트입니다. 큰 변수는 per-CPU 배열 맵으로 옮기세요',
  },
  'c.bpf.memory-size': {
    en: "the size of '{0}' must be a constant: BPF has no library to call",
    ko: "'{0}'의 크기는 상수여야 합니다. BPF에는 호출할 라이브러리가 없습니다",
  },
  'c.bpf.memory-large': {
    en: "the size of '{0}' is larger than {1} bytes, the most that is expanded in line",
    ko: "'{0}'의 크기가 {1}바이트를 넘습니다. 그보다 크면 인라인으로 펼칠 수 없습니다",
  },
  'c.bpf.string-builtin': {
    en: "a call to built-in function '{0}' is not supported: BPF has no library to call",
    ko: "내장 함수 '{0}' 호출은 지원하지 않습니다. BPF에는 호출할 라이브러리가 없습니다",
  },
  'c.bpf.inline-too-large': {
    en: "inlining '{0}' makes '{1}' larger than a program may be (1,000,000 instructions); let it be a function of its own (__noinline)",
    ko: "'{0}'을(를) 인라인하면 '{1}'이(가) 프로그램의 한도(명령어 1,000,000개)보다 커집니다. 별도의 함수(__noinline)로 두십시오",
  },
  'c.bpf.jump-too-far': { en: "a jump in '{0}' is too far for BPF", ko: "'{0}'의 점프가 BPF가 허용하는 거리보다 멉니다" },
} as const satisfies MessageTable
