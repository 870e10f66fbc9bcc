// Texts about tcpdump expressions.
import type { MessageTable } from './messages.ts'

export const FILTER_MESSAGES = {
  'filter.unexpected': { en: "unexpected '{0}' in the filter", ko: "필터에 뜻밖의 '{0}' 토큰이 있습니다" },
  'filter.end': { en: 'the filter ends too early', ko: '필터가 너무 일찍 끝났습니다' },
  'filter.address': { en: "'{0}' is not an IPv4 address", ko: "'{0}' 문자열은 IPv4 주소가 아닙니다" },
  'filter.address6': { en: "'{0}' is not an IPv6 address", ko: "'{0}' 문자열은 IPv6 주소가 아닙니다" },
  'filter.name': {
    en: "'{0}' is not an address; names of hosts are not looked up",
    ko: "'{0}' 문자열은 주소가 아닙니다. 호스트 이름은 조회하지 않습니다",
  },
  'filter.number': { en: "'{0}' is not a number of 32 bits", ko: "'{0}' 문자열은 32비트 숫자가 아닙니다" },
  'filter.range': { en: '{0} is too large; the largest number here is {1}', ko: '{0} 값이 너무 큽니다. 여기서 가장 큰 수는 {1}입니다' },
  'filter.size': { en: 'a load takes 1, 2 or 4 bytes, not {0}', ko: '1, 2, 4바이트만 읽을 수 있습니다({0} 아님)' },
  'filter.zero': { en: "'{0}' by the constant 0", ko: "상수 0으로 '{0}' 연산을 합니다" },
  'filter.port': {
    en: "'{0}' is not a port number (0 to 65535) or a known service",
    ko: "'{0}' 문자열은 포트 번호(0~65535)나 알려진 서비스가 아닙니다",
  },
  'filter.proto': { en: "unknown protocol '{0}'", ko: "알 수 없는 프로토콜 '{0}'" },
  'filter.prefix': { en: "'{0}' is not the length of a prefix", ko: "'{0}' 값은 접두사 길이가 아닙니다" },
  'filter.mask': { en: "a mask needs 'net' before '{0}'", ko: "'{0}' 앞에 'net'이 있어야 마스크를 쓸 수 있습니다" },
  'filter.host-bits': { en: "'{0}' has bits outside its mask", ko: "'{0}' 주소에 마스크 밖의 비트가 있습니다" },
  'filter.ether': { en: "an Ethernet address needs 'ether' before it", ko: "이더넷 주소 앞에는 'ether'가 필요합니다" },
  'filter.host-of': { en: 'this protocol has no host addresses of this kind', ko: '이 프로토콜에는 이런 호스트 주소가 없습니다' },
  'filter.port-of': { en: 'this protocol has no ports', ko: '이 프로토콜에는 포트가 없습니다' },
  'filter.proto-of': { en: 'this protocol names no other protocol', ko: '이 프로토콜은 다른 프로토콜을 담지 않습니다' },
  'filter.direction': { en: "'proto' has no direction", ko: "'proto'에는 방향이 없습니다" },
  'filter.load-of': { en: "the bytes of '{0}' have no fixed place", ko: "'{0}' 바이트의 위치를 정할 수 없습니다" },
  'filter.mpls': { en: 'only IPv4 and IPv6 are looked for behind MPLS labels', ko: 'MPLS 레이블 뒤에서는 IPv4와 IPv6만 찾습니다' },
  'filter.unsupported': { en: "'{0}' is not modelled yet", ko: "'{0}' 표현은 아직 지원하지 않습니다" },
  'filter.too-deep': { en: 'the filter is nested too deeply', ko: '필터가 너무 깊게 중첩되었습니다' },
  'filter.too-long': { en: 'the filter is too long for classic BPF jumps', ko: '필터가 길어서 클래식 BPF 점프로 표현할 수 없습니다' },
} as const satisfies MessageTable
