// A GraphQL server made from the tables of a database, as PostGraphile makes it, for a load to be measured.
//
//   node serve.mjs PORT DATABASE_URL
//
// It listens on 127.0.0.1 only and serves until it is killed.
import { createServer } from 'node:http'

import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { makePgSmartTagsPlugin } from 'postgraphile/utils'

// As many as ours keeps to PostgreSQL.
const CONNECTIONS = 10

const [port, connectionString] = process.argv.slice(2)
if (!connectionString) {
  console.error('usage: node serve.mjs PORT DATABASE_URL')
  process.exit(2)
}
// PostgreSQL has a type `line` of its own.
const names = makePgSmartTagsPlugin([{ kind: 'class', match: 'line', tags: { name: 'transit_line' } }])
const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [names],
  // It offers orders by the first column of an index only: the feed's order is that of the third.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ connectionString, schemas: ['public'], poolConfig: { max: CONNECTIONS } })],
  grafserv: { graphiql: false, watch: false },
}
const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(port), '127.0.0.1')
