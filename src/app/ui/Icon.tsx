// The page's few pictograms, drawn on a 16 x 16 grid with the text's colour. They never stand for a meaning alone: a word or a label is near.
import { memo } from 'react'

const PATHS = {
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  question: 'M5.6 6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6M8 12.4v.1',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.4v.1',
  share: 'M11 5.5a1.8 1.8 0 1 0-1.7-2.4M5 8 9.4 5M5 8l4.4 3M5 8a1.8 1.8 0 1 1-.1-.6M11 10.5a1.8 1.8 0 1 1-1.7 2.4',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  plus: 'M8 3v10M3 8h10',
  more: 'M3.5 8v.1M8 8v.1M12.5 8v.1',
  layout: 'M2.5 3h11v10h-11zM9 3v10M9 8h4.5',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 1 0 0-8.4M10.2 10.2 13.5 13.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  down: 'M4 6l4 4 4-4',
  up: 'M4 10l4-4 4 4',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  sun: 'M8 5.2A2.8 2.8 0 1 0 8 10.8 2.8 2.8 0 1 0 8 5.2M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1',
  moon: 'M12.8 9.8A5.4 5.4 0 0 1 6.2 3.2 5.4 5.4 0 1 0 12.8 9.8z',
  system: 'M2.5 3.5h11v7.5h-11zM6 13.5h4',
  start: 'M4 3.5v9M12 3.5 6.5 8l5.5 4.5',
  end: 'M12 3.5v9M4 3.5 9.5 8 4 12.5',
  stepBack: 'M10.5 4 6 8l4.5 4',
  step: 'M5.5 4 10 8l-4.5 4',
  lineBack: 'M13 4 9.5 8l3.5 4M8 4 4.5 8 8 12',
  line: 'M3 4l3.5 4L3 12M8 4l3.5 4L8 12',
  breakBack: 'M11.5 4 7.5 8l4 4M3.2 8a1.3 1.3 0 1 1 2.6 0 1.3 1.3 0 1 1-2.6 0',
  breakNext: 'M4.5 4l4 4-4 4M10.2 8a1.3 1.3 0 1 1 2.6 0 1.3 1.3 0 1 1-2.6 0',
  undo: 'M6 3.5 3 6.5l3 3M3 6.5h6a3.5 3.5 0 0 1 0 7H6',
  redo: 'M10 3.5l3 3-3 3M13 6.5H7a3.5 3.5 0 0 0 0 7h3',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  bytecode: 'M3 4h4M9.5 4H13M3 8h2M7.5 8H13M3 12h6M11.5 12H13',
  run: 'M5 3.2 12 8l-7 4.8z',
  verify: 'M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.6 8l1.8 1.8L10.6 6.4',
  maps: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 3.5v9',
  inside: 'M8 2v3M8 11v3M4 5h8v6H4zM6.5 8h3',
  world: 'M2.5 3.5h4v3.5h-4zM9.5 9h4v3.5h-4zM4.5 7v3.8h5',
  pod: 'M8 2.5 13 5v6l-5 2.5L3 11V5zM3 5l5 2.5L13 5M8 7.5v6',
  minus: 'M3 8h10',
  arrows: 'M4 3v7.5a2 2 0 0 0 2 2h5M8.8 10.3l2.4 2.2-2.4 2.2M12.5 2.5h-4',
  picture: 'M2.5 3.5h11v9h-11zM2.5 11l3.2-3.4 2.4 2.4 1.9-1.7 3.5 3.2M5.2 6v.1',
  output: 'M2.5 3.5h11v9h-11zM5 6.5 7 8 5 9.5M8.5 10h2.5',
  link: 'M6.8 9.2a2.4 2.4 0 0 0 3.4 0l2.3-2.3a2.4 2.4 0 0 0-3.4-3.4l-.8.8M9.2 6.8a2.4 2.4 0 0 0-3.4 0L3.5 9.1a2.4 2.4 0 0 0 3.4 3.4l.8-.8',
} as const

export type IconName = keyof typeof PATHS

export const Icon = memo(function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  )
})
