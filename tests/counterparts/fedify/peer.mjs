// A server of the fediverse with one person, Léa, on 127.0.0.1. Prints {"url","person"} when it is ready, and ends when
// its standard input is closed. Driven over /control: see README.md.
//
// FIRST_KNOCK: which kind of signature it tries first (rfc9421 or draft-cavage-http-signatures-12).
import { createServer } from "node:http";
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import { Accept, Create, Delete, Endpoints, Follow, Note, Person, PUBLIC_COLLECTION, Undo, Update } from "@fedify/vocab";

const NAME = "lea";
const received = [];
const pair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
const federation = createFederation({
  kv: new MemoryKvStore(),
  allowPrivateAddress: true,
  firstKnock: process.env.FIRST_KNOCK ?? "rfc9421",
});

federation
  .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
    if (identifier !== NAME) return null;
    const keys = await context.getActorKeyPairs(identifier);
    return new Person({
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Léa",
      inbox: context.getInboxUri(identifier),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
    });
  })
  .setKeyPairsDispatcher((_context, identifier) => (identifier === NAME ? [pair] : []));

// Only what Fedify has verified comes here.
const listeners = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
for (const kind of [Accept, Create, Update, Delete]) {
  listeners.on(kind, async (_context, activity) => {
    received.push(await activity.toJsonLd());
  });
}

function fetchRequest(request, body) {
  const url = `http://127.0.0.1:${server.address().port}${request.url}`;
  const bodied = request.method !== "GET" && request.method !== "HEAD";
  return new Request(url, { method: request.method, headers: request.headers, body: bodied ? body : undefined });
}

// What the test has Léa do.
async function control(request, asked) {
  const context = federation.createContext(new URL(`http://127.0.0.1:${server.address().port}/`), undefined);
  const me = context.getActorUri(NAME);
  switch (new URL(request.url).pathname) {
    case "/control/received":
      return received;
    case "/control/look": {
      const found = await context.lookupObject(asked.address);
      return found === null ? null : await found.toJsonLd();
    }
    case "/control/webfinger":
      return await context.lookupWebFinger(new URL(asked.address));
    case "/control/follow":
    case "/control/unfollow": {
      const actor = await context.lookupObject(asked.actor);
      const follow = new Follow({ id: new URL("#follow", me), actor: me, object: actor.id });
      const undo = new Undo({ id: new URL(`#undo-${Date.now()}`, me), actor: me, object: follow });
      const activity = request.url.endsWith("/unfollow") ? undo : follow;
      await context.sendActivity({ identifier: NAME }, actor, activity);
      return { sent: true };
    }
    case "/control/reply": {
      const actor = await context.lookupObject(asked.actor);
      const note = new Note({
        id: new URL(`/notes/${asked.number}`, me),
        attribution: me,
        to: PUBLIC_COLLECTION,
        content: asked.content,
        replyTarget: new URL(asked.object),
      });
      const id = new URL(`#create-${asked.number}`, me);
      const create = new Create({ id, actor: me, to: PUBLIC_COLLECTION, object: note });
      await context.sendActivity({ identifier: NAME }, actor, create);
      return { sent: true };
    }
    default:
      return null;
  }
}

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const asked = fetchRequest(request, Buffer.concat(chunks));
  let said;
  if (request.url.startsWith("/control/")) {
    const text = await asked.text();
    said = Response.json(await control(asked, text === "" ? {} : JSON.parse(text)));
  } else {
    said = await federation.fetch(asked, { contextData: undefined });
  }
  response.writeHead(said.status, Object.fromEntries(said.headers));
  response.end(Buffer.from(await said.arrayBuffer()));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.writeHead(500);
    response.end(String(error?.stack ?? error));
  });
});
server.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ url, person: `${url}/users/${NAME}` }));
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
