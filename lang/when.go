package lang

import (
	"slices"
	"strings"
	"time"
)

// When is a date as somebody meant it.
type When struct {
	Start  time.Time `json:"start"`           // in Zone; the first date of a series; midnight if AllDay
	End    time.Time `json:"end,omitzero"`    // zero if it was not said; midnight after the last day if AllDay
	AllDay bool      `json:"all_day"`         // whole days
	Open   bool      `json:"open"`            // AllDay only because no time was said
	Zone   string    `json:"zone"`            // IANA
	Repeat Repeat    `json:"repeat,omitzero"` // zero if it is once
}

// Rule is the recurrence as the value of an RRULE (RFC 5545 3.3.10), "" if
// it is once.
func (w When) Rule() string { return w.Repeat.rule(w.AllDay) }

// whenReader is a date being read.
type whenReader struct {
	lang, text string
	now, today time.Time // today is midnight UTC of the day it is in the zone of the date
	home       *time.Location
	toks       []whenToken
	at         int

	first, last, since whenDay
	clock, stop        whenClock
	part               whenPart
	length             whenLength
	wait               time.Duration // from now on: "in 2 Stunden"
	whole              bool          // whole days were asked for
	rep                Repeat
	every              bool  // the recurrence's unit was said, rather than only its days
	counts             []int // ordinals of weekdays in the month: first, -1 the last
	zone               whenZone

	target *whenDay // which day further parts of a day belong to
	kept   bool     // what was read last is part of that day
	mark   int      // where what is being read began, for questions
	stamp  int      // behind the T of an ISO 8601 stamp
	each   bool     // "jeweils" was said
	both   bool     // start and end were said as hours of one day
	early  bool     // the time was said before the last day was
}

// ReadWhen reads a date as people type it, in German or English, by the clock
// and the zone of now, which must be one with a name. What is ambiguous, past
// or not understood is a Problem that says so; nothing is guessed:
//
//   - the day comes before the month, and a date without a year is one of the
//     next nine months;
//   - "um 7" and "halb drei" are asked back for the half of the day, but for 9
//     to 12; "7 Uhr" is 7:00, and "2 Uhr" (1 to 5) is asked; so is "2:30" in
//     English, and in German where it is not "02:30";
//   - a weekday is the next one, but asked on that day itself, and "next" or
//     "nächsten" where that may be this week's or the next one's.
//
// lang is the language of those who type; both are always understood.
func ReadWhen(lang, text string, now time.Time) (When, error) {
	r, err := newWhenReader(lang, text, now)
	if err != nil {
		return When{}, err
	}
	for r.at < len(r.toks) {
		if r.skip() {
			continue
		}
		from := r.at
		ok, err := r.item()
		if err != nil {
			return When{}, err
		}
		if !ok || r.at == from {
			return When{}, r.unknown()
		}
	}
	return r.resolve()
}

func newWhenReader(lang, text string, now time.Time) (*whenReader, error) {
	r := &whenReader{lang: known(lang), now: now.Truncate(time.Minute), home: now.Location()}
	clean, toks, ok := whenTokens(text)
	r.text = strings.TrimSpace(clean)
	if !ok {
		return nil, Wrong("when_long")
	}
	if len(toks) == 0 {
		return nil, Wrong("when_empty")
	}
	r.text, r.toks = clean, toks
	for i, t := range toks {
		if t.word() {
			r.toks[i].text = whenMend(t.text)
		}
	}
	return r, nil
}

// item reads the next part of a date, whichever it is.
func (r *whenReader) item() (bool, error) {
	for _, read := range []func() (bool, error){
		r.zoned, r.counted, r.repeated, r.wholeDays, r.ahead, r.until, r.strongClock, r.from, r.days, r.lasting, r.weakClock, r.daypart,
	} {
		r.kept = false
		if ok, err := r.try(read); ok || err != nil {
			if !r.kept {
				r.target = &r.first
			}
			return ok, err
		}
	}
	return false, nil
}

// skip takes a word or mark that only joins others.
func (r *whenReader) skip() bool {
	switch {
	case r.take(",", ";", "(", ")", ".", "am", "an", "den", "dem", "der", "die", "das", "the", "on", "of", "dann", "then",
		"insgesamt", "im"):
		return true
	case r.is(0, "wann", "when", "datum", "date", "termin", "uhrzeit", "time", "zeit", "beginn") && (r.at == 0 || r.is(-1, ",") || r.is(1, ":")):
		r.at++
		r.take(":")
		return true
	case r.is(0, "und", "and") && r.at+1 < len(r.toks) && r.at > 0:
		r.at++
		return true
	}
	return false
}

// unknown is the question for a word that is none of a date.
func (r *whenReader) unknown() error {
	t := r.toks[min(r.at, len(r.toks)-1)]
	word := strings.TrimSpace(r.text[t.from:t.to])
	understood := strings.Trim(strings.TrimSpace(r.text[:t.from]), " ,;")
	if understood == "" {
		return r.wrong("when_nothing", Values{"Word": word})
	}
	if r.rep.Freq != "" && r.except() {
		return r.wrong("when_except", Values{"Series": shorten(understood)})
	}
	return r.wrong("when_word", Values{"Word": word, "Understood": shorten(understood)})
}

// except tells whether days are taken out of a series there: "außer 24.12.".
func (r *whenReader) except() bool {
	return r.is(0, "ausser", "ohne", "except", "excluding", "without") && slices.ContainsFunc(r.toks[r.at:], func(t whenToken) bool { return t.digits > 0 })
}

// wrong is a question back, with the text it is about.
func (r *whenReader) wrong(key string, values ...Values) error {
	v := Values{"Text": shorten(strings.TrimSpace(r.text))}
	for _, some := range values {
		for k, value := range some {
			v[k] = value
		}
	}
	return Wrong(key, v)
}

// twice is the question for a part that was said twice.
func (r *whenReader) twice() error { return r.wrong("when_twice") }

func shorten(s string) string {
	const most = 80
	if list := []rune(s); len(list) > most {
		return string(list[:most]) + "…"
	}
	return s
}
