"""Lists the dates of calendars as a library of Debian's reads them.

readers.py icalendar|libical FILE... prints a JSON object: per file, its dates
in 2026 and 2027 that are not cancelled, as "start/end title", times in UTC.
Exit code 77: the library is not there.
"""
import datetime
import json
import sys

UTC = datetime.timezone.utc


def line(start, end, title):
    if isinstance(start, datetime.datetime):
        start, end = (t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") for t in (start, end))
    return "%s/%s %s" % (start, end, title)


def with_icalendar(text):
    cal = icalendar.Calendar.from_ical(text)
    for e in recurring_ical_events.of(cal).between((2025, 12, 1), (2028, 2, 1)):
        if e.get("STATUS") != "CANCELLED":
            start = e["DTSTART"].dt
            yield line(start, e["DTEND"].dt if "DTEND" in e else start, str(e["SUMMARY"]))


def components(cal):
    e = cal.get_first_component(I.ComponentKind.VEVENT_COMPONENT)
    while e is not None:
        yield e
        e = cal.get_next_component(I.ComponentKind.VEVENT_COMPONENT)


def with_libical(text):
    cal = I.Component.new_from_string(text)
    assert cal.count_errors() == 0, cal.as_ical_string()
    utc = I.Timezone.get_utc_timezone()
    # An exception stands for the date of its key, which libical leaves to its callers.
    changed = {}
    for e in components(cal):
        key = e.get_recurrenceid()
        if not key.is_null_time():
            tzid = e.get_first_property(I.PropertyKind.RECURRENCEID_PROPERTY).get_first_parameter(I.ParameterKind.TZID_PARAMETER)
            zone = cal.get_timezone(tzid.get_tzid()) if tzid else utc
            changed.setdefault(e.get_uid(), set()).add(key.as_timet_with_zone(zone))
    out = []

    def found(e, span, _):
        start, end = span.get_start(), span.get_end()
        key = not e.get_recurrenceid().is_null_time()
        if e.get_status() == I.PropertyStatus.CANCELLED or not key and start in changed.get(e.get_uid(), ()):
            return
        whole = e.get_dtstart().is_date()
        start, end = (datetime.datetime.fromtimestamp(t, UTC) for t in (start, end))
        if whole:
            # a span of whole days takes DTEND for the last of them; the property itself is read well
            start, days = start.date(), e.get_dtend().subtract(e.get_dtstart()).as_int() // 86400
            end = start + datetime.timedelta(days=days)
        out.append(line(start, end, e.get_summary()))

    first, last = (I.Time.new_from_timet_with_zone(int(datetime.datetime(y, 1, 1, tzinfo=UTC).timestamp()), 0, utc) for y in (2025, 2029))
    for e in components(cal):
        e.foreach_recurrence(first, last, found, None)
    return out


try:
    if sys.argv[1] == "icalendar":
        import icalendar
        import recurring_ical_events
        read = with_icalendar
    else:
        import gi
        gi.require_version("ICalGLib", "3.0")
        from gi.repository import ICalGLib as I
        read = with_libical
except (ImportError, ValueError) as err:
    print(err, file=sys.stderr)
    sys.exit(77)

found = {}
for path in sys.argv[2:]:
    with open(path, encoding="utf-8", newline="") as f:
        found[path] = sorted(d for d in read(f.read()) if d[:4] in ("2026", "2027"))
json.dump(found, sys.stdout)
