// Texts about tcpdump expressions.
import type { MessageTable } from './messages.ts'

export const FILTER_MESSAGES = {
  'filter.unexpected': { en: "unexpected '{0}' in the filter", ko: "필터에 뜻밖의 '{0}' 토큰이 있습니다" },
  'filter.end': { en: 'the filter ends too early', ko: '필터가 너무 일찍 끝났습니다' },
  'filter.address': { en: "'{0}' is not an IPv4 address", ko: "'{0}' 문자열은 IPv4 주소가 아닙니다" },
  'filter.port': { en: "'{0}' is not a port number (0 to 65535)", ko: "'{0}' 문자열은 포트 번호(0~65535)가 아닙니다" },
  'filter.unsupported': { en: "'{0}' is not modelled yet", ko: "'{0}' 표현은 아직 지원하지 않습니다" },
  'filter.too-long': { en: 'the filter is too long for classic BPF jumps', ko: '필터가 길어서 클래식 BPF 점프로 표현할 수 없습니다' },
} as const satisfies MessageTable
