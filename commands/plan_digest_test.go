package commands

import (
	"context"
	"errors"
	"strings"
	"testing"

	"buffet/digest"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// TestPlanDigest: one digest for each audience, set, replaced and removed.
func TestPlanDigest(t *testing.T) {
	const wide = `{"audience":"network"}`
	for _, c := range []struct {
		name string
		set  []string
		want string
	}{
		{"as usual", []string{"plan digest"}, "room 0 16 * * 5 {}"},
		{"asked again", []string{"plan digest do 9:30", "plan digest"}, "room 30 9 * * 4 {}"},
		{"with a time", []string{"plan digest do 9:30"}, "room 30 9 * * 4 {}"},
		{"replaced", []string{"plan digest fr 16:00", "plan digest mo 8:00"}, "room 0 8 * * 1 {}"},
		{"a line", []string{`plan digest "0 7 * * 1"`}, "room 0 7 * * 1 {}"},
		{"for the network", []string{"plan digest netzwerk fr 12:00"}, "room 0 12 * * 5 " + wide},
		{"two audiences", []string{"plan digest", "plan digest mo 8:00 network"}, "room 0 16 * * 5 {}; room 0 8 * * 1 " + wide},
		{"one of two replaced", []string{"plan digest", "plan digest netzwerk", "plan digest netzwerk mo 8:00"}, "room 0 16 * * 5 {}; room 0 8 * * 1 " + wide},
		{"off", []string{"plan digest", "plan digest aus"}, ""},
		{"one off", []string{"plan digest", "plan digest netzwerk", "plan digest off"}, "room 0 16 * * 5 " + wide},
		{"the other off", []string{"plan digest", "plan digest netzwerk", "plan digest netzwerk aus"}, "room 0 16 * * 5 {}"},
		{"by its number", []string{"plan ankuendigung mo 9:00", "plan digest", "plan aus 2"}, `room 0 9 * * 1 {"days":7}`},
		{"announcements stay", []string{"plan ankuendigung mo 9:00", "plan digest", "plan digest aus"}, `room 0 9 * * 1 {"days":7}`},
		{"digests stay", []string{"plan digest", "plan ankuendigung mo 9:00", "plan ankuendigung aus"}, "room 0 16 * * 5 {}"},
	} {
		h := newHouse(t)
		for _, text := range c.set {
			h.plan(text)
		}
		if got := h.running(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	h := newHouse(t)
	for text, want := range map[string]string{
		"plan digest morgen": "[problem plan_", "plan digest * * * * *": "[problem plan_too_often]", "plan digest fr 16:00 pflege": "[problem plan_", "plan digest aus": "ist nichts geplant",
	} {
		if got := h.say(h.organiser(lang.German, text)); !strings.Contains(got, want) || h.running() != "" {
			t.Errorf("%s: %s, and then %s", text, got, h.running())
		}
	}
	if got := h.say(h.organiser(lang.German, "plan digest netzwerk")); !strings.Contains(got, "freitags um 16") || !strings.Contains(got, "fürs Netzwerk") || !strings.Contains(got, "27. November 2026") {
		t.Errorf("set: %s", got)
	}
	if got := h.say(h.organiser(lang.English, "plan")); !strings.Contains(got, "Digest") || !strings.Contains(got, "Friday") {
		t.Errorf("listed: %s", got)
	}
	if got := h.say(h.request(lang.German, "plan digest")); !strings.HasPrefix(got, "[problem cmd_only_organisers]") {
		t.Errorf("a member: %s", got)
	}
}

// TestPlanDigestConfig: organisers and the operator's config disagree over
// several starts.
func TestPlanDigestConfig(t *testing.T) {
	h := newHouse(t)
	start := func(spec, audience string) {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return schedule.Configure(ctx, tx, room, schedule.Digest, spec, "Europe/Berlin", digest.Options{Audience: audience}.JSON(), schedule.Grace, h.now)
		})
	}
	expect := func(what, want string) {
		t.Helper()
		if got := h.running(); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	start("0 16 * * 5", store.AudienceNetwork)
	h.plan("plan digest mo 8:00")
	expect("its own beside the config's", `config 0 16 * * 5 {"audience":"network"}; room 0 8 * * 1 {}`)
	h.plan("plan digest netzwerk mi 12:00")
	expect("the config's replaced", `room 0 8 * * 1 {}; room 0 12 * * 3 {"audience":"network"}`)
	start("0 16 * * 5", store.AudienceNetwork)
	expect("after a start", `room 0 8 * * 1 {}; room 0 12 * * 3 {"audience":"network"}`)
	h.plan("plan aus alle")
	start("0 16 * * 5", store.AudienceNetwork)
	expect("all off", "")
}

// The room sees its card when what it says of digests changed, and only then.
func TestPlanShowsCard(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		text string
		card string // what it says of digests; "" for none
	}{
		{"plan digest aus", ""}, {"plan digest", "freitags um 16"}, {"plan ankuendigung mo 9:00", ""}, {"plan digest netzwerk aus", ""}, {"plan digest", ""},
		{"plan aus 2", ""}, {"plan aus 1", "set_digest_none"}, {"plan digest", "freitags um 16"}, {"plan digest aus", "set_digest_none"},
		{"plan digest mo 8:00", "montags um 08"}, {"plan ankuendigung mo 9:00", ""}, {"plan ankuendigung aus", ""}, {"plan digest netzwerk", "fürs Netzwerk"}, {"plan aus alle", "set_digest_none"},
	} {
		h.plan(c.text)
		cards, err := store.Collect(t.Context(), h.store.Reader(), func(scan func(...any) error) (s string, err error) { return s, scan(&s) },
			`SELECT content FROM outbox WHERE key LIKE 'card/%'`)
		if err != nil {
			t.Fatal(err)
		}
		want := c.card
		if want == "set_digest_none" {
			want = h.table.phrases.Say(lang.German, want)
		}
		if len(cards) > 1 || (len(cards) == 1) != (want != "") || want != "" && !strings.Contains(cards[0], want) {
			t.Errorf("%s: %d cards, want one with %q", c.text, len(cards), want)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM outbox`)
			return err
		})
	}
}

// A draft waits no longer than for the next one: it ends with its schedule.
func TestDraftEndsWithItsSchedule(t *testing.T) {
	h := newHouse(t)
	configure := func(spec string) {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			wide := digest.Options{Audience: store.AudienceNetwork}.JSON()
			return errors.Join(schedule.Configure(ctx, tx, room, schedule.Digest, spec, "Europe/Berlin", wide, schedule.Grace, h.now),
				digest.Lapse(ctx, tx, h.now))
		})
	}
	configure("0 16 * * 5")
	h.plan("plan ankuendigung mo 9:00")
	h.plan("plan digest")
	own, wide := h.draft(room, store.AudienceRoom), h.draft(room, store.AudienceNetwork)
	for _, c := range []struct {
		change    func()
		own, wide string
	}{
		{func() { h.plan("plan digest mo 8:00") }, store.DigestDraft, store.DigestDraft},
		{func() { h.plan("plan ankuendigung aus") }, store.DigestDraft, store.DigestDraft},
		{func() { h.plan("plan digest aus") }, store.DigestLapsed, store.DigestDraft},
		{func() { configure("") }, store.DigestLapsed, store.DigestLapsed},
	} {
		if c.change(); h.state(own) != c.own || h.state(wide) != c.wide {
			t.Errorf("running: %s: %s and %s, want %s and %s", h.running(), h.state(own), h.state(wide), c.own, c.wide)
		}
	}
}

// TestPreviewDigest: what is planned is previewed, or what is asked for.
func TestPreviewDigest(t *testing.T) {
	h := newHouse(t)
	asked := 0
	preview := func(text string) (a digest.PreviewArgs) {
		t.Helper()
		req := h.organiser(lang.German, text)
		asked++
		req.Event += "x"
		for range asked {
			req.Event += "x"
		}
		if got := h.say(req); !strings.HasPrefix(got, "[✅] [private] Ich stelle ihn zusammen") {
			t.Errorf("%s: %s", text, got)
		}
		jobs, err := h.store.DueJobs(t.Context(), h.now.AddDate(1, 0, 0), []string{digest.PreviewKind}, 100)
		if err != nil || len(jobs) != asked {
			t.Fatalf("%s: %+v, %v", text, jobs, err)
		}
		for _, one := range jobs {
			if one.Key == digest.PreviewKind+"/"+req.Event.String() {
				j := &schedule.Job{Job: one}
				if err := j.Decode(&a); err != nil {
					t.Fatal(err)
				}
			}
		}
		return a
	}
	if a := preview("vorschau digest"); a.Room != room || a.User != ben || a.Lang != lang.German || a.Audience != store.AudienceRoom || !a.Next.IsZero() {
		t.Errorf("unplanned: %+v", a)
	}
	h.plan("plan digest netzwerk fr 12:00")
	if a := preview("vorschau digest"); a.Audience != store.AudienceNetwork || a.Next.IsZero() {
		t.Errorf("planned: %+v", a)
	}
	if a := preview("vorschau digest raum"); a.Audience != store.AudienceRoom || !a.Next.IsZero() {
		t.Errorf("asked for: %+v", a)
	}
	if got := h.say(h.organiser(lang.German, "vorschau digest morgen")); !strings.HasPrefix(got, "[problem preview_what]") {
		t.Errorf("%s", got)
	}
}

// TestDigestSettings: approval, model and simple language, and what the card
// says of them.
func TestDigestSettings(t *testing.T) {
	h := newHouse(t)
	say := func(text, want string) {
		t.Helper()
		if got := h.say(h.organiser(lang.German, text)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", text, got)
		}
	}
	card := func(key string) string { return h.table.phrases.Text(lang.German, key).Plain() }
	say("einstellungen", card("set_digest_none"))
	h.plan("plan digest")
	say("einstellungen", card("set_digest_approved"))
	say("einstellungen freigabe aus", card("set_digest_at_once"))
	say("einstellungen modell an", "[problem set_no_model]")
	say("einstellungen einfach an", "[problem set_no_model]")
	h.table.Model = "modell.example"
	say("einstellungen einfach an", "[problem set_simple_model]")
	say("einstellungen modell an", "modell.example")
	say("einstellungen einfach an", card("set_digest_simple"))
	say("einstellungen", card("set_digest_approved")) // simple language is always approved
	say("einstellungen modell aus", "modell.example")
	say("einstellungen freigabe vielleicht", "[problem set_on_off]")
	if got := h.say(h.request(lang.German, "einstellungen freigabe aus")); !strings.HasPrefix(got, "[problem cmd_only_organisers]") {
		t.Errorf("a member: %s", got)
	}
}
