// The command line: words in, exit status out.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { loadKernelBtf } from '../engine/index.ts'
import { answerLine } from './batch.ts'
import { type Command, compileCommand, dumpCommand, type Output, runCommand, verifyCommand } from './commands.ts'
import { filterCommand } from './filter.ts'
import { gradeCommand } from './grade.ts'
import { lessonCommand } from './lesson.ts'
import { linkCommand } from './link.ts'
import { USAGE } from './usage.ts'

const COMMANDS: Readonly<Record<string, Command>> = {
  compile: compileCommand,
  dump: dumpCommand,
  filter: filterCommand,
  link: linkCommand,
  run: runCommand,
  verify: verifyCommand,
}

const output: Output = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
}

async function batch(words: readonly string[]): Promise<number> {
  if (words.length > 1) {
    output.err(USAGE)
    return 2
  }
  const input = words[0] === undefined || words[0] === '-' ? process.stdin : createReadStream(words[0])
  try {
    const kernel = await loadKernelBtf()
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue
      const roomy = process.stdout.write(`${answerLine(line, () => performance.now(), kernel)}\n`)
      if (!roomy) await new Promise((resolve) => process.stdout.once('drain', resolve))
    }
  } catch (error) {
    output.err(error instanceof Error ? error.message : String(error))
    return 2
  }
  return 0
}

async function main([command, ...words]: readonly string[]): Promise<number> {
  if (command === undefined || command === 'help' || [command, ...words].includes('--help')) {
    output.out(USAGE)
    return command === undefined ? 2 : 0
  }
  if (command === 'batch') return batch(words)
  if (command === 'grade') return gradeCommand(words, output, await loadKernelBtf())
  if (command === 'lesson') return lessonCommand(words, output, await loadKernelBtf())
  if (Object.hasOwn(COMMANDS, command)) return COMMANDS[command](words, output, await loadKernelBtf())
  output.err(`unknown command ${command}\n\n${USAGE}`)
  return 2
}

// A reader that has seen enough, such as head, is no defect.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  // A defect of ours, told as one.
  output.err(`defect: ${error instanceof Error ? error.stack : String(error)}`)
  process.exitCode = 1
}
