package knowledge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// aroundOffers has stored of a person whatever can be around offers; it is the
// start of their date.
func (k *keeping) aroundOffers() time.Time {
	start := k.now.Truncate(time.Hour).Add(48 * time.Hour)
	k.write(func(ctx context.Context, tx *store.Tx) error {
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		o := store.Offer{Network: "N", Number: 7, UID: "u", Source: "member", Status: store.OfferActive, Kind: "exchange", Title: "Chor", Recurrence: "{}", Zone: "Asia/Tokyo",
			Rule: "FREQ=DAILY", Author: anke, Room: "!brought:b", Capacity: 5, Holidays: "DE-NW", Changed: k.now}
		if err := w.Insert(ctx, &o); err != nil {
			return err
		}
		for n := range 2 {
			at := start.AddDate(0, 0, n)
			if err := w.PutDate(ctx, store.Occurrence{Offer: o.ID, Key: at, Start: at, End: at.Add(time.Hour), Cancelled: n == 1, Location: fmt.Sprint("Saal ", n)}); err != nil {
				return err
			}
		}
		if err := errors.Join(w.Close(), tx.PutSignup(ctx, store.Signup{Offer: o.ID, Key: start, User: anke, At: k.now})); err != nil {
			return err
		}
		for _, way := range []store.SignupWay{{Event: "$tap", Room: "!tapped:b"}, {Event: "$vote", Room: "!voted:b", Poll: "$poll"}} {
			way.Offer, way.Key, way.User = o.ID, start, anke
			if _, err := tx.PutWay(ctx, way); err != nil {
				return err
			}
		}
		for _, r := range []store.Reminder{{Minutes: 60}, {Days: 1, Event: "$bell", Room: "!rung:b"}, {Days: 2, Minutes: -480}, {Minutes: -420}, {Days: 7, Minutes: 1}} {
			r.Offer, r.Key, r.User = o.ID, start, anke
			if err := tx.PutReminder(ctx, r); err != nil {
				return err
			}
		}
		if _, err := tx.EnsureCalendarLink(ctx, "N", anke, k.now); err != nil {
			return err
		}
		return errors.Join(tx.SetCalendarAlarm(ctx, "N", anke, 30*time.Minute), tx.SetPersonSetting(ctx, anke, store.SetNamed, store.On),
			tx.SetPersonSetting(ctx, anke, store.SetRemind, store.Off))
	})
	return start
}

// TestMyDataOfOffers: all that is stored around offers is there, in the file
// for programs and on the page for people, in their words.
func TestMyDataOfOffers(t *testing.T) {
	k := newKeeping(t)
	start := k.aroundOffers()
	data, err := knowledge.MyData(t.Context(), k.store.Reader(), anke, k.now)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := data.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"capacity": 5`, `"holidays": "DE-NW"`, `"zone": "Asia/Tokyo"`, `"rule": "FREQ=DAILY"`, `"place": "Saal 1"`, `"cancelled": true`,
		`"event": "$tap"`, `"room": "!tapped:b"`, `"event": "$vote"`, `"poll": "$poll"`, `"event": "$bell"`, `"room": "!rung:b"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for language, list := range map[string][]string{
		lang.German: {"5 Plätze", "abgesagt · Saal 1", "gesagt in !tapped:b", "abgestimmt in !voted:b", "· 60 Minuten vorher<", "· 1 Tag vorher · !rung:b<", "· 2 Tage vorher um 08:00 Uhr<",
			"· am selben Tag um 07:00 Uhr<", "· 7 Tage, 1 Minute vorher<", "Deinen Namen zeigen, wo du dich anmeldest: an<", "Von allein erinnern, wo du dich anmeldest: aus<", "· N · 30 Minuten vorher<"},
		lang.English: {"5 places", "cancelled · Saal 1", "said in !tapped:b", "voted in !voted:b", "· 60 minutes before<", "· 1 day before · !rung:b<", "· 2 days before at 08:00<",
			"· on the day itself at 07:00<", "· 7 days, 1 minute before<", "Show your name where you sign up: on<", "Remind you unasked where you sign up: off<", "· N · 30 minutes before<"},
	} {
		page := string(data.HTML(k.Phrases, language, time.UTC))
		for _, want := range append(list, "DE-NW", "!brought:b", lang.Span(language, start.In(tokyo), start.In(tokyo).Add(time.Hour), false)) {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in %s", language, want, page)
			}
		}
	}
}
