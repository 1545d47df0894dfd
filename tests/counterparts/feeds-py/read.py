"""Readers that others wrote read our feeds, and find in them what was published.

    python read.py FOLDER [CAP_SCHEMA]

FOLDER holds `all.rss`, `all.atom`, `all.kml`, `events.ics`, `disruptions.pb`, `disruptions.cap`, the messages
`cap-*.xml`, and `expected.json`, which says what must be found. Ends with status 1 and a sentence at the first
disagreement.
"""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import recurring_ical_events
from google.transit import gtfs_realtime_pb2
from icalendar import Calendar
from lxml import etree

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
KML = "{http://www.opengis.net/kml/2.2}"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def expect(condition, sentence):
    """The first disagreement ends the reading."""
    if not condition:
        sys.exit(f"disagreement: {sentence}")


def same(found, wanted, what):
    expect(found == wanted, f"{what}: found {found!r}, expected {wanted!r}")


def newspaper(folder, name, expected):
    """RSS and Atom, as a feed reader takes them: well-formed, complete, dated, with pictures described."""
    feed = feedparser.parse((folder / name).read_bytes(), response_headers={"content-type": "application/xml"})
    expect(not feed.bozo, f"{name} is not well-formed: {feed.get('bozo_exception')}")
    same([entry.id for entry in feed.entries], expected["ids"], f"ids of {name}")
    same([entry.title for entry in feed.entries], expected["titles"], f"titles of {name}")
    for entry in feed.entries:
        expect(entry.link.startswith("https://"), f"{name}: an entry without a page")
        expect(entry.get("published_parsed") and entry.get("updated_parsed"), f"{name}: an entry without dates")
        expect("<p>" in entry.content[0].value or not entry.content[0].value, f"{name}: content is no HTML")
    relations = {link.rel: link.href for link in feed.feed.links}
    same(relations.get("self"), expected["self"][name], f"address of {name}")
    described = [entry.get("media_content", []) for entry in feed.entries]
    same(sum(len(media) for media in described), expected["pictures"], f"pictures of {name}")
    expect(expected["alt"] in (folder / name).read_text(), f"{name}: a picture is not described")


def dates(folder, expected):
    """The calendar, expanded by a library that knows RFC 5545's exceptions: the dates are those of our own agenda."""
    calendar = Calendar.from_ical((folder / "events.ics").read_bytes())
    expect(not calendar.errors, f"events.ics: {calendar.errors}")
    for event in calendar.walk("VEVENT"):
        expect(not event.errors, f"events.ics: {event.errors}")
    first, last = (datetime.fromisoformat(at) for at in expected["window"])
    found = []
    for event in recurring_ical_events.of(calendar, keep_recurrence_attributes=True).between(first, last):
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        found.append([start.isoformat(), end.isoformat(), str(event["STATUS"])])
    same(sorted(found), sorted(expected["dates"]), "dates of events.ics")
    zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    same(zones, ["Europe/Paris"], "zones of events.ics")
    paris = calendar.walk("VTIMEZONE")[0].to_tz()
    summer = datetime(2026, 7, 1, 12, tzinfo=paris).utcoffset()
    winter = datetime(2026, 12, 1, 12, tzinfo=paris).utcoffset()
    same((summer, winter), (timedelta(hours=2), timedelta(hours=1)), "the clocks of our VTIMEZONE")


def alerts(folder, expected):
    """MobilityData's own bindings."""
    feed = gtfs_realtime_pb2.FeedMessage()
    feed.ParseFromString((folder / "disruptions.pb").read_bytes())
    expect(feed.IsInitialized(), "disruptions.pb lacks what is required")
    same(feed.header.gtfs_realtime_version, "2.0", "version of disruptions.pb")
    same([entity.id for entity in feed.entity], expected["alerts"], "alerts of disruptions.pb")
    alert = feed.entity[0].alert
    same(gtfs_realtime_pb2.Alert.Effect.Name(alert.effect), expected["effect"], "effect")
    texts = {one.language: one.text for one in alert.header_text.translation}
    same(texts, expected["headers"], "header_text")
    expect(alert.informed_entity and all(one.ListFields() for one in alert.informed_entity), "an empty selector")
    expect(len(alert.active_period) == len(expected["periods"]), "periods")
    same([one.start for one in alert.active_period], expected["periods"], "starts of active_period")


def messages(folder, schema, expected):
    """CAP against the standard's own schema, and the index as a reader of Atom takes it."""
    index = feedparser.parse((folder / "disruptions.cap").read_bytes())
    expect(not index.bozo, f"disruptions.cap is not well-formed: {index.get('bozo_exception')}")
    same(len(index.entries), len(expected["alerts"]), "entries of disruptions.cap")
    kinds = {link.type for entry in index.entries for link in entry.links}
    expect("application/cap+xml" in kinds, "the index leads to no CAP")
    held = etree.XMLSchema(etree.parse(schema, PARSER)) if schema else None
    for name, kind in expected["messages"].items():
        message = etree.parse(folder / name, PARSER)
        if held is not None:
            expect(held.validate(message), f"{name}: {held.error_log}")
        same(message.getroot().findtext(f"{CAP}msgType"), kind, f"msgType of {name}")


def layer(folder, expected):
    root = etree.parse(folder / "all.kml", PARSER).getroot()
    names = [mark.findtext(f"{KML}name") for mark in root.iter(f"{KML}Placemark")]
    same(names, expected["placemarks"], "placemarks of all.kml")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python read.py FOLDER [CAP_SCHEMA]")
    folder, schema = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else None
    expected = json.loads((folder / "expected.json").read_text())
    newspaper(folder, "all.rss", expected)
    newspaper(folder, "all.atom", expected)
    dates(folder, expected)
    alerts(folder, expected)
    messages(folder, schema, expected)
    layer(folder, expected)


main()
