package offers

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"buffet/store"
)

// Published is an offer as it goes into a calendar.
type Published struct {
	Offer store.Offer
	Dates []store.Occurrence // only these of its dates; nil: all of them, as the series it is
}

// CalendarOptions says for whom a calendar is written. Of the View it takes the phrases and the language.
type CalendarOptions struct {
	View
	Name    string                       // what programs call the calendar; "": they choose
	Refresh time.Duration                // how often programs are asked to look again; 0: they choose
	Alarm   time.Duration                // an alarm this long before each date; 0: none
	Skipped func(offer int64, err error) // told of offers that cannot be written; may be nil
}

// WriteOffer writes one offer with all its dates as an iCalendar file (RFC 5545). The same offer gives the same bytes.
func WriteOffer(w io.Writer, v View, o store.Offer) error {
	var bad error
	opt := CalendarOptions{View: v, Skipped: func(_ int64, err error) { bad = err }}
	err := WriteCalendar(w, opt, func(yield func(Published, error) bool) { yield(Published{Offer: o}, nil) })
	return cmp.Or(err, bad)
}

// WriteCalendar writes offers as one iCalendar file (RFC 5545). It goes through list twice, the first time for the
// zones that occur, and holds no more than one offer at a time. The same offers give the same bytes. What is not active
// is written as cancelled. An offer that cannot be written is left out and spoils nothing else. Errors: those of list
// and of w; what was written then is no whole file.
func WriteCalendar(w io.Writer, opt CalendarOptions, list iter.Seq2[Published, error]) error {
	out := &icalPublisher{icalWriter: newICalWriter(w), opt: opt, zones: icalZoneBook{}}
	for p, err := range list {
		if err != nil {
			return fmt.Errorf("write calendar: %w", err)
		}
		if r, err := recurrence(&p.Offer); err == nil {
			_, _ = out.zones.add(r) // what fails is reported when the offer is written
		}
	}
	out.head()
	for _, z := range out.zones.inOrder() {
		out.vtimezone(z.tzid, z.loc, z.first, z.last)
		z.written = true
	}
	for p, err := range list {
		if err != nil {
			return fmt.Errorf("write calendar: %w", err)
		}
		if err := out.offer(&p); err != nil && opt.Skipped != nil {
			opt.Skipped(p.Offer.ID, fmt.Errorf("write offer to calendar: %w", err))
		}
	}
	out.raw("END:VCALENDAR")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write calendar: %w", err)
	}
	return nil
}

// icalPublisher writes one calendar.
type icalPublisher struct {
	icalWriter
	opt   CalendarOptions
	zones icalZoneBook
}

func (w *icalPublisher) head() {
	w.raw("BEGIN:VCALENDAR")
	w.raw("VERSION:2.0")
	w.raw("PRODID:-//Buffet//Buffet//", strings.ToUpper(cmp.Or(w.opt.Lang, "en")))
	w.raw("CALSCALE:GREGORIAN")
	w.raw("METHOD:PUBLISH")
	if name := icalOneLine(w.opt.Name, 200); name != "" {
		w.text("NAME", name)
		w.text("X-WR-CALNAME", name)
	}
	// No X-WR-TIMEZONE: some programs move series in UTC to that zone's summer time.
	if w.opt.Refresh > 0 {
		every := icalDurationText(0, int64(w.opt.Refresh/time.Second))
		w.raw("REFRESH-INTERVAL;VALUE=DURATION:", every)
		w.raw("X-PUBLISHED-TTL:", every)
	}
}

// offer writes one offer; nothing of it if there is an error.
func (w *icalPublisher) offer(p *Published) error {
	r, err := Series(&p.Offer)
	if err != nil {
		return err
	}
	zone, err := w.zones.add(r)
	if err != nil {
		return err
	}
	var pieces []icalPiece
	uid := cmp.Or(icalNoControls(p.Offer.PublicUID), icalNoControls(p.Offer.UID), icalMadeUID(p.Offer.Network, strconv.Itoa(p.Offer.Number)))
	if p.Dates != nil {
		pieces = icalDatePieces(uid, r, zone.loc, p.Dates)
	} else {
		s, err := r.seriesIn(zone.loc)
		if err != nil {
			return err
		}
		if pieces, err = s.pieces(uid, p.Offer.Expanded); err != nil {
			return err
		}
	}
	if !zone.written && zone.needed { // it was not there when the zones were gathered
		w.vtimezone(zone.tzid, zone.loc, zone.first, zone.last)
		zone.written = true
	}
	texts := w.describe(&p.Offer)
	for i := range pieces {
		w.event(&p.Offer, &texts, &pieces[i], zone)
	}
	return nil
}

// icalDatePieces makes an event of its own of each date.
func icalDatePieces(uid string, r Recurrence, loc *time.Location, dates []store.Occurrence) []icalPiece {
	pieces := make([]icalPiece, 0, len(dates))
	for _, d := range dates {
		p := icalPiece{uid: uid, start: icalPlanned{icalWall(d.Start, loc), d.Start}, allDay: d.AllDay, cancelled: d.Cancelled,
			title: d.Title, location: d.Location, url: d.URL}
		p.length(icalPlanned{icalWall(d.End, loc), d.End})
		if r.Rule != "" || len(r.Dates) > 0 {
			p.uid += "#" + d.Key.UTC().Format(icalUTCForm)
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// icalDurationText writes a DURATION of nominal days and exact seconds (RFC 5545 3.3.6).
func icalDurationText(days int, secs int64) string {
	text := "P"
	if days > 0 {
		text += strconv.Itoa(days) + "D"
	}
	switch {
	case secs == 0 && days > 0:
		return text
	case secs%3600 == 0 && secs > 0:
		return text + "T" + strconv.FormatInt(secs/3600, 10) + "H"
	case secs%60 == 0:
		return text + "T" + strconv.FormatInt(secs/60, 10) + "M"
	}
	return text + "T" + strconv.FormatInt(secs, 10) + "S"
}
