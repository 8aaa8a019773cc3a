package digest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

const (
	weekNetwork = "Nord"
	north       = id.RoomID("!nord:verband.example")
	south       = id.RoomID("!sued:verband.example")
	chat        = id.RoomID("!chat:verband.example") // direct, with jana
)

// week is a network on a real store, with what was said in a week: from
// Friday, 13 November 2026, 16:00 to the Friday after, in Berlin.
type week struct {
	*testing.T
	store    *store.Store
	path     string
	phrases  *lang.Phrases
	lang     string
	zone     *time.Location
	from, to time.Time
	kept     map[string]store.Contribution
	history  *History
	read     int // how often the room was read
	sum      Summariser
	rooms    []id.RoomID // for which a summariser was asked
}

// voice is a contribution of the week, or without a kind a message of the room.
type voice struct {
	key, kind string
	of        string // the question that is answered; of a message: what it replies to
	by        string
	at        string // "Mo 09:30"
	gathered  string // the same; "" is when it was said
	audience  string // "" is the room's
	named     bool
	room      id.RoomID // "" is north
	closed    bool
	text      string
}

func people() map[string]string {
	return map[string]string{"petra": "Petra (Caritas)", "jana": "Jana", "tom": "Tom Brandt", "ali": "Ali", "heike": "Heike Voss", "sven": "Sven"}
}

func userOf(name string) id.UserID { return id.UserID("@" + name + ":verband.example") }

func newWeek(t *testing.T, language string) *week {
	t.Helper()
	w := &week{T: t, lang: language, kept: map[string]store.Contribution{}, history: &History{}}
	var err error
	if w.phrases, err = lang.Load(); err != nil {
		t.Fatal(err)
	}
	if w.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	w.from = time.Date(2026, 11, 13, 16, 0, 0, 0, w.zone)
	w.to = w.from.AddDate(0, 0, 7)
	w.path = filepath.Join(t.TempDir(), "buffet.db")
	if w.store, err = store.Open(t.Context(), w.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	if err := sqlstatestore.NewSQLStateStore(w.store.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		for _, r := range []store.Room{{ID: north, Network: weekNetwork, Joined: w.from}, {ID: south, Network: weekNetwork, Joined: w.from},
			{ID: chat, Direct: userOf("jana"), Joined: w.from}} {
			if err := tx.PutRoom(ctx, r); err != nil {
				return err
			}
		}
		for user, name := range people() {
			for _, r := range []id.RoomID{north, south} {
				if _, err := tx.ExecContext(ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, 'join', $3)`,
					r, userOf(user), name); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return w
}

func (w *week) write(f func(context.Context, *store.Tx) error) {
	w.Helper()
	if err := w.store.Write(w.Context(), func(tx *store.Tx) error { return f(w.Context(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// at is a time in the week; "-" before the day means the week before.
func (w *week) at(s string) time.Time {
	w.Helper()
	day, hour, _ := strings.Cut(strings.TrimPrefix(s, "-"), " ")
	n := slices.Index([]string{"Sa", "So", "Mo", "Di", "Mi", "Do", "Fr"}, day)
	clock, err := time.Parse("15:04", hour)
	if err != nil || n < 0 {
		w.Fatalf("no time: %q", s)
	}
	t := time.Date(2026, 11, 14+n, clock.Hour(), clock.Minute(), 0, 0, w.zone)
	if strings.HasPrefix(s, "-") {
		t = t.AddDate(0, 0, -7)
	}
	return t
}

// say keeps what was said; what was said in north is in its history, too.
func (w *week) say(list ...voice) {
	w.Helper()
	for _, s := range list {
		if s.room == "" {
			s.room = north
		}
		event, sent := id.EventID("$"+s.key), w.at(s.at)
		if s.room == north && !sent.Before(w.from) {
			m := Message{ID: string(event), Sender: string(userOf(s.by)), Name: people()[s.by], Text: s.text, Sent: sent, Question: s.kind == store.Question}
			if s.of != "" {
				m.ReplyTo = "$" + s.of
				m.Thread = "$" + s.of
			}
			w.history.Messages = append(w.history.Messages, m)
		}
		if s.kind == "" {
			continue
		}
		c := store.Contribution{Network: weekNetwork, Kind: s.kind, Room: s.room, Event: event, EventRoom: s.room, Author: userOf(s.by),
			Audience: s.audience, Kept: true, Body: s.text, Sent: sent}
		if s.named {
			c.Name = people()[s.by]
		}
		if s.gathered != "" {
			c.Gathered = w.at(s.gathered)
		}
		if s.kind == store.Question {
			c.Thread = event
		}
		if s.closed {
			c.Closed = sent.Add(26 * time.Hour)
		}
		c.Question = w.kept[s.of].ID
		w.write(func(ctx context.Context, tx *store.Tx) (err error) {
			w.kept[s.key], _, err = tx.AddContribution(ctx, c)
			return err
		})
	}
	slices.SortStableFunc(w.history.Messages, func(a, b Message) int { return a.Sent.Compare(b.Sent) })
}

// let has the author of a contribution say at a time who may see it.
func (w *week) let(key, audience, at string) {
	w.Helper()
	c := w.kept[key]
	c.Audience = audience
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.LogConsent(ctx, store.Consent{Contribution: c.ID, Author: c.Author, Said: audience, Ask: "consent/1", At: w.at(at)}); err != nil {
			return err
		}
		return tx.PutContribution(ctx, c)
	})
	w.kept[key] = c
}

// offer puts dates into the calendar: start as 20261124T140000, and a title
// with further lines.
func (w *week) offer(events ...[2]string) {
	w.Helper()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:o%d\r\nDTSTART;TZID=Europe/Berlin:%s\r\nDURATION:PT1H30M\r\nSUMMARY:%s\r\nEND:VEVENT\r\n", i, e[0],
			strings.ReplaceAll(e[1], "\n", "\r\n"))
	}
	b.WriteString("END:VCALENDAR\r\n")
	cal, err := offers.ReadCalendar(strings.NewReader(b.String()), offers.ReadOptions{Zone: w.zone, Now: w.from})
	if err != nil {
		w.Fatal(err)
	}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := offers.Import(ctx, tx, weekNetwork, "https://verband.example/nord.ics", cal, w.from)
		return err
	})
}

func (w *week) composer() *Composer {
	return &Composer{Phrases: w.phrases, Hash: w.store.HashPerson, Log: zerolog.New(zerolog.NewTestWriter(w.T)),
		Summariser: func(_ context.Context, _ store.Querier, network string, rooms []id.RoomID) Summariser {
			if w.rooms = rooms; network != weekNetwork {
				w.Errorf("a summariser for %s", network)
			}
			return w.sum
		},
		Read: func(_ context.Context, room id.RoomID, since, until time.Time) (*History, error) {
			w.read++
			if room != north || !since.Equal(w.from) || !until.Equal(w.to) {
				w.Errorf("read %s from %s to %s", room, since, until)
			}
			return w.history, nil
		}}
}

func (w *week) place() offers.AnnounceRoom {
	return offers.AnnounceRoom{Room: north, Network: weekNetwork, Lang: w.lang, Zone: w.zone, Prefix: "!"}
}

func (w *week) compose(audience string) *Draft {
	w.Helper()
	d, err := w.composer().Compose(w.Context(), w.store.Reader(), w.place(), audience, w.from, w.to, false)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// keep stores a draft and reads it back as a page.
func (w *week) keep(d *Draft) (n int64, p *Page) {
	w.Helper()
	if d == nil {
		w.Fatal("a thin week")
	}
	w.write(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.AddDigest(ctx, d.Digest, d.Lines)
		return err
	})
	return n, w.load(n)
}

func (w *week) load(n int64) *Page {
	w.Helper()
	p, err := Load(w.Context(), w.store.Reader(), w.phrases, w.zone, "!", n)
	if err != nil {
		w.Fatal(err)
	}
	return p
}
