"""Mastodon.py, a client others wrote, does what a town does: verify, post, edit, delete, read the answers.

    python exercise.py BASE_URL ACCESS_TOKEN

Prints one JSON object with the ids met on the way; ends with status 1 and a sentence at the first disagreement.
"""

import json
import struct
import sys
import uuid
import zlib

from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError

TEXT = "Tram A interrompu entre Gare et Université. Reprise prévue à 18 h."
CORRECTED = "Tram A : le trafic a repris. Merci de votre patience."
ALT = "Plan de la ligne A, la partie fermée en rouge"
TIMEOUT_S = 10


def expect(condition, sentence):
    """The first disagreement ends the exercise."""
    if not condition:
        sys.exit(f"disagreement: {sentence}")


def picture():
    """The smallest valid PNG: one red pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def client(base_url, token):
    """Fails at a rate limit instead of sleeping."""
    return Mastodon(
        access_token=token,
        api_base_url=base_url,
        ratelimit_method="throw",
        request_timeout=TIMEOUT_S,
        version_check_mode="none",
    )


def verify(town):
    account = town.account_verify_credentials()
    expect(account.acct, "the account has no handle")
    instance = town.instance()
    expect(instance.configuration.statuses.max_characters > 0, "the instance names no text limit")
    return account


def post_once(town):
    """The same Idempotency-Key gives the same status, not a second one."""
    media = town.media_post(picture(), mime_type="image/png", description=ALT, file_name="plan.png", synchronous=True)
    expect(media.description == ALT, f"the alt text came back as {media.description!r}")
    key = str(uuid.uuid4())
    first = town.status_post(TEXT, media_ids=[media], language="fr", visibility="public", idempotency_key=key)
    again = town.status_post(TEXT, media_ids=[media], language="fr", visibility="public", idempotency_key=key)
    expect(first.id == again.id, f"one key made two statuses, {first.id} and {again.id}")
    expect("Tram A interrompu" in first.content, f"the text came back as {first.content!r}")
    expect(first.language == "fr", f"the language came back as {first.language!r}")
    attached = [attachment.description for attachment in first.media_attachments]
    expect(attached == [ALT], f"the status carries {attached!r}")
    return media, first


def edit(town, status):
    edited = town.status_update(status, status=CORRECTED, media_ids=[media.id for media in status.media_attachments])
    expect(edited.id == status.id, "an edit made another status")
    expect("repris" in town.status(status).content, "the edit does not show")
    expect(edited.edited_at is not None, "the edit has no date")


def converse(town, status):
    answer = town.status_post("Et le bus de remplacement ?", in_reply_to_id=status, visibility="public")
    context = town.status_context(status)
    expect([one.id for one in context.descendants] == [answer.id], "the answer is not below what it answers")
    above = [one.id for one in town.status_context(answer).ancestors]
    expect(above == [status.id], f"above the answer stands {above!r}")
    return answer


def listed(town, account, status):
    ids = [one.id for one in town.account_statuses(account, exclude_reblogs=True)]
    expect(ids.count(status.id) == 1, f"the status is listed {ids.count(status.id)} times on its account")


def delete(town, status):
    town.status_delete(status)
    try:
        town.status(status)
    except MastodonNotFoundError:
        return
    expect(False, "a deleted status can still be read")


def refuse_a_stranger(base_url):
    try:
        client(base_url, "not-a-token").account_verify_credentials()
    except MastodonUnauthorizedError:
        return
    expect(False, "a wrong token was let in")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: python exercise.py BASE_URL ACCESS_TOKEN")
    base_url, token = sys.argv[1:]
    town = client(base_url, token)
    account = verify(town)
    media, status = post_once(town)
    expect(town.ratelimit_limit > 0, "no rate limit is told")
    expect(town.ratelimit_remaining < town.ratelimit_limit, "the rate limit does not count")
    listed(town, account, status)
    edit(town, status)
    answer = converse(town, status)
    delete(town, answer)
    delete(town, status)
    refuse_a_stranger(base_url)
    met = {"account": account.id, "media": media.id, "status": status.id, "answer": answer.id}
    met |= {"ratelimit_limit": town.ratelimit_limit, "ratelimit_remaining": town.ratelimit_remaining}
    print(json.dumps({name: value if isinstance(value, int) else str(value) for name, value in met.items()}))


main()
