package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// supper is a circle whose rooms have announcements: one with a single date
// and one place, one with several and a poll.
type supper struct {
	*circle
	language string
	numbers  map[string]int // of offers by title
}

func newSupper(t *testing.T, language string) *supper {
	t.Helper()
	s := &supper{language: language, numbers: map[string]int{}}
	s.circle = newCircleBy(t, func(h *house) { h.lang = language })
	s.p.stop()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//DE\r\n")
	day := time.Now().UTC().Truncate(24 * time.Hour)
	for _, place := range []string{"Flur", "Keller"} {
		for n, title := range []string{"Vorbei", "Einzeln", "Alpha", "Beta", "Aus"} {
			fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%s-%d\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT90M\r\nSUMMARY:%s %s\r\nEND:VEVENT\r\n",
				place, n, day.AddDate(0, 0, 2*n-1).Add(13*time.Hour).Format("20060102T150405Z"), place, title)
		}
	}
	s.write("essen.ics", b.String()+"END:VCALENDAR\r\n")
	s.must("import", s.dir+"/essen.ics", "--network", "DigIT")
	phrases := matrixtest.Must(lang.Load())(t)
	s.change(func(tx *store.Tx) error {
		if _, err := tx.ExecContext(s.ctx, `UPDATE offer SET capacity = 1 WHERE title LIKE '%Einzeln'`); err != nil {
			return err
		}
		for place, room := range map[string]id.RoomID{"Flur": s.plain, "Keller": s.encrypted} {
			r := offers.AnnounceRoom{Room: room, Network: "DigIT", Lang: language, Zone: time.UTC, Prefix: "!"}
			one, many := fmt.Sprintf(`{"days":30,"words":["%s","Einzeln"]}`, place), fmt.Sprintf(`{"days":30,"words":["%s"]}`, place)
			if _, err := offers.Announce(s.ctx, tx, phrases, r, one, time.Now(), time.Now(), "one/"+place); err != nil {
				return err
			}
			if err := tx.SetSetting(s.ctx, room, store.SetPolls, store.On); err != nil {
				return err
			}
			if _, err := offers.Announce(s.ctx, tx, phrases, r, many, time.Now(), time.Now(), "many/"+place); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(s.ctx, `UPDATE offer SET status = 'cancelled' WHERE title LIKE '%Aus'`)
		return err
	})
	for n := 1; n <= 10; n++ {
		o := matrixtest.Must(store.OfferByNumber(s.ctx, s.st.Reader(), "DigIT", n))(t)
		s.numbers[o.Title] = n
	}
	s.p = s.start()
	return s
}

// poll waits for the poll in a room, as a member reads it.
func (s *supper) poll(m *matrixtest.Member, room id.RoomID) *event.Event {
	s.t.Helper()
	return s.soon("no poll", func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == s.user && evt.RoomID == room && evt.Type.Type == event.EventUnstablePollStart.Type
		})
	})
}

// vote sends a vote, in the form of today's clients or the one that MSC3381
// will have.
func (s *supper) vote(m *matrixtest.Member, room id.RoomID, poll id.EventID, stable bool, answers ...string) id.EventID {
	s.t.Helper()
	kind, content := event.EventUnstablePollResponse, map[string]any{
		"m.relates_to": map[string]any{"rel_type": "m.reference", "event_id": poll}}
	if answers == nil {
		answers = []string{}
	}
	if stable {
		kind, content["m.selections"] = event.Type{Type: "m.poll.response", Class: event.MessageEventType}, answers
	} else {
		content["org.matrix.msc3381.poll.response"] = map[string]any{"answers": answers}
	}
	return matrixtest.Must(m.SendContent(s.ctx, room, kind, content))(s.t)
}

// come waits until these, by their names, come to an offer's next date.
func (s *supper) come(title, want string) {
	s.t.Helper()
	got := ""
	s.until("not as it should be: "+title, func() bool {
		o := matrixtest.Must(store.OfferByNumber(s.ctx, s.st.Reader(), "DigIT", s.numbers[title]))(s.t)
		d := matrixtest.Must(store.NextDate(s.ctx, s.st.Reader(), o.ID, time.Now()))(s.t)
		var names []string
		for _, one := range matrixtest.Must(store.Signups(s.ctx, s.st.Reader(), o.ID, d.Key))(s.t) {
			for _, m := range []*matrixtest.Member{s.anke, s.ben, s.cem} {
				if m.UserID == one.User {
					names = append(names, m.Name)
				}
			}
		}
		got = strings.Join(names, " ")
		return got == want
	})
}

// TestSignUp: by reaction, number, word, in the direct chat and by vote, each
// in a plain and an encrypted room; one place, a waiting list, moving up.
func TestSignUp(t *testing.T) {
	s := newSupper(t, lang.German)
	s.both(t, func(t *testing.T, room id.RoomID) {
		place := map[bool]string{false: "Flur", true: "Keller"}[room == s.encrypted]
		number := func(title string) int { return s.numbers[place+" "+title] }
		one := s.from(s.cem, room, "🍽️ oder 👍 heißt: Ich komme.")
		many := s.from(s.cem, room, "Reagiere mit der Zahl davor")
		mark := s.ben.Mark()
		plate := s.react(s.ben, room, one.ID, "🍽️")
		s.toldFrom(s.ben, mark, fmt.Sprintf("Du bist dabei: %s Einzeln (%d)", place, number("Einzeln")))

		word := s.say(s.cem, room, fmt.Sprintf("!dabei %d mit namen", number("Einzeln")))
		s.signed(s.cem, 0, word, "⏳")
		s.told(s.cem, fmt.Sprintf("Du bist Nr. 1 auf der Warteliste: %s Einzeln", place))
		s.from(s.anke, room, place+" Einzeln · ausgebucht, Warteliste") // the post is mended
		s.redact(s.ben, room, plate)
		s.told(s.cem, fmt.Sprintf("Ein Platz ist frei geworden, du bist dabei: %s Einzeln", place))
		s.come(place+" Einzeln", s.cem.Name)

		mark = s.ben.Mark()
		s.react(s.ben, room, many.ID, "3️⃣")
		s.toldFrom(s.ben, mark, fmt.Sprintf("Du bist dabei: %s Beta (%d)", place, number("Beta")))
		s.react(s.ben, room, many.ID, "👍🏽")
		which := s.toldFrom(s.ben, mark, fmt.Sprintf("%s Alpha · dabei %d", place, number("Alpha")))
		if strings.Contains(which.Content.AsMessage().Body, "Aus") {
			t.Errorf("offers what is off: %s", which.Content.AsMessage().Body)
		}
		s.react(s.ben, s.chat(s.ben), which.ID, "2️⃣")
		s.toldFrom(s.ben, mark, fmt.Sprintf("Du bist dabei: %s Alpha", place))
		s.react(s.ben, room, many.ID, "4️⃣")
		s.toldFrom(s.ben, mark, fmt.Sprintf("Das fällt leider aus: %s Aus", place))

		dm := s.chat(s.ben)
		s.says(s.ben, dm, "dabei", place+" Alpha", place+" Beta")
		s.says(s.ben, dm, fmt.Sprintf("dochnicht %d", number("Beta")), "Du bist abgemeldet: "+place+" Beta")
		s.come(place+" Beta", "")
		s.says(s.ben, dm, fmt.Sprintf("dabei %d", number("Beta")), "Du bist dabei: "+place+" Beta")
		s.says(s.ben, room, fmt.Sprintf("!dabei %d", number("Vorbei")), "keinen Termin mehr, der noch kommt")
		s.says(s.ben, room, fmt.Sprintf("!dabei %d", number("Aus")), "fällt leider aus")
		s.says(s.ben, room, "!dabei 999", "999 kenne ich nicht")
		here := matrixtest.Must(s.anke.Reply(s.ctx, room, one.ID, "!dabei"))(t)
		s.signed(s.anke, 0, here, "⏳")
		s.told(s.anke, fmt.Sprintf("Du bist Nr. 1 auf der Warteliste: %s Einzeln", place))
		s.says(s.ben, room, fmt.Sprintf("!teilnehmer %d", number("Einzeln")), "eine Person kommt, ausgebucht, eine Person wartet\nGern genannt: "+s.cem.UserID.Localpart())
		all := s.say(s.anke, room, fmt.Sprintf("!teilnehmer %d", number("Alpha")))
		s.signed(s.anke, 0, all, "✅")
		s.told(s.anke, "Es kommen: "+s.ben.UserID.Localpart())
		s.redact(s.anke, room, here)
		s.come(place+" Einzeln", s.cem.Name)
		s.votes(room, place)
		if n := s.tellings(s.ben, "Du bist dabei: "+place+" Alpha"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
}

// votes is the poll of a room.
func (s *supper) votes(room id.RoomID, place string) {
	s.t.Helper()
	evt := s.poll(s.cem, room)
	if evt.Mautrix.WasEncrypted != (room == s.encrypted) {
		s.t.Errorf("the poll is encrypted: %v", evt.Mautrix.WasEncrypted)
	}
	var c event.PollStartEventContent
	if err := json.Unmarshal(evt.Content.VeryRaw, &c); err != nil {
		s.t.Fatal(err)
	}
	if p := c.PollStart; p.Question.Text != "Wer ist dabei?" || p.MaxSelections != 4 || len(p.Answers) != 5 || !strings.Contains(p.Answers[1].Text, place+" Alpha") ||
		p.Kind != "org.matrix.msc3381.poll.disclosed" || c.Mentions == nil {
		s.t.Errorf("poll: %s", evt.Content.VeryRaw)
	}
	s.vote(s.cem, room, evt.ID, false, "2", "3", "4")
	s.told(s.cem, "Dazu bist du angemeldet:")
	s.come(place+" Alpha", s.ben.Name+" "+s.cem.Name)
	s.come(place+" Beta", s.ben.Name+" "+s.cem.Name)
	s.vote(s.cem, room, evt.ID, true, "3")
	s.come(place+" Alpha", s.ben.Name)
	s.come(place+" Beta", s.ben.Name+" "+s.cem.Name)
	s.vote(s.cem, room, evt.ID, false)
	s.come(place+" Beta", s.ben.Name)
	last := s.vote(s.cem, room, evt.ID, true, "2")
	s.come(place+" Alpha", s.ben.Name+" "+s.cem.Name)
	s.redact(s.cem, room, last)
	s.come(place+" Alpha", s.ben.Name)
	// somebody else's poll is none of ours
	other := matrixtest.Must(s.anke.SendContent(s.ctx, room, event.EventUnstablePollStart, evt.Content.VeryRaw))(s.t)
	s.vote(s.cem, room, other, false, "2")
	s.done(s.cem, room)
	s.come(place+" Alpha", s.ben.Name)
}

// TestSignUpInEnglish is the same story in short.
func TestSignUpInEnglish(t *testing.T) {
	s := newSupper(t, lang.English)
	s.both(t, func(t *testing.T, room id.RoomID) {
		place := map[bool]string{false: "Flur", true: "Keller"}[room == s.encrypted]
		one := s.from(s.cem, room, "🍽️ or 👍 means: I'm coming.")
		mark := s.ben.Mark()
		s.react(s.ben, room, one.ID, "👍🏾")
		s.toldFrom(s.ben, mark, "You are signed up: "+place+" Einzeln")
		word := s.say(s.cem, room, fmt.Sprintf("!going %d", s.numbers[place+" Einzeln"]))
		s.signed(s.cem, 0, word, "⏳")
		s.told(s.cem, "You are no. 1 on the waiting list: "+place+" Einzeln")
		s.says(s.ben, s.chat(s.ben), fmt.Sprintf("notgoing %d", s.numbers[place+" Einzeln"]), "You are signed off: "+place+" Einzeln")
		s.told(s.cem, "A place has become free, you are in: "+place+" Einzeln")
		poll := s.poll(s.ben, room)
		s.vote(s.ben, room, poll.ID, false, "2")
		s.toldFrom(s.ben, mark, "You are signed up: "+place+" Alpha")
		s.vote(s.ben, room, poll.ID, false, "none")
		s.come(place+" Alpha", "")
	})
}
