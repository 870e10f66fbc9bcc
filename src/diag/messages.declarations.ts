// Texts of what the compiler says up to declarations: the preprocessor, the parser, names, types. English follows clang's wording where clang has
// the message.
import type { MessageTable } from './messages.ts'

export const DECLARATION_MESSAGES = {
  'c.too-many-errors': { en: 'too many errors emitted, stopping now', ko: '오류가 너무 많아 여기서 멈춥니다' },
  'c.note.expanded-from-macro': { en: "expanded from macro '{0}'", ko: "매크로 '{0}'에서 확장됨" },
  'c.fix.replace': { en: "replace with '{0}'", ko: "'{0}'(으)로 바꾸기" },
  'c.fix.insert': { en: "insert '{0}'", ko: "'{0}' 넣기" },

  // The preprocessor.
  'c.unterminated-comment': { en: 'unterminated /* comment', ko: '/* 주석이 닫히지 않았습니다' },
  'c.unterminated-string': { en: "missing terminating '\"' character", ko: "닫는 '\"' 문자가 없습니다" },
  'c.unterminated-char': { en: "missing terminating ' character", ko: "닫는 ' 문자가 없습니다" },
  'c.too-many-tokens': { en: 'macro expansion makes more than {0} tokens', ko: '매크로 확장 결과가 토큰 {0}개를 넘습니다' },
  'c.macro-nesting': {
    en: 'macro calls in macro arguments are nested deeper than {0}',
    ko: '매크로 인수 안의 매크로 호출이 {0}단계보다 깊습니다',
  },
  'c.include-depth': { en: '#include nested too deeply (limit {0})', ko: '#include가 너무 깊게 중첩되었습니다 (최대 {0})' },
  'c.if-depth': { en: '#if nested too deeply (limit {0})', ko: '#if가 너무 깊게 중첩되었습니다 (최대 {0})' },
  'c.source-too-large': { en: 'the source with its headers is larger than {0} MB', ko: '헤더를 포함한 소스가 {0}MB보다 큽니다' },
  'c.bad-paste': {
    en: "pasting formed '{0}', an invalid preprocessing token",
    ko: "이어 붙인 결과 '{0}'은(는) 올바른 전처리 토큰이 아닙니다",
  },
  'c.poisoned': { en: "attempt to use a poisoned identifier '{0}'", ko: "사용이 금지된(poison) 식별자 '{0}'을(를) 사용했습니다" },
  'c.unterminated-macro-call': {
    en: "unterminated function-like macro invocation of '{0}'",
    ko: "함수형 매크로 '{0}' 호출이 끝나지 않았습니다",
  },
  'c.too-many-macro-arguments': {
    en: "too many arguments provided to function-like macro invocation of '{0}'",
    ko: "함수형 매크로 '{0}'에 인수가 너무 많습니다",
  },
  'c.too-few-macro-arguments': {
    en: "too few arguments provided to function-like macro invocation of '{0}'",
    ko: "함수형 매크로 '{0}'에 인수가 모자랍니다",
  },
  'c.note.macro-defined-here': { en: "macro '{0}' defined here", ko: "매크로 '{0}'의 정의" },
  'c.bad-pragma-operator': { en: '_Pragma takes a parenthesized string literal', ko: '_Pragma에는 괄호로 묶은 문자열 리터럴이 필요합니다' },
  'c.pragma-message': { en: '{0}', ko: '{0}' },
  'c.unknown-pragma': { en: "unknown pragma '{0}' ignored", ko: "알 수 없는 pragma '{0}'을(를) 무시합니다" },
  'c.expected-file-name': { en: 'expected "FILENAME" or <FILENAME>', ko: '"파일이름" 또는 <파일이름>이 필요합니다' },
  'c.file-not-found': { en: "'{0}' file not found", ko: "'{0}' 파일을 찾을 수 없습니다" },
  'c.error-directive': { en: '{0}', ko: '{0}' },
  'c.warning-directive': { en: '{0}', ko: '{0}' },
  'c.line-ignored': { en: '#line is ignored: positions stay those of the file', ko: '#line은 무시됩니다. 위치는 파일 그대로 표시됩니다' },
  'c.bad-directive': { en: "invalid preprocessing directive '#{0}'", ko: "잘못된 전처리 지시문 '#{0}'" },
  'c.macro-name-missing': { en: 'macro name missing or not an identifier', ko: '매크로 이름이 없거나 식별자가 아닙니다' },
  'c.macro-name-defined': { en: "'defined' cannot be used as a macro name", ko: "'defined'는 매크로 이름으로 쓸 수 없습니다" },
  'c.macro-params-unclosed': { en: "missing ')' in macro parameter list", ko: "매크로 매개변수 목록에 ')'가 없습니다" },
  'c.macro-param-expected': { en: 'invalid token in macro parameter list', ko: '매크로 매개변수 목록에 잘못된 토큰이 있습니다' },
  'c.macro-param-twice': { en: 'duplicate macro parameter name', ko: '매크로 매개변수 이름이 중복되었습니다' },
  'c.paste-at-end': {
    en: "'##' cannot appear at start or end of macro expansion",
    ko: "'##'은 매크로 본문의 처음이나 끝에 올 수 없습니다",
  },
  'c.hash-without-param': { en: "'#' is not followed by a macro parameter", ko: "'#' 뒤에 매크로 매개변수가 없습니다" },
  'c.macro-redefined': { en: "'{0}' macro redefined", ko: "매크로 '{0}'이(가) 다시 정의되었습니다" },
  'c.builtin-macro-redefined': { en: "redefining builtin macro '{0}'", ko: "내장 매크로 '{0}'을(를) 다시 정의합니다" },
  'c.note.previous-definition': { en: 'previous definition is here', ko: '이전 정의' },
  'c.extra-tokens': { en: 'extra tokens at end of #{0} directive', ko: '#{0} 지시문 끝에 불필요한 토큰이 있습니다' },
  'c.expected-value': { en: 'expected value in expression', ko: '식에 값이 필요합니다' },
  'c.bad-if-expression': { en: 'invalid expression in preprocessor condition', ko: '전처리 조건식이 올바르지 않습니다' },
  'c.division-by-zero-if': { en: 'division by zero in preprocessor expression', ko: '전처리 식에서 0으로 나눕니다' },
  'c.function-like-undefined': {
    en: "function-like macro '{0}' is not defined",
    ko: "함수형 매크로 '{0}'이(가) 정의되지 않았습니다",
  },
  'c.without-if': { en: '#{0} without #if', ko: '#if 없이 #{0}이(가) 나왔습니다' },
  'c.after-else': { en: '#{0} after #else', ko: '#else 뒤에 #{0}이(가) 나왔습니다' },
  'c.note.if-here': { en: 'the conditional began here', ko: '조건부 블록의 시작' },
  'c.unterminated-if': { en: 'unterminated conditional directive', ko: '조건부 지시문이 닫히지 않았습니다' },

  // The parser.
  'c.expected': { en: "expected '{0}'", ko: "'{0}' 기호가 필요합니다" },
  'c.note.to-match': { en: "to match this '{0}'", ko: "여기의 '{0}'와(과) 짝을 이룹니다" },
  'c.nesting': { en: 'nesting level exceeded maximum of {0}', ko: '중첩 깊이가 최대 {0}을(를) 넘었습니다' },
  'c.chain-too-long': {
    en: 'more than {0} operators in a row in one expression; split it into several statements',
    ko: '한 식에 연산자가 {0}개 넘게 이어집니다. 여러 문장으로 나누십시오',
  },
  'c.expected-expression': { en: 'expected expression', ko: '식이 필요합니다' },
  'c.expected-identifier': { en: 'expected identifier', ko: '식별자가 필요합니다' },
  'c.expected-string': { en: 'expected string literal', ko: '문자열 리터럴이 필요합니다' },
  'c.expected-external': { en: "expected identifier or '('", ko: "식별자나 '('가 필요합니다" },
  'c.expected-tag': { en: "expected identifier or '{' after '{0}'", ko: "'{0}' 뒤에 식별자나 '{'가 필요합니다" },
  'c.expected-type': { en: 'expected a type', ko: '타입이 필요합니다' },
  'c.unknown-type': { en: "unknown type name '{0}'", ko: "알 수 없는 타입 이름 '{0}'" },
  'c.unknown-type-near': {
    en: "unknown type name '{0}'; did you mean '{1}'?",
    ko: "알 수 없는 타입 이름 '{0}'; '{1}'을(를) 쓰려고 했나요?",
  },
  'c.expected-semi-after': { en: "expected ';' after {0}", ko: "{0} 뒤에 ';'이 필요합니다" },
  'c.extraneous-brace': { en: "extraneous closing brace ('}')", ko: "닫는 중괄호('}')가 남습니다" },
  'c.nested-function': { en: 'function definition is not allowed here', ko: '여기에는 함수를 정의할 수 없습니다' },
  'c.old-style-function': {
    en: 'a function definition without a prototype is deprecated in all versions of C and is not supported in C23',
    ko: '매개변수 타입을 괄호 밖에 쓰는 함수 정의는 모든 C 판에서 사용 중단되었고 C23에는 없습니다',
  },
  'c.not-a-parameter': { en: "parameter named '{0}' is missing", ko: "'{0}'(이)라는 매개변수가 없습니다" },
  'c.unknown-type-header': {
    en: "unknown type name '{0}'; include <{1}>, which declares it",
    ko: "알 수 없는 타입 이름 '{0}'. 이를 선언하는 <{1}>을(를) 포함하세요",
  },
  'c.expected-paren-after': { en: "expected '(' after '{0}'", ko: "'{0}' 뒤에 '('가 필요합니다" },
  'c.expected-while': { en: "expected 'while' in do/while loop", ko: "do/while 반복문에 'while'이 필요합니다" },
  'c.expected-semi-expression': { en: "expected ';' after expression", ko: "식 뒤에 ';'가 필요합니다" },
  'c.expected-semi-declaration': { en: "expected ';' at end of declaration", ko: "선언 끝에 ';'가 필요합니다" },
  'c.expected-semi-member': { en: "expected ';' at end of declaration list", ko: "멤버 선언 끝에 ';'가 필요합니다" },
  'c.expected-semi-statement': { en: "expected ';' after {0} statement", ko: "{0} 문 뒤에 ';'가 필요합니다" },
  'c.else-without-if': { en: "expected expression: 'else' without a previous 'if'", ko: "앞선 'if' 없이 'else'가 나왔습니다" },
  'c.declaration-here': { en: 'expected expression: a declaration cannot stand here', ko: '여기에는 선언이 올 수 없습니다' },
  'c.two-storage-classes': {
    en: "cannot combine with previous '{1}' declaration specifier",
    ko: "앞의 '{1}' 선언 지정자와 함께 쓸 수 없습니다",
  },

  // Names.
  'c.undeclared': { en: "use of undeclared identifier '{0}'", ko: "선언되지 않은 식별자 '{0}'을(를) 사용했습니다" },
  'c.undeclared-near': {
    en: "use of undeclared identifier '{0}'; did you mean '{1}'?",
    ko: "선언되지 않은 식별자 '{0}'을(를) 사용했습니다. '{1}'을(를) 쓰려던 것인가요?",
  },
  'c.undeclared-header': {
    en: "use of undeclared identifier '{0}'; include <{1}>, which declares it",
    ko: "선언되지 않은 식별자 '{0}'을(를) 사용했습니다. 이를 선언하는 <{1}>을(를) 포함하세요",
  },
  'c.undeclared-function': {
    en: "call to undeclared function '{0}'; ISO C99 and later do not support implicit function declarations",
    ko: "선언되지 않은 함수 '{0}'을(를) 호출했습니다. C99부터는 암시적 함수 선언을 허용하지 않습니다",
  },
  'c.undeclared-function-near': {
    en: "call to undeclared function '{0}'; did you mean '{1}'?",
    ko: "선언되지 않은 함수 '{0}'을(를) 호출했습니다. '{1}'을(를) 쓰려던 것인가요?",
  },
  'c.undeclared-function-header': {
    en: "call to undeclared function '{0}'; include <{1}>, which declares it",
    ko: "선언되지 않은 함수 '{0}'을(를) 호출했습니다. 이를 선언하는 <{1}>을(를) 포함하세요",
  },
  'c.libc-function': {
    en: "call to undeclared function '{0}': BPF programs have no C library",
    ko: "선언되지 않은 함수 '{0}'을(를) 호출했습니다. BPF 프로그램에는 C 라이브러리가 없습니다",
  },
  'c.fix.include': { en: 'add #include <{0}>', ko: '#include <{0}> 추가' },
  'c.undeclared-label': { en: "use of undeclared label '{0}'", ko: "선언되지 않은 레이블 '{0}'을(를) 사용했습니다" },
  'c.unexpected-type-name': {
    en: "unexpected type name '{0}': expected expression",
    ko: "타입 이름 '{0}'이(가) 올 수 없습니다. 식이 필요합니다",
  },
  'c.redefined': { en: "redefinition of '{0}'", ko: "'{0}'이(가) 다시 정의되었습니다" },
  'c.redefined-enumerator': { en: "redefinition of enumerator '{0}'", ko: "열거자 '{0}'이(가) 다시 정의되었습니다" },
  'c.redefined-other-kind': {
    en: "redefinition of '{0}' as different kind of symbol",
    ko: "'{0}'이(가) 다른 종류의 이름으로 다시 정의되었습니다",
  },
  'c.redefined-type': {
    en: "redefinition of '{0}' with a different type: {1} vs {2}",
    ko: "'{0}'이(가) 다른 타입으로 다시 정의되었습니다: {1}, 이전 {2}",
  },
  'c.typedef-redefined': {
    en: "typedef redefinition of '{0}' with different types ({1} vs {2})",
    ko: "typedef '{0}'이(가) 다른 타입으로 다시 정의되었습니다 ({1}, 이전 {2})",
  },
  'c.conflicting-types': { en: "conflicting types for '{0}': {1} vs {2}", ko: "'{0}'의 타입이 서로 다릅니다: {1}, 이전 {2}" },
  'c.static-after-extern': {
    en: "static declaration of '{0}' follows non-static declaration",
    ko: "static이 아닌 선언 뒤에 '{0}'을(를) static으로 선언했습니다",
  },
  'c.static-undefined': {
    en: "function '{0}' has internal linkage but is not defined",
    ko: "함수 '{0}'은(는) 내부 연결인데 정의가 없습니다",
  },
  'c.wrong-tag': {
    en: "use of '{0}' with tag type that does not match previous declaration",
    ko: "'{0}'의 태그 종류가 이전 선언과 다릅니다",
  },
  'c.note.previous-declaration': { en: 'previous declaration is here', ko: '이전 선언' },
  'c.note.previous-use': { en: 'previous use is here', ko: '이전 사용' },
  'c.note.declared-here': { en: "'{0}' declared here", ko: "'{0}'의 선언" },
  'c.note.declared-const': { en: "'{0}' declared const here", ko: "'{0}'이(가) const로 선언된 곳" },
  'c.note.forward-declared': { en: "forward declaration of '{0}'", ko: "'{0}'의 전방 선언" },
  'c.note.not-complete-here': {
    en: "definition of '{0}' is not complete until the closing '}'",
    ko: "'{0}'의 정의는 닫는 '}'에서 완성됩니다",
  },

  // Declarations and types.
  'c.implicit-int': { en: 'a type specifier is required for all declarations', ko: '모든 선언에는 타입 지정자가 필요합니다' },
  'c.bad-type-words': { en: "invalid combination of type specifiers '{0}'", ko: "타입 지정자 조합 '{0}'이(가) 올바르지 않습니다" },
  'c.declares-nothing': { en: 'declaration does not declare anything', ko: '선언이 아무것도 선언하지 않습니다' },
  'c.storage-in-type-name': {
    en: 'type name does not allow storage class to be specified',
    ko: '타입 이름에는 저장소 지정자를 쓸 수 없습니다',
  },
  'c.thread-local': {
    en: 'thread-local storage is not supported for target bpf',
    ko: 'bpf 대상에서는 스레드 지역 저장소를 쓸 수 없습니다',
  },
  'c.auto-needs-init': {
    en: "declaration with '__auto_type' requires an initializer",
    ko: "'__auto_type' 선언에는 초기화 식이 필요합니다",
  },
  'c.init-function': {
    en: "illegal initializer (only variables can be initialized): '{0}' is a function",
    ko: "변수만 초기화할 수 있습니다. '{0}'은(는) 함수입니다",
  },
  'c.typedef-body': { en: "function definition declared 'typedef'", ko: "함수 정의를 'typedef'로 선언할 수 없습니다" },
  'c.void-parameter': { en: "argument may not have 'void' type", ko: "매개변수는 'void' 타입일 수 없습니다" },
  'c.function-returns-function': { en: 'function cannot return function type {0}', ko: '함수는 함수 타입 {0}을(를) 반환할 수 없습니다' },
  'c.function-returns-array': { en: 'function cannot return array type {0}', ko: '함수는 배열 타입 {0}을(를) 반환할 수 없습니다' },
  'c.array-incomplete': { en: 'array has incomplete element type {0}', ko: '배열 원소의 타입 {0}이(가) 불완전합니다' },
  'c.array-of-functions': { en: 'array of functions of type {0}', ko: '함수 타입 {0}의 배열은 만들 수 없습니다' },
  'c.array-size-type': { en: 'size of array has non-integer type {0}', ko: '배열 크기의 타입 {0}이(가) 정수가 아닙니다' },
  'c.array-size-missing': {
    en: "definition of variable '{0}' with array type needs an explicit size or an initializer",
    ko: "배열 변수 '{0}'에는 크기나 초기화 식이 필요합니다",
  },
  'c.array-negative': { en: 'array declared with a negative size', ko: '배열의 크기가 음수입니다' },
  'c.initialized-too-large': {
    en: 'a variable of type {0} is too large to be initialized (at most {1} bytes)',
    ko: '{0} 타입의 변수는 초기화하기에 너무 큽니다 (최대 {1}바이트)',
  },
  'c.array-too-large': { en: 'array is too large ({0} elements)', ko: '배열이 너무 큽니다 (원소 {0}개)' },
  'c.vla': {
    en: 'variable length arrays are not possible in BPF: the size must be an integer constant',
    ko: 'BPF에서는 가변 길이 배열을 쓸 수 없습니다. 크기는 정수 상수여야 합니다',
  },
  'c.vla-folded': {
    en: 'variable length array folded to constant array as an extension',
    ko: '가변 길이 배열을 확장 기능으로 상수 크기 배열로 바꿉니다',
  },
  'c.tentative-array': {
    en: 'tentative array definition assumed to have one element',
    ko: '크기가 정해지지 않은 배열을 원소 하나로 봅니다',
  },
  'c.incomplete-variable': { en: 'variable has incomplete type {0}', ko: '변수의 타입 {0}이(가) 불완전합니다' },
  'c.incomplete-result': { en: 'function result has incomplete type {0}', ko: '함수 결과의 타입 {0}이(가) 불완전합니다' },
  'c.member-function': { en: "field '{0}' declared as a function", ko: "멤버 '{0}'이(가) 함수로 선언되었습니다" },
  'c.member-incomplete': { en: "field '{0}' has incomplete type {1}", ko: "멤버 '{0}'의 타입 {1}이(가) 불완전합니다" },
  'c.duplicate-member': { en: "duplicate member '{0}'", ko: "멤버 '{0}'이(가) 중복되었습니다" },
  'c.flexible-not-last': {
    en: "flexible array member '{0}' is not at the end of struct",
    ko: "유연한 배열 멤버 '{0}'이(가) 구조체의 끝에 있지 않습니다",
  },
  'c.bitfield-type': { en: "bit-field '{0}' has non-integral type", ko: "비트 필드 '{0}'의 타입이 정수가 아닙니다" },
  'c.bitfield-width-constant': {
    en: "width of bit-field '{0}' is not an integer constant expression",
    ko: "비트 필드 '{0}'의 너비가 정수 상수 식이 아닙니다",
  },
  'c.bitfield-negative': { en: "bit-field '{0}' has negative width", ko: "비트 필드 '{0}'의 너비가 음수입니다" },
  'c.bitfield-too-wide': {
    en: "width of bit-field '{0}' exceeds the width of its type",
    ko: "비트 필드 '{0}'의 너비가 타입의 너비보다 큽니다",
  },
  'c.bitfield-zero': { en: "named bit-field '{0}' has zero width", ko: "이름 있는 비트 필드 '{0}'의 너비가 0입니다" },
  'c.enum-not-constant': {
    en: "expression for enumerator '{0}' is not an integer constant expression",
    ko: "열거자 '{0}'의 값이 정수 상수 식이 아닙니다",
  },
  'c.enum-too-large': { en: 'enumerator value is not representable in 64 bits', ko: '열거자 값이 64비트를 넘습니다' },
  'c.static-assert': { en: 'static assertion failed', ko: '정적 단언이 실패했습니다' },
  'c.static-assert-text': { en: 'static assertion failed: {0}', ko: '정적 단언이 실패했습니다: {0}' },
  'c.static-assert-constant': {
    en: 'static assertion expression is not an integral constant expression',
    ko: '정적 단언의 식이 정수 상수 식이 아닙니다',
  },
  'c.unknown-attribute': { en: "unknown attribute '{0}' ignored", ko: "알 수 없는 속성 '{0}'을(를) 무시합니다" },
  'c.unsupported-attribute': {
    en: "attribute '{0}' is not supported by this compiler",
    ko: "속성 '{0}'은(는) 이 컴파일러가 지원하지 않습니다",
  },
  'c.attribute-needs-string': { en: "'{0}' attribute requires a string", ko: "'{0}' 속성에는 문자열이 필요합니다" },
  'c.bad-alignment': { en: 'requested alignment is not a power of 2', ko: '요청한 정렬이 2의 거듭제곱이 아닙니다' },
  'c.cleanup-function': { en: "'cleanup' argument is not a function", ko: "'cleanup' 인수가 함수가 아닙니다" },
  'c.local-section': {
    en: "'section' attribute only applies to functions and global variables, not to '{0}'",
    ko: "'section' 속성은 함수와 전역 변수에만 쓸 수 있습니다 ('{0}')",
  },

  // What BPF cannot do.
  'c.no-float': { en: 'floating point is not possible in BPF', ko: 'BPF에서는 부동 소수점을 쓸 수 없습니다' },
  'c.no-int128': { en: '128-bit integers cannot be used here', ko: '여기에는 128비트 정수를 쓸 수 없습니다' },
  'c.int128-division': {
    en: 'division of 128-bit integers is not possible in BPF: there is no instruction and no library for it',
    ko: 'BPF에서는 128비트 정수를 나눌 수 없습니다. 명령어도 라이브러리도 없습니다',
  },
  'c.variadic-function': { en: 'variadic functions cannot be defined in BPF', ko: 'BPF에서는 가변 인수 함수를 정의할 수 없습니다' },
  'c.computed-goto': {
    en: 'computed goto and label addresses are not supported for target bpf',
    ko: 'bpf 대상에서는 계산된 goto와 레이블 주소를 쓸 수 없습니다',
  },
  'c.asm-goto': {
    en: 'asm goto with outputs is not supported by this compiler',
    ko: '이 컴파일러는 출력이 있는 asm goto를 지원하지 않습니다',
  },
  'c.naked-statement': {
    en: 'non-ASM statement in naked function is not supported',
    ko: 'naked 함수에는 asm 문만 쓸 수 있습니다',
  },
  'c.asm-output': { en: 'invalid lvalue in asm output', ko: 'asm 출력이 lvalue가 아닙니다' },
  'c.asm-operand': { en: 'asm operand must be an integer or a pointer', ko: 'asm 피연산자는 정수나 포인터여야 합니다' },
} as const satisfies MessageTable
