// Clients of Mastodon in wide use in browsers and apps do what a town does: verify, post, edit, delete, read the answers.
//
//     node exercise.mjs masto|megalodon BASE_URL ACCESS_TOKEN
//
// Prints one JSON object with the ids met on the way; ends with status 1 and a sentence at the first disagreement.

import { Readable } from "node:stream";
import { createRestAPIClient, MastoHttpError } from "masto";
import generator, { Mastodon } from "megalodon";

const TEXT = "Tram A interrompu entre Gare et Université. Reprise prévue à 18 h.";
const CORRECTED = "Tram A : le trafic a repris. Merci de votre patience.";
const ALT = "Plan de la ligne A, la partie fermée en rouge";
const TIMEOUT_MS = 10_000;
// The smallest valid PNG: one red pixel.
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
  "base64",
);

// The first disagreement ends the exercise.
function expect(condition, sentence) {
  if (!condition) {
    console.error(`disagreement: ${sentence}`);
    process.exit(1);
  }
}

/** What each client calls what a town does; what it answers has the names that both give it here. */
const CLIENTS = {
  masto(url, accessToken) {
    const town = createRestAPIClient({ url, accessToken, timeout: TIMEOUT_MS });
    const status = (id) => town.v1.statuses.$select(id);
    return {
      verify: () => town.v1.accounts.verifyCredentials(),
      limit: async () => (await town.v2.instance.fetch()).configuration.statuses.maxCharacters,
      upload: () => town.v2.media.create({ file: new Blob([PICTURE], { type: "image/png" }), description: ALT }),
      post: (text, more = {}) => town.v1.statuses.create({ status: text, visibility: "public", ...more }),
      edit: (id, text, mediaIds) => status(id).update({ status: text, mediaIds }),
      read: (id) => status(id).fetch(),
      around: (id) => status(id).context.fetch(),
      listed: (account) => town.v1.accounts.$select(account).statuses.list({ excludeReblogs: true }),
      remove: (id) => status(id).remove(),
      isGone: (error) => error instanceof MastoHttpError && error.statusCode === 404,
      isRefused: (error) => error instanceof MastoHttpError && error.statusCode === 401,
      names: { media: "mediaIds", answered: "inReplyToId", attached: "mediaAttachments", edited: "editedAt" },
    };
  },
  megalodon(url, accessToken) {
    const town = generator.default ? generator.default("mastodon", url, accessToken) : new Mastodon(url, accessToken);
    const data = async (answer) => (await answer).data;
    const file = () => Object.assign(Readable.from(PICTURE), { path: "plan.png" });
    return {
      verify: () => data(town.verifyAccountCredentials()),
      limit: async () => (await data(town.getInstance())).configuration.statuses.max_characters,
      upload: () => data(town.uploadMedia(file(), { description: ALT })),
      post: (text, more = {}) => data(town.postStatus(text, { visibility: "public", ...more })),
      edit: (id, text, media_ids) => data(town.editStatus(id, { status: text, media_ids })),
      read: (id) => data(town.getStatus(id)),
      around: (id) => data(town.getStatusContext(id)),
      listed: (account) => data(town.getAccountStatuses(account, { exclude_reblogs: true })),
      remove: (id) => data(town.deleteStatus(id)),
      isGone: (error) => error.response?.status === 404,
      isRefused: (error) => error.response?.status === 401,
      names: {
        media: "media_ids",
        answered: "in_reply_to_id",
        attached: "media_attachments",
        edited: "edited_at",
      },
    };
  },
};

async function refused(call, isSo, sentence) {
  try {
    await call;
  } catch (error) {
    expect(isSo(error), `${sentence}, but: ${error}`);
    return;
  }
  expect(false, sentence);
}

async function exercise(open, url, token) {
  const town = open(url, token);
  const { names } = town;
  const account = await town.verify();
  expect(account.acct, "the account has no handle");
  expect((await town.limit()) > 0, "the instance names no text limit");

  const media = await town.upload();
  expect(media.description === ALT, `the alt text came back as ${media.description}`);
  const status = await town.post(TEXT, { [names.media]: [media.id], language: "fr" });
  expect(status.content.includes("Tram A interrompu"), `the text came back as ${status.content}`);
  expect(status.language === "fr", `the language came back as ${status.language}`);
  const attached = status[names.attached].map((one) => one.description);
  expect(String(attached) === ALT, `the status carries ${attached}`);
  const listed = (await town.listed(account.id)).filter((one) => one.id === status.id);
  expect(listed.length === 1, `the status is listed ${listed.length} times on its account`);

  const edited = await town.edit(status.id, CORRECTED, [media.id]);
  expect(edited.id === status.id, "an edit made another status");
  expect(edited[names.edited], "the edit has no date");
  expect((await town.read(status.id)).content.includes("repris"), "the edit does not show");

  const answer = await town.post("Et le bus de remplacement ?", { [names.answered]: status.id });
  const below = (await town.around(status.id)).descendants.map((one) => one.id);
  expect(String(below) === answer.id, `below the status stands ${below}`);
  const above = (await town.around(answer.id)).ancestors.map((one) => one.id);
  expect(String(above) === status.id, `above the answer stands ${above}`);

  for (const { id } of [answer, status]) {
    await town.remove(id);
    await refused(town.read(id), town.isGone, "a deleted status can still be read");
  }
  const stranger = open(url, "not-a-token");
  await refused(stranger.verify(), stranger.isRefused, "a wrong token was let in");
  return { account: account.id, media: media.id, status: status.id, answer: answer.id };
}

const [client, url, token] = process.argv.slice(2);
if (!(client in CLIENTS) || !token) {
  console.error("usage: node exercise.mjs masto|megalodon BASE_URL ACCESS_TOKEN");
  process.exit(1);
}
console.log(JSON.stringify(await exercise(CLIENTS[client], url, token)));
