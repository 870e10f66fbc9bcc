// The share dialog in English. The Korean table has the same type, so a missing text is a type error.
import { grouped } from '../i18n/grouped.ts'

const count = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`

export const shareEn = {
  preview: 'A line to send with it',
  copyBoth: 'Copy line and link',
  copiedBoth: 'Line and link copied',
  says: {
    accepted: (file: string, steps: number) => `${file}: accepted by Linux after ${count(steps, 'instruction')}`,
    rejected: (file: string, message: string) => `${file}: rejected by Linux: ${message}`,
    unsupported: (file: string) => `${file}: not simulated yet`,
    errors: (file: string) => `${file}: does not compile`,
    ran: (passed: number, dropped: number) => `${grouped(passed)} passed, ${grouped(dropped)} dropped`,
  },
  qr: {
    title: 'QR code',
    label: 'The link as a QR code',
    dense: (modules: number) => `${modules} by ${modules} modules: show it large, cameras need to come close.`,
    tooLong: 'The link is too long for a QR code, which holds 2,953 characters.',
    save: 'Save as SVG',
  },
  files: {
    title: 'As a file',
    folder: 'Folder for Linux (.zip)',
    folderHint: 'C files, Makefile, loader, README: builds with clang and runs on a real machine. Packets and contents of maps come along.',
    page: 'One HTML file',
    pageHint: (megabytes: string) =>
      `The whole of Beeyard with this work, ${megabytes} MB: opens from a disk, without a network, and asks nobody for anything.`,
    project: 'Project (.json)',
    projectHint: 'Everything with undo and breakpoints, to be opened here again.',
    making: 'Making the file',
    made: (name: string) => `${name} saved`,
    noFolder: 'The folder is made once the code compiles.',
    noPage: 'The file’s template could not be fetched: it is not kept for work without a network. Try again with one.',
  },
  embed: {
    title: 'Put it into a page',
    panels: 'What is shown',
    readOnly: 'Code cannot be edited',
    code: 'HTML for the page',
    copy: 'Copy HTML',
    copied: 'HTML copied',
    frame: (file: string) => `Beeyard: ${file}`,
  },
}
