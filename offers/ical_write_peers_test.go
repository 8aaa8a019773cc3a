package offers

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	arran "github.com/arran4/golang-ical"
	emersion "github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"
)

func icalEach(read func(testing.TB, string) []icalPeerEvent) func(testing.TB, []string) map[string][]string {
	return func(t testing.TB, files []string) map[string][]string {
		out := map[string][]string{}
		for _, path := range files {
			if strings.HasSuffix(path, "-own.ics") {
				continue // both know zones by name only
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out[path] = icalPeerDates(t, read(t, string(data)))
		}
		return out
	}
}

func icalByPython(library string) func(testing.TB, []string) map[string][]string {
	return func(t testing.TB, files []string) map[string][]string {
		var stderr strings.Builder
		cmd := exec.Command("/usr/bin/python3", append([]string{"testdata/readers.py", library}, files...)...)
		cmd.Stderr = &stderr
		data, err := cmd.Output()
		if code, ok := errors.AsType[*exec.ExitError](err); errors.Is(err, os.ErrNotExist) || ok && code.ExitCode() == 77 {
			t.(*testing.T).Skipf("NOT CHECKED with %s, which is not installed (Debian: python3-icalendar and python3-recurring-ical-events; gir1.2-ical-3.0 and python3-gi): %v %s", library, err, stderr.String())
		}
		if err != nil {
			t.Fatal(err, stderr.String())
		}
		out := map[string][]string{}
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		for path := range out {
			out[path] = slices.Compact(out[path])
		}
		return out
	}
}

// icalPeerEvent is a VEVENT as a library read it.
type icalPeerEvent struct {
	uid, title, rule string
	cancelled, day   bool
	start, end       time.Time
	key              time.Time
	plus, minus      []time.Time
}

// icalPeerDates leaves the arithmetic to rrule-go.
func icalPeerDates(t testing.TB, events []icalPeerEvent) []string {
	t.Helper()
	changed := map[string]bool{}
	id := func(uid string, key time.Time) string { return fmt.Sprint(uid, key.Unix()) }
	var out []string
	add := func(e icalPeerEvent, start time.Time) {
		if e.cancelled || start.UTC().Year() < 2026 || start.UTC().Year() > 2027 {
			return
		}
		layout, end := "2006-01-02T15:04", start.Add(e.end.Sub(e.start))
		if e.day {
			layout = "2006-01-02"
		}
		out = append(out, start.UTC().Format(layout)+"/"+end.UTC().Format(layout)+" "+e.title)
	}
	for _, e := range events {
		if !e.key.IsZero() {
			changed[id(e.uid, e.key)] = true
			add(e, e.start)
		}
	}
	for _, e := range events {
		if !e.key.IsZero() {
			continue
		}
		var set rrule.Set
		if e.rule == "" {
			set.RDate(e.start)
		} else {
			opt, err := rrule.StrToROption(e.rule)
			if err != nil {
				t.Fatal(err)
			}
			opt.Dtstart = e.start
			rule, err := rrule.NewRRule(*opt)
			if err != nil {
				t.Fatal(err)
			}
			set.RRule(rule)
		}
		for _, d := range e.plus {
			set.RDate(d)
		}
		for _, d := range e.minus {
			set.ExDate(d)
		}
		for _, d := range set.Between(icalDay("2025-12-01"), icalDay("2028-02-01"), true) {
			if !changed[id(e.uid, d)] {
				add(e, d)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func icalByEmersion(t testing.TB, text string) []icalPeerEvent {
	t.Helper()
	cal, err := emersion.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	var out []icalPeerEvent
	must := func(at time.Time, err error) time.Time {
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, ev := range cal.Events() {
		var e icalPeerEvent
		if e.uid, err = ev.Props.Text("UID"); err != nil {
			t.Fatal(err)
		}
		if e.title, err = ev.Props.Text("SUMMARY"); err != nil {
			t.Fatal(err)
		}
		if rule := ev.Props.Get("RRULE"); rule != nil {
			e.rule = rule.Value
		}
		status, err := ev.Status()
		e.cancelled = must(time.Time{}, err).IsZero() && status == emersion.EventCancelled
		e.day = ev.Props.Get("DTSTART").ValueType() == emersion.ValueDate
		e.start, e.end = must(ev.DateTimeStart(time.UTC)), must(ev.DateTimeEnd(time.UTC))
		if key := ev.Props.Get("RECURRENCE-ID"); key != nil {
			e.key = must(key.DateTime(time.UTC))
		}
		for _, d := range ev.Props.Values("RDATE") {
			e.plus = append(e.plus, must(d.DateTime(time.UTC)))
		}
		for _, d := range ev.Props.Values("EXDATE") {
			e.minus = append(e.minus, must(d.DateTime(time.UTC)))
		}
		out = append(out, e)
	}
	return out
}

func icalByArran(t testing.TB, text string) []icalPeerEvent {
	t.Helper()
	cal, err := arran.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	// The library has no lists of dates: each is read as if it were a DTSTART.
	moment := func(p *arran.IANAProperty) (time.Time, bool) {
		t.Helper()
		var one arran.ComponentBase
		q := *p
		q.IANAToken = "DTSTART"
		one.Properties = []arran.IANAProperty{q}
		at, err := one.GetStartAt()
		day := len(p.Value) == 8
		if day {
			at, err = one.GetAllDayStartAt()
			at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
		}
		if err != nil {
			t.Fatal(err)
		}
		return at, day
	}
	var out []icalPeerEvent
	for _, ev := range cal.Events() {
		value := func(name arran.ComponentProperty) string {
			if p := ev.GetProperty(name); p != nil {
				return p.Value
			}
			return ""
		}
		e := icalPeerEvent{uid: ev.Id(), title: value("SUMMARY"), rule: value("RRULE"), cancelled: value("STATUS") == "CANCELLED"}
		e.start, e.day = moment(ev.GetProperty("DTSTART"))
		e.end = e.start
		if p := ev.GetProperty("DTEND"); p != nil {
			e.end, _ = moment(p)
		} else if days, secs, ok := icalDuration(value("DURATION")); ok {
			e.end = e.start.AddDate(0, 0, days).Add(time.Duration(secs) * time.Second)
		}
		if p := ev.GetProperty("RECURRENCE-ID"); p != nil {
			e.key, _ = moment(p)
		}
		for _, p := range ev.GetProperties("RDATE") {
			d, _ := moment(p)
			e.plus = append(e.plus, d)
		}
		for _, p := range ev.GetProperties("EXDATE") {
			d, _ := moment(p)
			e.minus = append(e.minus, d)
		}
		out = append(out, e)
	}
	return out
}
