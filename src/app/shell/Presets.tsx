// Four ways to arrange the page at once: write, verify, run, present. A preset sets sizes and the open tab once; all can be moved afterwards. Beside
// them, a second window for an audience.
import { useT } from '../i18n/index.ts'
import { PRESETS, useUi } from '../state/ui.ts'
import { Popover, PopoverItem } from '../ui/Popover.tsx'

export const showToAudience = (): void => void import('../state/follow.ts').then((f) => f.openSecondWindow())

export function Presets() {
  const t = useT()
  const current = useUi((s) => s.preset?.name)
  const arrange = useUi((s) => s.arrange)
  return (
    <Popover label={t.presets.label} icon="layout" iconOnly>
      {(close) => [
        ...PRESETS.map((preset) => (
          <PopoverItem
            key={preset}
            icon={preset === current ? 'check' : undefined}
            onClick={() => {
              close()
              arrange(preset)
            }}
          >
            {t.presets[preset]}
          </PopoverItem>
        )),
        <PopoverItem
          key="second"
          onClick={() => {
            close()
            showToAudience()
          }}
        >
          {t.presets.second}
        </PopoverItem>,
      ]}
    </Popover>
  )
}
