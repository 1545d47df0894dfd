// Visits pages in a real browser: a picture of each page, screen and colour scheme, and axe's accessibility rules.
//
//   node visit.mjs VISIT_FILE
//
// VISIT_FILE: {"base","chromium","pictures","pages":[{"name","path","follow"}],"screens":[{"name","width","height"}],"schemes"}.
// "follow": a CSS selector; the page that the first such link leads to is meant, not the one at "path".
// Prints a line per picture, and every broken rule with the elements that break it; ends with 1 when there is one.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { chromium } from 'playwright-core'

const PAGE_LIMIT_MS = 20_000
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const visit = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Loads one page and answers the number of rules it breaks. */
async function look(context, page, screen, scheme) {
  const tab = await context.newPage()
  try {
    await open(tab, visit.base + page.path)
    if (page.follow) await open(tab, await tab.locator(page.follow).first().evaluate((link) => link.href))
    const picture = join(visit.pictures, `${page.name}-${screen.name}-${scheme}.png`)
    await tab.screenshot({ path: picture, fullPage: true, timeout: PAGE_LIMIT_MS })
    await tab.evaluate(axe)
    const { violations } = await tab.evaluate((values) => globalThis.axe.run({ runOnly: { type: 'tag', values } }), RULES)
    console.log(`  ${picture}: ${violations.length === 0 ? 'no rule broken' : `${violations.length} rules broken`}`)
    violations.forEach(tell)
    return violations.length
  } finally {
    await tab.close()
  }
}

async function open(tab, address) {
  const response = await tab.goto(address, { waitUntil: 'load', timeout: PAGE_LIMIT_MS })
  if (!response.ok()) throw new Error(`${address} answered ${response.status()}`)
}

function tell({ id, impact, help, nodes }) {
  console.log(`    ${id} (${impact}): ${help}`)
  nodes.forEach((node) => console.log(`      ${node.target.join(' ')}`))
}

const browser = await chromium.launch({ executablePath: visit.chromium, args: FLAGS })
let broken = 0
try {
  for (const screen of visit.screens) {
    for (const colorScheme of visit.schemes) {
      const viewport = { width: screen.width, height: screen.height }
      // axe is our own script, put into pages whose policy admits none but theirs.
      const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true, locale: 'fr-FR' })
      for (const page of visit.pages) broken += await look(context, page, screen, colorScheme)
      await context.close()
    }
  }
} finally {
  await browser.close()
}
process.exit(broken === 0 ? 0 : 1)
