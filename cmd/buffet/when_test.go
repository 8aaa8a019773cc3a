package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func runWhen(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var buf bytes.Buffer
	p := &Program{In: strings.NewReader(""), Out: &buf, Err: &buf}
	code = p.Main(t.Context(), append([]string{"when"}, args...))
	return buf.String(), code
}

func TestWhenCommand(t *testing.T) {
	const now = "--now=2026-11-25T10:00"
	for _, test := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"a range", []string{"3.12. 14–15:30 Uhr", now}, 0,
			[]string{"Donnerstag, 3. Dezember 2026, 14:00–15:30 Uhr", "2026-12-03T14:00:00+01:00", "2026-12-03T15:30:00+01:00", "Europe/Berlin"}},
		{"words as they come", []string{"jeden", "Dienstag", "14", "Uhr", "bis", "30.6.", now}, 0,
			[]string{"jeden Dienstag, zuerst Dienstag, 1. Dezember 2026, 14:00 Uhr, bis Mittwoch, 30. Juni 2027", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270630T215959Z"}},
		{"a series in English", []string{"every first and last Friday of the month 2pm, 10 times", now, "--lang=en"}, 0,
			[]string{"every 1st and last Friday of the month, first on Friday, 27 November 2026, 14:00, 10 times", "FREQ=MONTHLY;BYDAY=-1FR,1FR;COUNT=10"}},
		{"another zone", []string{"3.12. 14 Uhr Londoner Zeit", now}, 0,
			[]string{"14:00 Uhr (Europe/London; bei euch Donnerstag, 3. Dezember 2026, 15:00 Uhr)", "2026-12-03T14:00:00Z", "Europe/London"}},
		{"the zone of those who ask", []string{"tomorrow 2pm", "--now=2026-11-26T03:30:00Z", "--zone=America/New_York", "--lang=en"}, 0,
			[]string{"Thursday, 26 November 2026, 14:00", "2026-11-26T14:00:00-05:00"}},
		{"whole days", []string{"3.–5. Dezember", now}, 0, []string{"Donnerstag, 3. Dezember 2026 – Samstag, 5. Dezember 2026", "2026-12-06T00:00:00+01:00", "all day"}},
		{"no such day", []string{"31.2.", now}, 1, []string{"Diesen Tag gibt es nicht: »31.2.«"}},
		{"a word", []string{"morgen irgendwann", now}, 1, []string{"Verstanden habe ich »morgen«, aber nicht »irgendwann«"}},
		{"a choice", []string{"Wednesday 2pm", now, "--lang=en"}, 1, []string{"Wednesday, 25 November 2026 or Wednesday, 2 December 2026"}},
		{"a bad zone", []string{"morgen", "--zone=Mars/Olympus"}, 1, []string{`"Mars/Olympus" is not a time zone`}},
		{"a bad now", []string{"morgen", "--now=neulich"}, 1, []string{`"neulich" is not a time`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, code := runWhen(t, test.args...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, w := range test.want {
				if !strings.Contains(out, w) {
					t.Errorf("does not say %q:\n%s", w, out)
				}
			}
		})
	}
}

func TestWhenJSON(t *testing.T) {
	out, code := runWhen(t, "jeden 1. Montag im Monat 9–10 Uhr", "--now=2026-11-25T10:00", "--json")
	var got whenReading
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	want := whenReading{Start: "2026-12-07T09:00:00+01:00", End: "2026-12-07T10:00:00+01:00", Zone: "Europe/Berlin", Rule: "FREQ=MONTHLY;BYDAY=1MO",
		Words: "jeden 1. Montag im Monat, zuerst Montag, 7. Dezember 2026, 09:00–10:00 Uhr"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	out, code = runWhen(t, "gestern", "--json")
	got = whenReading{}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 || got.Question == nil || got.Question.Key != "when_past_day" || got.Start != "" {
		t.Errorf("exit code %d, %v:\n%s", code, err, out)
	}
}
