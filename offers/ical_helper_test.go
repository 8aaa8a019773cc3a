package offers

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func icalBerlin(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func icalTestOptions(t testing.TB) ReadOptions {
	return ReadOptions{Zone: icalBerlin(t), Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
}

func icalRead(t testing.TB, text string) *Calendar {
	t.Helper()
	cal, err := ReadCalendar(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")), icalTestOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func icalReadFile(t testing.TB, name string) *Calendar {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return icalRead(t, string(data))
}

// icalCal wraps lines of events into a calendar.
func icalCal(lines ...string) string {
	return "BEGIN:VCALENDAR\nVERSION:2.0\n" + strings.Join(lines, "\n") + "\nEND:VCALENDAR\n"
}

func icalEv(lines ...string) string {
	return "BEGIN:VEVENT\nUID:u1\nSUMMARY:T\n" + strings.Join(lines, "\n") + "\nEND:VEVENT"
}

// icalDates expands through JSON and writes each date as "start/end" in UTC (all-day: dates of its own zone).
func icalDates(t testing.TB, e Entry, from, to string) []string {
	t.Helper()
	data, err := json.Marshal(e.Recurrence)
	if err != nil {
		t.Fatal(err)
	}
	var r Recurrence
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	dates, err := r.Expand(icalDay(from), icalDay(to))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, d := range dates {
		s := d.Start.UTC().Format("01-02T15:04") + "/" + d.End.UTC().Format("01-02T15:04")
		if d.AllDay {
			s = d.Start.Format("2006-01-02") + "/" + d.End.Format("2006-01-02")
		}
		if !d.Key.Equal(d.Start) {
			s += " key " + d.Key.UTC().Format("01-02T15:04")
		}
		for _, x := range []string{d.Title, d.Location, d.URL} {
			if x != "" {
				s += " " + x
			}
		}
		if d.Cancelled {
			s += " cancelled"
		}
		out = append(out, s)
	}
	return out
}

func icalDay(s string) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t
}

func icalSame(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%q", got), fmt.Sprintf("%q", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func icalIs(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}
