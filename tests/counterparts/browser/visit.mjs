// Visits pages in a real browser: a picture of each page, screen and colour scheme, and axe's accessibility rules.
//
//   node visit.mjs VISIT_FILE
//
// VISIT_FILE: {"base","chromium","pictures","pages","invitation","desk","screens":[{"name","width","height"}],"schemes"}.
// "pages", and "desk" for who has joined by "invitation": [{"name","path","follow","send"}].
// "follow": a selector; the page that the first such link leads to is meant, not the one at "path".
// "send": whether its form is sent as it is; the page that this leads to is meant.
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

/** Whoever installs, by the fields of the invitation. */
const PERSON = { name: 'Odile Mercier', email: 'odile@valbourg.example', password: 'une phrase assez longue' }

const visit = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Loads one page and answers the number of rules it breaks. */
async function look(context, page, screen, scheme) {
  const tab = await context.newPage()
  try {
    await open(tab, visit.base + page.path)
    if (page.follow) await open(tab, await tab.locator(page.follow).first().evaluate((link) => link.href))
    if (page.send) {
      await tab.locator('form button[type=submit]').last().click({ timeout: PAGE_LIMIT_MS })
      await tab.waitForURL('**' + page.send, { waitUntil: 'load', timeout: PAGE_LIMIT_MS })
    }
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

/** Joins, once, and signs in; what the browser keeps of it lets every other one in. */
async function joined(browser) {
  const context = await browser.newContext({ locale: 'fr-FR' })
  const tab = await context.newPage()
  const { name, email, password } = PERSON
  await open(tab, visit.base + visit.invitation)
  await fill(tab, { name, email, password })
  await tab.waitForURL('**/sign-in', { timeout: PAGE_LIMIT_MS })
  await fill(tab, { email, password })
  await tab.waitForSelector('form[action="/sign-out"]', { timeout: PAGE_LIMIT_MS })
  const kept = await context.storageState()
  await context.close()
  return kept
}

async function fill(tab, fields) {
  for (const [name, value] of Object.entries(fields)) await tab.fill(`#${name}`, value, { timeout: PAGE_LIMIT_MS })
  await tab.locator('form button[type=submit]').last().click({ timeout: PAGE_LIMIT_MS })
}

async function open(tab, address) {
  const response = await tab.goto(address, { waitUntil: 'load', timeout: PAGE_LIMIT_MS })
  if (!response.ok()) throw new Error(`${address} answered ${response.status()}`)
  // Who is not let in is sent to the door, which answers well.
  if (new URL(response.url()).pathname !== new URL(address).pathname) throw new Error(`${address} leads elsewhere`)
}

function tell({ id, impact, help, nodes }) {
  console.log(`    ${id} (${impact}): ${help}`)
  nodes.forEach((node) => console.log(`      ${node.target.join(' ')}`))
}

const browser = await chromium.launch({ executablePath: visit.chromium, args: FLAGS })
let broken = 0

/** Looks at pages on every screen and in every scheme, as whom the browser remembers. */
async function tour(pages, storageState) {
  for (const screen of visit.screens) {
    for (const colorScheme of visit.schemes) {
      const viewport = { width: screen.width, height: screen.height }
      // axe is our own script, put into pages whose policy admits none but theirs.
      const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true, locale: 'fr-FR', storageState })
      for (const page of pages) broken += await look(context, page, screen, colorScheme)
      await context.close()
    }
  }
}

try {
  await tour([...visit.pages, { name: 'invitation', path: visit.invitation }])
  await tour(visit.desk, await joined(browser))
} finally {
  await browser.close()
}
process.exit(broken === 0 ? 0 : 1)
