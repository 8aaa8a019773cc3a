package offers

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/store"
)

// icalFull is an offer with its dates that are still to come.
func icalFull(t *testing.T, lines string) *Offer {
	t.Helper()
	cal := icalCase(t, lines)
	o := &Offer{Offer: icalStored(t, &cal.Entries[0])}
	dates, err := expand(cal.Entries[0].Recurrence, icalDay("2026-11-23"), icalDay("2028-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dates[:min(len(dates), NextDates)] {
		o.Next = append(o.Next, newItem(&o.Offer, store.Occurrence{Key: d.Start, Start: d.Start, End: d.End}))
	}
	return o
}

func TestRenderFile(t *testing.T) {
	const once = "DTSTART:20261201T100000Z\nDTEND:20261201T110000Z"
	v := icalView(t)
	for _, tt := range []struct{ status, lines, caption string }{
		{store.OfferActive, once, "T für deinen Kalender"},
		{store.OfferCancelled, once, "Die Absage von T für deinen Kalender"},
		{store.OfferWithdrawn, once, ""},
		{store.OfferActive, "DTSTART:20261101T100000Z", ""},
	} {
		o := icalFull(t, tt.lines)
		o.Status = tt.status
		file, caption, err := RenderFile(v, o)
		if err != nil {
			t.Fatal(err)
		}
		if tt.caption == "" {
			if file != nil {
				t.Errorf("%s, %s: a file", tt.status, tt.lines)
			}
			continue
		}
		if file == nil || file.Type != "text/calendar" || file.Name != "angebot-1-t.ics" || caption.Plain() != tt.caption {
			t.Fatalf("%+v, %q", file, caption.Plain())
		}
		back, err := ReadCalendar(bytes.NewReader(file.Data), icalTestOptions(t))
		if err != nil || len(back.Entries) != 1 || back.Entries[0].Title != "T" || back.Entries[0].Cancelled != (tt.status == store.OfferCancelled) {
			t.Errorf("%s: %v, %+v", tt.status, err, back)
		}
	}
	broken := icalFull(t, once)
	broken.Recurrence = "{"
	if file, _, err := RenderFile(v, broken); err == nil || file != nil {
		t.Errorf("a series that cannot be read: %v, %v", file, err)
	}
}

// Thousands of moved dates, each with a place of its own, are no file to send.
func TestRenderFileTooLarge(t *testing.T) {
	var b strings.Builder
	b.WriteString("DTSTART;TZID=Europe/Berlin:20261201T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY")
	start := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		day := start.AddDate(0, 0, i).Format("20060102")
		fmt.Fprintf(&b, "\nEND:VEVENT\nBEGIN:VEVENT\nUID:u1\nSUMMARY:T\nRECURRENCE-ID;TZID=Europe/Berlin:%sT100000\nDTSTART;TZID=Europe/Berlin:%sT110000\nLOCATION:Haus %d", day, day, i)
	}
	o := icalFull(t, b.String())
	var whole bytes.Buffer
	if err := WriteOffer(&whole, icalView(t), o.Offer); err != nil || whole.Len() <= maxFile {
		t.Fatalf("%d bytes, %v", whole.Len(), err)
	}
	begin := time.Now()
	if file, _, err := RenderFile(icalView(t), o); file != nil || err != nil {
		t.Errorf("file %v, error %v", file != nil, err)
	}
	t.Logf("%d bytes left out after %s", whole.Len(), time.Since(begin))
}

func TestFileName(t *testing.T) {
	for title, want := range map[string]string{
		"Kollegiale Beratung":                         "angebot-3-kollegiale-beratung.ics",
		"Frühstück für große Leute – mit Käse & Brot": "angebot-3-fruehstueck-fuer-grosse-leute-mit-kaese.ics",
		"../../etc/passwd\x00.exe":                    "angebot-3-etc-passwd-exe.ics",
		"con":                                         "angebot-3-con.ics",
		"مرحبا \u202e":                                "angebot-3.ics",
		"Łódź, Ærø & Œuvre":                           "angebot-3-lodz-aero-oeuvre.ics",
		strings.Repeat("x", 500):                      "angebot-3-" + strings.Repeat("x", maxFileName-1) + ".ics",
		"a " + strings.Repeat("ä", 5000):              "angebot-3-a.ics",
		"<b>@room</b> **x**":                          "angebot-3-b-room-b-x.ics",
		"":                                            "angebot-3.ics",
	} {
		v := icalView(t)
		got := v.fileName(&store.Offer{Number: 3, Title: title})
		if got != want || path.Base(got) != got || len(got) > 64 {
			t.Errorf("%.50q: %q, want %q", title, got, want)
		}
	}
	v := icalView(t)
	v.Lang = lang.English
	if got := v.fileName(&store.Offer{Number: 12, Title: "Tea"}); got != "offer-12-tea.ics" {
		t.Error(got)
	}
}
