// 공유 창의 한국어 문구.
import { grouped } from '../i18n/grouped.ts'
import type { ShareTexts } from './texts.ts'

const count = (n: number): string => grouped(n)

export const shareKo: ShareTexts = {
  preview: '함께 보낼 한 줄',
  copyBoth: '문구와 링크 복사',
  copiedBoth: '문구와 링크를 복사했습니다',
  says: {
    accepted: (file, steps) => `${file}: Linux 검증 통과, 명령어 ${count(steps)}개 검사`,
    rejected: (file, message) => `${file}: Linux 검증 거부: ${message}`,
    unsupported: (file) => `${file}: 아직 시뮬레이션하지 않음`,
    errors: (file) => `${file}: 컴파일되지 않음`,
    ran: (passed, dropped) => `통과 ${count(passed)}, 폐기 ${count(dropped)}`,
  },
  qr: {
    title: 'QR 코드',
    label: '링크를 담은 QR 코드',
    dense: (modules) => `${modules}×${modules}칸이라 촘촘합니다. 크게 띄우고 카메라를 가까이 대세요.`,
    tooLong: '링크가 QR 코드에 담을 수 있는 2,953자를 넘습니다.',
    save: 'SVG로 저장',
  },
  files: {
    title: '파일로 저장',
    folder: 'Linux용 폴더(.zip)',
    folderHint:
      'C 파일, Makefile, 로더, README가 들어 있어 실제 컴퓨터에서 clang으로 빌드하고 실행할 수 있습니다. 패킷과 맵의 내용도 함께 담습니다.',
    page: 'HTML 파일 하나',
    pageHint: (megabytes) =>
      `Beeyard 전체와 지금 작업을 담은 ${megabytes} MB 파일입니다. 디스크에서 바로 열리고, 네트워크 없이 쓰며, 어디에도 접속하지 않습니다.`,
    project: '프로젝트(.json)',
    projectHint: '실행 취소 기록과 중단점까지 담으며 여기서 다시 열 수 있습니다.',
    making: '파일을 만드는 중',
    made: (name) => `저장했습니다: ${name}`,
    noFolder: '코드가 컴파일되면 폴더를 만들 수 있습니다.',
    noPage: '파일의 틀을 받지 못했습니다. 오프라인용으로 보관하지 않는 파일이니 네트워크가 있을 때 다시 해 보세요.',
  },
  embed: {
    title: '다른 페이지에 넣기',
    panels: '보여 줄 것',
    readOnly: '코드를 고칠 수 없게',
    code: '페이지에 넣을 HTML',
    copy: 'HTML 복사',
    copied: 'HTML을 복사했습니다',
    frame: (file) => `Beeyard 예제: ${file}`,
  },
}
