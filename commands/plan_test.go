package commands

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// configure gives the room the config's schedule, as every start does.
func (h *house) configure(spec string) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return schedule.Configure(ctx, tx, room, schedule.Announcement, spec, "Europe/Berlin", "", schedule.Grace, h.now)
	})
}

func (h *house) plan(text string) {
	h.t.Helper()
	if _, err := h.run(h.organiser(lang.German, text)); err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
}

// running are the schedules that run, as text.
func (h *house) running() string {
	h.t.Helper()
	var list []string
	for _, s := range h.schedules() {
		if s.Enabled {
			list = append(list, fmt.Sprintf("%s %s %s", s.Origin, s.Spec, s.Filter))
		}
	}
	return strings.Join(list, "; ")
}

func TestPlanSet(t *testing.T) {
	for _, c := range []struct {
		name string
		set  []string
		want string
	}{
		{"one", []string{"mo 9:00"}, `room 0 9 * * 1 {"days":7}`},
		{"twice the same", []string{"mo 9:00", "montags um 9 uhr"}, `room 0 9 * * 1 {"days":7}`},
		{"another time", []string{"mo 9:00", "di 10:00"}, `room 0 10 * * 2 {"days":7}`},
		{"another filter", []string{"mo 9:00", "di 10:00 pflege"}, `room 0 9 * * 1 {"days":7}; room 0 10 * * 2 {"days":7,"words":["pflege"]}`},
		{"the same filter", []string{"mo 9:00 pflege recht", "mi 8:00", "di 10:00 Recht Pflege"}, `room 0 10 * * 2 {"days":7,"words":["Recht","Pflege"]}; room 0 8 * * 3 {"days":7}`},
		{"further ahead, another time", []string{"mo 9:00", "di 10:00 monat"}, `room 0 9 * * 1 {"days":7}; room 0 10 * * 2 {"days":30}`},
		{"further ahead, the same time", []string{"mo 9:00", "mo 9:00 monat"}, `room 0 9 * * 1 {"days":30}`},
		{"two that become one", []string{"mo 9:00", "di 10:00 monat", "di 10:00"}, `room 0 10 * * 2 {"days":7}`},
		{"kind in either language", []string{"mo 9:00 schulung", "di 9:00 training"}, `room 0 9 * * 2 {"days":7,"kind":"training"}`},
		{"quoted words", []string{`"mo 9:00" pflege`}, `room 0 9 * * 1 {"days":7,"words":["pflege"]}`},
		{"quoted line", []string{`„0 9 * * 1“ 14 tage`}, `room 0 9 * * 1 {"days":14}`},
		{"bare line", []string{`0 9 * * 1 14 tage`}, `room 0 9 * * 1 {"days":14}`},
		{"named line", []string{`@weekly`}, `room @weekly {"days":7}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			for _, s := range c.set {
				h.plan("plan ankuendigung " + s)
			}
			if got := h.running(); got != c.want {
				t.Errorf("%q:\n got %s\nwant %s", c.set, got, c.want)
			}
			for _, s := range h.schedules() {
				if s.Zone != "Europe/Berlin" || s.Grace != 6*time.Hour || !s.Next.After(h.now) {
					t.Errorf("zone, grace or next: %+v", s)
				}
			}
		})
	}
}

func TestPlanRefused(t *testing.T) {
	h := newHouse(t)
	h.plan("plan ankuendigung mo 9:00")
	before := h.running()
	for text, key := range map[string]string{
		"*/30 * * * *":                        "plan_too_often",
		"0,1 9 * * *":                         "plan_too_often",
		"CRON_TZ=Europe/Paris 0 9 * * 1":      "plan_zone",
		`"TZ=Europe/Paris 0 9 * * 1"`:         "plan_zone",
		"0 9 31 2 *":                          "plan_never",
		"0 9 * *":                             "plan_syntax",
		"0 9 * * 8":                           "plan_syntax",
		"bald":                                "plan_syntax",
		"mo":                                  "plan_syntax",
		"9:00":                                "plan_syntax",
		`"bald" pflege`:                       "plan_syntax",
		"mo 9:00 und mi 10:00":                "plan_syntax",
		"mo 9:00 alle 2 wochen":               "plan_syntax",
		"alle 2 wochen mo 9:00":               "plan_syntax",
		"mo 9:00 morgen":                      "plan_period",
		"mo 9:00 naechste woche":              "plan_period",
		"mo 9:00 0 tage":                      "offer_days_range",
		"mo 9:00 " + strings.Repeat("x ", 20): "offer_too_many_words",
		"@every 1h":                           "plan_syntax",
	} {
		_, err := h.run(h.organiser(lang.German, "plan ankuendigung "+text))
		if p, ok := lang.AsProblem(err); !ok || p.Key != key {
			t.Errorf("%s: %v, want %s", text, err, key)
		}
	}
	if after := h.running(); after != before {
		t.Errorf("a refused plan changed %s to %s", before, after)
	}
}

// TestOrganiserDoubtful: what only organisers may is refused in a direct chat
// when the device is not shown to be theirs.
func TestOrganiserDoubtful(t *testing.T) {
	h := newHouse(t)
	for _, text := range []string{"plan", "plan mo 9:00", "plan aus alle", "vorschau", "vorschau digest", "freigabe"} {
		req := h.organiser(lang.German, text)
		req.Direct, req.Doubtful = true, true
		if got := h.say(req); !strings.Contains(got, "know_doubtful") {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestPlanBound(t *testing.T) {
	h := newHouse(t)
	for i := range maxPlans {
		h.plan(fmt.Sprintf("plan ankuendigung mo 9:00 thema%d", i))
	}
	_, err := h.run(h.organiser(lang.German, "plan ankuendigung mo 9:00 nocheins"))
	if p, ok := lang.AsProblem(err); !ok || p.Key != "plan_too_many" {
		t.Errorf("the %dth schedule: %v", maxPlans+1, err)
	}
	h.plan("plan ankuendigung di 9:00 thema3")
	h.plan("plan aus 1")
	h.plan("plan ankuendigung mo 9:00 nocheins")
	if n := len(h.schedules()); n != maxPlans {
		t.Errorf("%d schedules, want %d", n, maxPlans)
	}
}

// TestPlanConfig has organisers and the operator's config disagree over
// several starts.
func TestPlanConfig(t *testing.T) {
	h := newHouse(t)
	h.configure("0 9 * * 1")
	if got := h.running(); got != "config 0 9 * * 1 {}" {
		t.Fatalf("from the config: %s", got)
	}
	h.plan("plan aus 1")
	h.configure("0 9 * * 1")
	if got := h.running(); got != "" {
		t.Errorf("what organisers removed came back: %s", got)
	}
	h.configure("0 10 * * 1")
	if got := h.running(); got != "config 0 10 * * 1 {}" {
		t.Errorf("a new line in the config: %s", got)
	}
	h.plan("plan ankuendigung fr 16:00 pflege")
	h.configure("0 10 * * 1")
	if got, want := h.running(), `room 0 16 * * 5 {"days":7,"words":["pflege"]}`; got != want {
		t.Errorf("organisers' own: %s, want %s", got, want)
	}
	h.plan("plan aus alle")
	h.configure("0 10 * * 1")
	if got := h.running(); got != "" {
		t.Errorf("after all were removed: %s", got)
	}
}

// TestPlanOtherRoom: numbers and "alle" reach no further than the room.
func TestPlanOtherRoom(t *testing.T) {
	h := newHouse(t)
	other := h.organiser(lang.German, "plan ankuendigung di 9:00")
	other.Room, other.Networks[0].Room = "!sued:example.org", "!sued:example.org"
	if _, err := h.run(other); err != nil {
		t.Fatal(err)
	}
	h.plan("plan ankuendigung mo 9:00")
	h.plan("plan aus alle")
	list, err := h.store.Schedules(t.Context(), "!sued:example.org")
	if err != nil || len(list) != 1 || !list[0].Enabled {
		t.Errorf("the other room's: %+v, %v", list, err)
	}
}

// TestPlanClock: the next run is named by the clock on the wall, over the
// change of clocks too.
func TestPlanClock(t *testing.T) {
	h := newHouse(t)
	h.now = time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC)
	if got := h.say(h.organiser(lang.German, "plan ankuendigung mo 9:00")); !strings.Contains(got, "Montag, 29. März 2027, 09:00 Uhr") {
		t.Errorf("after the clocks went forward: %s", got)
	}
}

func TestPreview(t *testing.T) {
	h := newHouse(t)
	show := func(text string) string { return h.say(h.organiser(lang.German, text)) }
	if got := show("vorschau"); !strings.HasPrefix(got, "[✅] [private] Geplant ist nichts;") || !strings.Contains(got, "Kollegiale Beratung") {
		t.Errorf("nothing planned: %s", got)
	}
	h.plan("plan ankuendigung fr 9:00 pflege")
	if got := show("vorschau"); !strings.Contains(got, "Am Freitag, 27. November 2026, 09:00 Uhr gäbe es nichts") {
		t.Errorf("nothing comes up: %s", got)
	}
	h.plan("plan ankuendigung do 9:00")
	if got := show("vorschau ankündigung"); !strings.Contains(got, "Donnerstag, 26. November 2026, 09:00 Uhr") ||
		!strings.Contains(got, "Brandschutz") || strings.Contains(got, "Kollegiale Beratung") {
		t.Errorf("the next of two: %s", got)
	}
	if n := len(h.schedules()); n != 2 {
		t.Errorf("a preview left %d schedules", n)
	}
}

func FuzzReadWhen(f *testing.F) {
	for _, s := range []string{"mo 9:00 pflege", `"0 9 * * 1" 14 tage`, "@weekly", "„mo 9:00“", `"`, "CRON_TZ=x 0 9 * * 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if len(typed) > maxText {
			return
		}
		spec, args := readWhen(typed)
		if len(strings.Join(args, "")) > len(typed) {
			t.Errorf("readWhen(%q) made up %q", typed, args)
		}
		if _, err := schedule.CheckUser(spec, "Europe/Berlin", time.Unix(1.8e9, 0)); err == nil && strings.TrimSpace(spec) == "" {
			t.Errorf("readWhen(%q): an empty line was accepted", typed)
		}
	})
}
