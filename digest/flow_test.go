package digest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// flow is a week with everything that makes digests of it, at a time that
// tests set.
type flow struct {
	*week
	p          *Publisher
	now        time.Time
	organisers []id.UserID
	out        map[id.RoomID]bool // rooms that we are not in
	deaf       error              // what reading a message ends with
	slots      map[string]int64   // schedules by audience
	others     []id.UserID        // organisers who are not in the room
	making     func()             // called once while a digest is being made
	afterRead  func()             // called once when all that it is made of was read
	newcomer   bool               // somebody came since who may not see what was said before
}

func newFlow(t *testing.T, language string) *flow {
	t.Helper()
	f := &flow{week: newWeek(t, language), organisers: []id.UserID{"@orga:verband.example"}, out: map[id.RoomID]bool{}, slots: map[string]int64{}}
	f.now = f.to
	f.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, true), ($2, true)`, north, south)
		return err
	})
	f.p = &Publisher{Store: f.store, Phrases: f.phrases, Now: func() time.Time { return f.now }, Log: zerolog.Nop(),
		Place: func(_ context.Context, _ store.Querier, room id.RoomID) (offers.AnnounceRoom, bool, error) {
			place := f.place()
			place.Room = room
			return place, !f.out[room], nil
		},
		Approvers: func(context.Context, id.RoomID, string) (list, others []id.UserID, err error) {
			return f.organisers, f.others, nil
		},
		RoomName: func(context.Context, id.RoomID) (string, error) { // the last that is asked before a draft is kept
			if after := f.afterRead; after != nil {
				f.afterRead = nil
				after()
			}
			return "", nil
		},
		KnowMembers: func(context.Context, id.RoomID) error { return nil },
		CameLater: func(_ context.Context, room id.RoomID, before time.Time) (bool, error) {
			if room != north || before.Before(f.to) {
				t.Errorf("asked who came to %s after %s", room, before)
			}
			return f.newcomer, nil
		},
		Said: func(_ context.Context, _ id.RoomID, e id.EventID) (string, bool, error) {
			for _, m := range f.history.Messages {
				if m.ID == string(e) {
					return m.Text, true, f.deaf
				}
			}
			return "", false, f.deaf
		},
		Composer: &Composer{Phrases: f.phrases, Hash: f.store.HashPerson, Log: zerolog.Nop(), Read: f.readBack,
			Summariser: func(context.Context, store.Querier, string, []id.RoomID) Summariser { return f.sum }},
	}
	return f
}

func (f *flow) readBack(_ context.Context, room id.RoomID, since, until time.Time) (*History, error) {
	if making := f.making; making != nil {
		f.making = nil
		making()
	}
	h := &History{}
	for _, m := range f.history.Messages {
		if room == north && !m.Sent.Before(since) && m.Sent.Before(until) {
			h.Messages = append(h.Messages, m)
		}
	}
	return h, nil
}

// due plans what a slot is for and makes it.
func (f *flow) due(audience string, at time.Time) []error {
	f.Helper()
	f.plan(audience, at)
	return f.run()
}

// plan does what the planner does at a slot.
func (f *flow) plan(audience string, at time.Time) {
	f.Helper()
	f.write(func(ctx context.Context, tx *store.Tx) (err error) {
		n, ok := f.slots[audience]
		if !ok {
			n, err = tx.AddSchedule(ctx, store.Schedule{Room: north, Kind: schedule.Digest, Origin: store.FromRoom, Spec: schedule.DigestLine,
				Zone: "Europe/Berlin", Filter: Options{Audience: audience}.JSON(), Next: at, Enabled: true})
			if err != nil {
				return err
			}
			f.slots[audience] = n
		}
		_, err = schedule.Add(ctx, tx, SlotKind+"/"+schedule.SlotKey(store.Schedule{ID: n}, at), SlotKind, schedule.SlotArgs{Schedule: n, Slot: at}, at)
		return err
	})
}

// run makes one attempt at every job there is, and at those that come of it.
func (f *flow) run() (failed []error) {
	f.Helper()
	tried := map[string]bool{}
	for again := true; again; {
		again = false
		kinds := []string{SlotKind, PublishKind, PreviewKind, store.MendDigestKind}
		list, err := f.store.DueJobs(f.Context(), f.now.AddDate(20, 0, 0), kinds, 1000)
		if err != nil {
			f.Fatal(err)
		}
		for _, j := range list {
			if tried[j.Key] {
				continue
			}
			tried[j.Key], again = true, true
			if err := f.p.Handlers()[j.Kind].Run(f.Context(), &schedule.Job{Job: j}); err != nil {
				failed = append(failed, err)
				continue
			}
			f.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.FinishJob(ctx, j, f.now) // as the queue does
				return err
			})
		}
	}
	return failed
}

// ok fails if a job did.
func (f *flow) ok(failed []error) {
	f.Helper()
	for _, err := range failed {
		f.Fatal(err)
	}
}

// sent is what is in the outbox, in order, reactions aside.
func (f *flow) sent() []store.Message {
	f.Helper()
	list, err := store.Collect(f.Context(), f.store.Reader(), func(scan func(...any) error) (m store.Message, err error) {
		var content string
		if err = scan(&m.Key, &m.Room, &m.User, &content); err == nil && content != "" {
			err = json.Unmarshal([]byte(content), &m)
		}
		return m, err
	}, `SELECT key, room_id, user_id, content FROM outbox ORDER BY seq`)
	if err != nil {
		f.Fatal(err)
	}
	return slices.DeleteFunc(list, func(m store.Message) bool { return m.Reaction != "" })
}

// shown are the texts that people see at last, by key, edits worked in and
// what was redacted gone.
func (f *flow) shown() map[string]string {
	f.Helper()
	texts := map[string]string{}
	for _, m := range f.sent() {
		switch {
		case m.Redacts != "":
			delete(texts, m.Redacts)
		case m.Edits != "":
			texts[m.Edits] = m.Plain
		default:
			texts[m.Key] = m.Plain
		}
	}
	return texts
}

// arrive ticks off everything in the outbox, as if it had been sent.
func (f *flow) arrive() {
	f.Helper()
	list := f.sent()
	f.write(func(ctx context.Context, tx *store.Tx) error {
		for _, m := range list {
			if err := tx.Sent(ctx, m.Key, id.EventID("$"+m.Key), f.now); err != nil {
				return err
			}
		}
		return nil
	})
}

// last is the newest digest.
func (f *flow) last() store.Digest {
	f.Helper()
	list, err := store.Digests(f.Context(), f.store.Reader(), "", 1)
	if err != nil {
		f.Fatal(err)
	}
	if len(list) == 0 {
		f.Fatal("there is no digest")
	}
	return list[0]
}

func (f *flow) byID(n int64) store.Digest {
	f.Helper()
	d, err := store.DigestByID(f.Context(), f.store.Reader(), n)
	if err != nil {
		f.Fatal(err)
	}
	return d
}

// decide approves or refuses the newest digest and does what follows.
func (f *flow) decide(never bool, without ...int) error {
	f.Helper()
	d := f.last()
	err := f.store.Write(f.Context(), func(tx *store.Tx) error {
		if never {
			return Refuse(f.Context(), tx, d, f.now)
		}
		return Approve(f.Context(), tx, d, without, f.now)
	})
	if err == nil {
		f.ok(f.run())
	}
	return err
}

func draftKey(f *flow, n int64, user id.UserID) (key string) {
	f.write(func(_ context.Context, tx *store.Tx) error {
		key = fmt.Sprintf("digest/%d/draft/%s", n, personKey(tx, user))
		return nil
	})
	return key
}

func copyKey(f *flow, n int64, user id.UserID) string {
	return strings.Replace(draftKey(f, n, user), "/draft/", "/to/", 1)
}

func postKey(n int64) string { return fmt.Sprintf("digest/%d", n) }

func (f *flow) set(key, value string) {
	f.Helper()
	f.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetSetting(ctx, north, key, value) })
}

// has fails unless a text has some words and not others.
func has(t *testing.T, what, text string, want, not []string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
	for _, w := range not {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q:\n%s", what, w, text)
		}
	}
}

func words(w ...string) []string { return w }

// TestFlow: a week goes its way from slot to post in both languages.
func TestFlow(t *testing.T) {
	for language, c := range map[string]struct{ draft, post string }{
		lang.German:  {"Entwurf", "versichert ihr Ehrenamtliche"},
		lang.English: {"Draft", "insure volunteers"},
	} {
		f := newFlow(t, language)
		f.full()
		f.ok(f.due(store.AudienceRoom, f.to))
		d := f.last()
		if d.State != store.DigestDraft || !d.From.Equal(f.from) || !d.To.Equal(f.to) {
			t.Fatalf("drafted %+v", d)
		}
		all := f.sent()
		if len(all) != 1 || all[0].User != f.organisers[0] || !strings.Contains(all[0].Plain, c.draft) || !strings.Contains(all[0].Plain, c.post) {
			t.Fatalf("drafted: %+v", all)
		}
		if err := f.decide(false); err != nil {
			t.Fatal(err)
		}
		d = f.last()
		post := f.shown()[postKey(d.ID)]
		if d.State != store.DigestPublished || !d.Decided.Equal(f.now) {
			t.Errorf("published %+v", d)
		}
		has(t, "post", post, words(c.post), words(c.draft))
		has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words(c.post), words(c.draft))
		f.ok(f.due(store.AudienceRoom, f.to)) // the same slot again is the same job
		f.ok(f.run())
		if n := len(f.sent()); n != 4 { // draft, two edits of it, post
			t.Errorf("%d messages", n)
		}
	}
}
