// Where in the lesson's text the focus was last, so that a key leads back to it from the editor.
let last: HTMLElement | undefined

export function rememberLessonFocus(element: EventTarget | null): void {
  if (element instanceof HTMLElement) last = element
}

/** Focuses what had the focus last, else the lesson's column. */
export function focusLesson(): void {
  const column = document.querySelector<HTMLElement>('[data-panel="lesson"]')
  const target = last && column?.contains(last) ? last : column
  target?.focus()
}
