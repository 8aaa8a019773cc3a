package offers

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// icalEvent is a VEVENT understood.
type icalEvent struct {
	entry  Entry
	start  icalMoment
	days   int   // length: nominal days ...
	secs   int64 // ... and exact seconds
	key    *icalMoment
	future bool
	// not for everybody; RFC 5545 3.8.1.3 has classes that it does not name treated as PRIVATE
	private bool
}

// icalSkip is the error that leaves out an event.
type icalSkip struct {
	reason Reason
	detail string
}

func (s *icalSkip) Error() string { return string(s.reason) + ": " + s.detail }

func icalSkipf(r Reason, format string, args ...any) *icalSkip {
	return &icalSkip{r, icalOneLine(fmt.Sprintf(format, args...), 200)}
}

// event understands one VEVENT. Whatever goes wrong, even in a library, costs this event only.
func (rd *icalReader) event(raw *icalRaw) (ev *icalEvent, skip *Skipped) {
	title := icalOneLine(icalUnescape(raw.value("SUMMARY")), 200)
	uid := icalOneLine(raw.value("UID"), 2000)
	if uid == "" {
		uid = icalMadeUID(title, raw.value("DTSTART"))
	} else if len(uid) > 255 {
		uid = icalMadeUID(uid)
	}
	class := strings.TrimSpace(raw.value("CLASS"))
	private := class != "" && !strings.EqualFold(class, "PUBLIC")
	left := func(r Reason, detail string) *Skipped {
		if private { // so that what was imported before it became private goes
			r, detail = ReasonPrivate, ""
		}
		return &Skipped{UID: uid, Title: title, Reason: r, Detail: detail}
	}
	defer func() {
		if p := recover(); p != nil {
			ev, skip = nil, left(ReasonBadValue, "the event cannot be understood")
		}
	}()
	if raw.bad != "" {
		return nil, left(ReasonBadValue, raw.bad)
	}
	ev = &icalEvent{entry: Entry{UID: uid, Title: title}, private: private}
	if err := rd.when(ev, raw); err != nil {
		return nil, left(err.reason, err.detail)
	}
	rd.what(ev, raw)
	return ev, nil
}

func (raw *icalRaw) value(name string) string {
	p, _ := raw.get(name)
	return p.value
}

// what reads the texts.
func (rd *icalReader) what(ev *icalEvent, raw *icalRaw) {
	e := &ev.entry
	e.Description = icalProse(icalUnescape(raw.value("DESCRIPTION")), 4000)
	e.Location = icalOneLine(icalUnescape(raw.value("LOCATION")), 200)
	e.Cancelled = strings.EqualFold(strings.TrimSpace(raw.value("STATUS")), "CANCELLED") || raw.cal.method == "CANCEL"
	if n, err := strconv.Atoi(strings.TrimSpace(raw.value("SEQUENCE"))); err == nil {
		e.Sequence = min(max(n, 0), 1<<31-1)
	}
	for _, name := range []string{"URL", "CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL"} {
		for _, p := range raw.all(name) {
			if e.URL == "" {
				e.URL = icalLink(strings.NewReplacer(`\,`, ",", `\;`, ";").Replace(p.value))
			}
		}
	}
	if p, ok := raw.get("ORGANIZER"); ok {
		if e.Host = icalOneLine(icalUnescape(p.param("CN")), 200); e.Host == "" {
			e.Host = icalMail(p.value)
		}
	}
	for _, p := range raw.all("CATEGORIES") {
		for _, c := range icalSplit(p.value) {
			e.addCategory(icalOneLine(icalUnescape(c), 40))
		}
	}
}

func (e *Entry) addCategory(c string) {
	if k := icalKind(c); k != "" && e.Kind == "" {
		e.Kind = k
		return
	}
	same := func(t string) bool { return strings.EqualFold(t, c) }
	if c != "" && len(e.Topics) < 10 && !slices.ContainsFunc(e.Topics, same) {
		e.Topics = append(e.Topics, c)
	}
}

// icalMail is the address in a mailto: URI, "" for any other.
func icalMail(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 7 || !strings.EqualFold(s[:7], "mailto:") {
		return ""
	}
	addr, _, _ := strings.Cut(s[7:], "?")
	if a, err := url.PathUnescape(addr); err == nil {
		addr = a
	}
	if !strings.Contains(addr, "@") {
		return ""
	}
	return icalOneLine(addr, 200)
}

// when reads everything about time into ev.start, its length and the entry's recurrence.
func (rd *icalReader) when(ev *icalEvent, raw *icalRaw) *icalSkip {
	floating := rd.floating(raw.cal)
	p, ok := raw.get("DTSTART")
	if !ok || strings.TrimSpace(p.value) == "" {
		return icalSkipf(ReasonNoStart, "no DTSTART")
	}
	var skip *icalSkip
	if ev.start, skip = rd.moment(p, floating); skip != nil {
		return skip
	}
	if skip = rd.length(ev, raw, floating); skip != nil {
		return skip
	}
	if p, ok = raw.get("RECURRENCE-ID"); ok {
		key, skip := rd.moment(p, ev.start.zone)
		if skip != nil {
			return skip
		}
		ev.key, ev.future = &key, strings.EqualFold(p.param("RANGE"), "THISANDFUTURE")
	}
	e, z := &ev.entry, ev.start.zone
	e.AllDay, e.Zone = ev.start.date, z.name
	if z.name == "UTC" && !ev.start.date {
		e.Zone = floating.name // UTC is how machines write it; people live somewhere
	}
	e.Recurrence = Recurrence{Start: ev.start.text(), Days: ev.days, Seconds: ev.secs, Zone: z.name, VTimezone: z.text}
	rules := raw.all("RRULE")
	if _, ex := raw.get("EXRULE"); ex || len(rules) > 1 {
		return icalSkipf(ReasonRule, "EXRULE or several RRULEs")
	}
	if len(rules) == 1 && strings.TrimSpace(rules[0].value) != "" && ev.key == nil {
		rule, err := icalParseRule(rules[0].value)
		if err != nil {
			return err
		}
		e.Rule, e.Recurrence.Rule = rule.text, rule.text
	}
	return rd.dates(ev, raw)
}

// length reads DTEND or DURATION (RFC 5545 3.8.2.2, 3.8.2.5); without either an all-day event lasts a day and another
// no time at all (3.6.1).
func (rd *icalReader) length(ev *icalEvent, raw *icalRaw, floating icalZone) *icalSkip {
	s := ev.start
	end, hasEnd := raw.get("DTEND")
	dur, hasDur := raw.get("DURATION")
	switch {
	case hasEnd && strings.TrimSpace(end.value) != "":
		m, skip := rd.moment(end, floating)
		if skip != nil {
			return skip
		}
		if s.date {
			ev.days = int(m.wall.Truncate(24*time.Hour).Sub(s.wall) / (24 * time.Hour))
		} else {
			ev.secs = int64(m.instant().Sub(s.instant()) / time.Second)
		}
		rd.exchangeAllDay(ev, raw, m, floating)
	case hasDur && strings.TrimSpace(dur.value) != "":
		days, secs, ok := icalDuration(dur.value)
		if !ok {
			return icalSkipf(ReasonBadValue, "DURATION %s", dur.value)
		}
		if ev.days, ev.secs = days, secs; s.date {
			ev.days, ev.secs = days+int((secs+86399)/86400), 0
		}
	}
	if ev.days < 0 || ev.secs < 0 {
		return icalSkipf(ReasonEndBeforeStart, "the event ends before it starts")
	}
	if time.Duration(ev.days)*24*time.Hour+time.Duration(ev.secs)*time.Second > icalMaxLength {
		return icalSkipf(ReasonBadValue, "the event lasts more than two years")
	}
	if ev.start.date {
		ev.days = max(ev.days, 1)
	}
	return nil
}

// exchangeAllDay turns Exchange's all-day events, which run from midnight to midnight, into what they mean.
func (rd *icalReader) exchangeAllDay(ev *icalEvent, raw *icalRaw, end icalMoment, floating icalZone) {
	if ev.start.date || !strings.EqualFold(strings.TrimSpace(raw.value("X-MICROSOFT-CDO-ALLDAYEVENT")), "TRUE") {
		return
	}
	z := ev.start.zone
	if z.name == "UTC" {
		z = floating
	}
	from, to := icalWall(ev.start.instant(), z.loc), icalWall(end.instant(), z.loc)
	days := to.Sub(from)
	if from.Truncate(24*time.Hour).Equal(from) && days > 0 && days%(24*time.Hour) == 0 {
		ev.start = icalMoment{wall: from, date: true, zone: rd.home()}
		ev.days, ev.secs = int(days/(24*time.Hour)), 0
	}
}

// dates reads EXDATE and RDATE (RFC 5545 3.8.5.1, 3.8.5.2).
func (rd *icalReader) dates(ev *icalEvent, raw *icalRaw) *icalSkip {
	if ev.key != nil {
		return nil
	}
	r, n := &ev.entry.Recurrence, 0
	for _, name := range []string{"EXDATE", "RDATE"} {
		for _, p := range raw.all(name) {
			for v := range strings.SplitSeq(p.value, ",") {
				if v = strings.TrimSpace(v); v == "" {
					continue
				}
				if n++; n > icalMaxValues {
					return icalSkipf(ReasonBadValue, "more than %d dates", icalMaxValues)
				}
				begin, rest, _ := strings.Cut(v, "/")
				p.value = begin
				m, skip := rd.moment(p, ev.start.zone)
				if skip != nil && skip.reason == ReasonYear {
					continue // no date of a series lies there
				}
				if skip != nil {
					return skip
				}
				if name == "EXDATE" {
					r.Except = append(r.Except, ev.exceptForm(m))
					continue
				}
				d := RecurrenceDate{Start: ev.sameForm(m)}
				if rest != "" {
					if d.Seconds, skip = rd.period(p, m, rest, ev.start.zone); skip != nil {
						return skip
					}
				}
				r.Dates = append(r.Dates, d)
			}
		}
	}
	return nil
}

// period is the length in seconds of an RDATE;VALUE=PERIOD, whose second half is an end or a duration.
func (rd *icalReader) period(p icalProp, from icalMoment, rest string, z icalZone) (int64, *icalSkip) {
	var end time.Time
	if days, secs, ok := icalDuration(rest); ok {
		end = from.plus(days, secs)
	} else {
		p.value = rest
		m, skip := rd.moment(p, z)
		if skip != nil {
			return 0, skip
		}
		end = m.instant()
	}
	length := end.Sub(from.instant())
	if length < 0 || length > icalMaxLength {
		return 0, icalSkipf(ReasonBadValue, "an RDATE period of %s", length)
	}
	return int64(length / time.Second), nil
}
