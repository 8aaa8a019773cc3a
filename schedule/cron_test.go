package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func line(t testing.TB, spec, zone string) *Line {
	t.Helper()
	l, err := ParseLine(spec, zone)
	if err != nil {
		t.Fatalf("%s: %v", spec, err)
	}
	return l
}

func utc(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		name, spec, zone, after string
		want                    []string // RFC 3339
	}{
		{"gap comes at its end, once", "30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z",
			[]string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"two in the gap are one", "0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"overlap: first pass only", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"overlap: started in the second pass", "45 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z",
			[]string{"2026-10-26T02:45:00+01:00"}},
		{"overlap: edges", "0 2,3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-26T02:00:00+01:00"}},
		{"hourly stays hourly in the gap", "0 * * * *", "Europe/Berlin", "2026-03-28T23:59:00Z",
			[]string{"2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"}},
		{"hourly stays hourly in the overlap", "0 * * * *", "Europe/Berlin", "2026-10-24T23:59:00Z",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"every other hour by elapsed time in the overlap", "0 */2 * * *", "Europe/Berlin", "2026-10-24T23:59:00Z",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T04:00:00+01:00"}},
		{"midnight that is not there", "0 0 * * *", "Asia/Beirut", "2026-03-27T22:30:00Z",
			[]string{"2026-03-29T01:00:00+03:00", "2026-03-30T00:00:00+03:00"}},
		{"midnight gap on its weekday only", "0 0 * * 0", "Asia/Beirut", "2026-03-24T00:00:00Z",
			[]string{"2026-03-29T01:00:00+03:00", "2026-04-05T00:00:00+03:00"}},
		{"gap of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"overlap of half an hour", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z",
			[]string{"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
		{"a whole day that was not there", "0 12 * * *", "Pacific/Apia", "2011-12-29T12:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"}},
		{"strictly after", "0 9 * * 1", "UTC", "2026-11-23T09:00:00Z", []string{"2026-11-30T09:00:00Z"}},
		{"a moment before", "0 9 * * 1", "UTC", "2026-11-23T08:59:59.999Z", []string{"2026-11-23T09:00:00Z"}},
		{"13th or Friday", "0 9 13 * 5", "UTC", "2026-10-10T00:00:00Z",
			[]string{"2026-10-13T09:00:00Z", "2026-10-16T09:00:00Z"}},
		{"first Monday", "0 9 * * 1#1", "Europe/Berlin", "2026-11-02T09:00:00+01:00",
			[]string{"2026-12-07T09:00:00+01:00", "2027-01-04T09:00:00+01:00", "2027-02-01T09:00:00+01:00"}},
		{"first and third", "0 9 * * mon#1,1#3", "UTC", "2026-11-01T00:00:00Z",
			[]string{"2026-11-02T09:00:00Z", "2026-11-16T09:00:00Z", "2026-12-07T09:00:00Z"}},
		{"counted beside plain", "0 9 * * 1#1,5", "UTC", "2026-11-01T00:00:00Z",
			[]string{"2026-11-02T09:00:00Z", "2026-11-06T09:00:00Z", "2026-11-13T09:00:00Z"}},
		{"last Friday", "0 15 * * 5L", "UTC", "2026-10-31T00:00:00Z",
			[]string{"2026-11-27T15:00:00Z", "2026-12-25T15:00:00Z", "2027-01-29T15:00:00Z"}},
		{"fifth Monday", "0 9 * * 1#5", "UTC", "2026-11-23T00:00:00Z",
			[]string{"2026-11-30T09:00:00Z", "2027-03-29T09:00:00Z"}},
		{"7 is Sunday", "0 9 * * 7", "UTC", "2026-11-23T00:00:00Z", []string{"2026-11-29T09:00:00Z"}},
		{"leap day", "0 9 29 2 *", "UTC", "2026-11-23T00:00:00Z", []string{"2028-02-29T09:00:00Z"}},
		{"twice a day", "0 */12 * * *", "UTC", "2026-11-23T00:00:00Z",
			[]string{"2026-11-23T12:00:00Z", "2026-11-24T00:00:00Z"}},
		{"hourly on Sundays", "30 * * * 0", "Europe/Berlin", "2026-11-23T00:00:00Z",
			[]string{"2026-11-29T00:30:00+01:00", "2026-11-29T01:30:00+01:00"}},
		{"descriptor", "@weekly", "UTC", "2026-11-23T00:00:00Z", []string{"2026-11-29T00:00:00Z"}},
		{"never", "0 9 31 2 *", "UTC", "2026-11-23T00:00:00Z", nil},
		{"never, hourly", "0 * 31 2 *", "UTC", "2026-11-23T00:00:00Z", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := line(t, c.spec, c.zone).NextN(utc(t, c.after), max(len(c.want), 1))
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			for i, at := range got {
				if at.Format(time.RFC3339) != c.want[i] {
					t.Errorf("run %d: got %s, want %s", i+1, at.Format(time.RFC3339), c.want[i])
				}
			}
		})
	}
}

func TestFixedTimeOncePerDay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "Asia/Beirut", "America/Havana", "Australia/Lord_Howe", "America/St_Johns"} {
		for _, spec := range []string{"0 0 * * *", "30 0 * * *", "30 1 * * *", "30 2 * * *", "59 23 * * *"} {
			from := utc(t, "2024-12-31T12:00:00Z")
			var days int
			var first time.Time
			for at := range nexts(line(t, spec, zone), from, utc(t, "2026-12-31T12:00:00Z")) {
				if days++; days == 1 {
					first = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
				}
				if want := first.AddDate(0, 0, days-1).Format("2006-01-02"); at.Format("2006-01-02") != want {
					t.Fatalf("%s %s: run %d at %s, want %s", zone, spec, days, at, want)
				}
			}
			if days != 730 {
				t.Errorf("%s %s: %d runs in 730 days", zone, spec, days)
			}
		}
	}
}

func nexts(l *Line, after, until time.Time) func(func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		for at := l.Next(after); at.Before(until) && yield(at); at = l.Next(at) {
		}
	}
}

func TestParseLineRefuses(t *testing.T) {
	for spec, want := range map[string]error{
		"":                                     ErrSyntax,
		"0 9 * *":                              ErrSyntax,
		"0 0 9 * * 1":                          ErrSyntax,
		"0 25 * * *":                           ErrSyntax,
		"0 9 * * 8":                            ErrSyntax,
		"0 9 * * 1#0":                          ErrSyntax,
		"0 9 * * 1#6":                          ErrSyntax,
		"0 9 * * 1-5#1":                        ErrSyntax,
		"0 9 * * *L":                           ErrSyntax,
		"0 9 * * 1,1#1":                        ErrSyntax,
		"0 9 L * *":                            ErrSyntax,
		", 9 * * *":                            ErrSyntax,
		"0 9 , * *":                            ErrSyntax,
		"@every 1h":                            ErrSyntax,
		"@reboot":                              ErrSyntax,
		"TZ=":                                  ErrZonePrefix,
		"CRON_TZ=Europe/Berlin":                ErrZonePrefix,
		"TZ=X@daily":                           ErrZonePrefix,
		" tz=UTC 0 9 * * 1":                    ErrZonePrefix,
		"0 9 * * " + strings.Repeat("1,", 1e6): ErrSyntax,
	} {
		if _, err := ParseLine(spec, "UTC"); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v, want %v", spec, err, want)
		}
	}
	for _, zone := range []string{"", "Local", "Berlin", "../etc/passwd"} {
		if _, err := ParseLine("0 9 * * 1", zone); !errors.Is(err, ErrZone) {
			t.Errorf("zone %q: got %v", zone, err)
		}
	}
}

func TestCheckUser(t *testing.T) {
	now := utc(t, "2026-11-23T12:00:00Z")
	for spec, want := range map[string]error{
		"0 9 * * 1":    nil,
		"0 * * * *":    nil,
		"@hourly":      nil,
		"* * * * *":    ErrTooOften,
		"0,59 9 1 1 *": ErrTooOften,
		"*/30 9 * * 1": ErrTooOften,
		"0 9 30 2 *":   ErrNever,
		"nonsense":     ErrSyntax,
	} {
		if _, err := CheckUser(spec, "Europe/Berlin", now); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", spec, err, want)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	for _, seed := range []string{"0 9 * * 1", "*/15 0-23/2 1,15 jan-dec mon#1,5L", "@daily", "@every 1s", "TZ=", "CRON_TZ=X@daily", "* * 31 2 *",
		"1-0/0 9 * * 7", "0 9 * * 18446744073709551617", "0 */9223372036854775807 * * *", "? ?/1 ? ? ?"} {
		f.Add(seed)
	}
	after := utc(f, "2026-03-28T12:00:00Z")
	f.Fuzz(func(t *testing.T, spec string) {
		l, err := ParseLine(spec, "Europe/Berlin")
		if err != nil {
			return
		}
		began := time.Now()
		at := l.Next(after)
		if took := time.Since(began); took > time.Second {
			t.Errorf("%q took %s", spec, took)
		}
		if !at.IsZero() && !at.After(after) {
			t.Errorf("%q: %s is not after %s", spec, at, after)
		}
		Describe(spec, "de")
	})
}
