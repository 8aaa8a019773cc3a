package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// bell is a circle whose rooms have an announcement of something that was the
// day before yesterday, something that starts in a minute, in an hour and a
// minute, and tomorrow; and one of the last alone.
type bell struct {
	*circle
	words   map[string]string // what is typed and read, in the house's language
	rooms   map[string]id.RoomID
	began   time.Time
	numbers map[string]int
}

func newBell(t *testing.T, language string) *bell {
	t.Helper()
	b := &bell{numbers: map[string]int{}, words: map[string]string{
		"remind": "erinnere", "going": "dabei", "set": "Ich erinnere dich", "reminder": "Erinnerung: ", "begin": "Jetzt geht es los: ",
		"after": "Was nehmt ihr mit aus ", "kept": "ist als Erfahrung festgehalten", "moved": "Verschoben: ", "which": "An welches Angebot soll ich dich erinnern",
		"told": "weil du dich angemeldet hast"}}
	if language == lang.English {
		b.words = map[string]string{
			"remind": "remind", "going": "going", "set": "I will remind you", "reminder": "Reminder: ", "begin": "Starting now: ",
			"after": "What do you take along from ", "kept": "is kept as an experience", "moved": "Moved: ", "which": "Which offer shall I remind you of",
			"told": "because you signed up"}
	}
	b.circle = newCircleBy(t, func(h *house) { h.lang = language })
	b.rooms = map[string]id.RoomID{"Flur": b.plain, "Keller": b.encrypted}
	b.began = time.Now().Truncate(time.Second)
	zone := matrixtest.Must(time.LoadLocation("Europe/Berlin"))(t)
	phrases := matrixtest.Must(lang.Load())(t)
	b.change(func(tx *store.Tx) error {
		if err := b.load(tx, 0); err != nil {
			return err
		}
		past := b.began.AddDate(0, 0, -3)
		for place, room := range b.rooms {
			r := offers.AnnounceRoom{Room: room, Network: "DigIT", Lang: language, Zone: zone, Prefix: "!"}
			for key, filter := range map[string]string{"all": `{"days":30,"words":["%s"]}`, "one": `{"days":30,"words":["%s","Morgen"]}`} {
				if _, err := offers.Announce(b.ctx, tx, phrases, r, fmt.Sprintf(filter, place), past, past, key+"/"+place); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for n := 1; n <= 8; n++ {
		o := matrixtest.Must(store.OfferByNumber(b.ctx, b.st.Reader(), "DigIT", n))(t)
		b.numbers[o.Title] = n
	}
	return b
}

// load reads the calendar; what is tomorrow is so much later.
func (b *bell) load(tx *store.Tx, later time.Duration) error {
	var s strings.Builder
	s.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//DE\r\n")
	for place := range b.rooms {
		for title, start := range map[string]time.Duration{"Vorgestern": -37 * time.Hour, "Gleich": 75 * time.Second,
			"Bald": time.Hour + 60*time.Second, "Morgen": 26*time.Hour + later} {
			fmt.Fprintf(&s, "BEGIN:VEVENT\r\nUID:%s-%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:%s %s\r\n"+
				"CATEGORIES:Austausch,Pflege\r\nLOCATION:https://meet.example/%s\r\nEND:VEVENT\r\n",
				place, title, b.began.Add(start).UTC().Format("20060102T150405Z"), place, title, title)
		}
	}
	s.WriteString("END:VCALENDAR\r\n")
	cal, err := offers.ReadCalendar(strings.NewReader(s.String()), offers.ReadOptions{Zone: time.UTC, Now: time.Now()})
	if err != nil {
		return err
	}
	_, err = offers.Import(b.ctx, tx, "DigIT", "programm.ics", cal, time.Now())
	return err
}

// post waits for an announcement's event.
func (b *bell) post(key string) (e id.EventID) {
	b.t.Helper()
	b.until("not announced: "+key, func() bool {
		var err error
		e, err = b.st.SentEvent(b.ctx, key)
		return err == nil
	})
	return e
}

// inThread waits for what the bot says in a thread.
func (b *bell) inThread(room id.RoomID, root id.EventID, text string) *event.Event {
	b.t.Helper()
	return b.soonFor(2*time.Minute, "not in the thread: "+text, func(ctx context.Context) (*event.Event, error) {
		return b.anke.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			if evt.Sender != b.user || evt.RoomID != room || evt.Type != event.EventMessage {
				return false
			}
			c := evt.Content.AsMessage()
			return c.RelatesTo.GetThreadParent() == root && strings.Contains(c.Body, text)
		})
	})
}

// heard waits for what the bot says to a member in the direct chat.
func (b *bell) heard(m *matrixtest.Member, text string) {
	b.t.Helper()
	room := b.chat(m)
	evt := b.soonFor(2*time.Minute, m.Name+" does not hear "+text, func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == b.user && evt.RoomID == room && evt.Type == event.EventMessage && strings.Contains(evt.Content.AsMessage().Body, text)
		})
	})
	if !evt.Mautrix.WasEncrypted {
		b.t.Errorf("not encrypted: %s", text)
	}
}

// TestReminders: reminders asked for and those that come with a sign-up, what
// starts now, what people take along, changes with mentions; in a plain and an
// encrypted room, in German and in English.
func TestReminders(t *testing.T) {
	for _, language := range []string{lang.German, lang.English} {
		t.Run(language, func(t *testing.T) {
			b := newBell(t, language)
			b.asks()
			if t.Failed() {
				return
			}
			b.isReminded()
			b.takesAlong()
			b.changes()
			for _, evt := range b.anke.Messages(b.encrypted) {
				if evt.Sender == b.user && !evt.Mautrix.WasEncrypted {
					t.Errorf("plaintext in the encrypted room: %s", evt.ID)
				}
			}
		})
	}
}

// asks asks for reminders and signs up.
func (b *bell) asks() {
	for place, room := range b.rooms {
		e := b.say(b.cem, room, fmt.Sprintf("!%s %d 1min", b.words["remind"], b.numbers[place+" Gleich"]))
		b.signed(b.cem, 0, e, "✅")
		e = b.say(b.ben, room, fmt.Sprintf("!%s %d", b.words["going"], b.numbers[place+" Bald"]))
		b.signed(b.ben, 0, e, "✅")
		e = b.say(b.ben, room, fmt.Sprintf("!%s %d", b.words["going"], b.numbers[place+" Morgen"]))
		b.signed(b.ben, 0, e, "✅")
	}
	for place := range b.rooms {
		b.told(b.cem, b.words["set"])
		b.told(b.ben, place+" Morgen")
	}
}

// isReminded waits for what comes by itself.
func (b *bell) isReminded() {
	for place, room := range b.rooms {
		b.heard(b.cem, b.words["reminder"]+place+" Gleich")
		b.heard(b.ben, b.words["reminder"]+place+" Bald")
		begin := b.inThread(room, b.post("all/"+place), b.words["begin"]+place+" Gleich").Content.AsMessage()
		if !strings.Contains(begin.Body, "https://meet.example/Gleich") || begin.Mentions == nil || len(begin.Mentions.UserIDs) > 0 || begin.MsgType != event.MsgText {
			b.t.Errorf("what starts now: %+v", begin)
		}
		if !begin.RelatesTo.IsFallingBack {
			b.t.Error("it is shown as a reply in the thread")
		}
	}
}

// takesAlong answers the line after what is over.
func (b *bell) takesAlong() {
	for place, room := range b.rooms {
		root := b.post("all/" + place)
		line := b.inThread(room, root, b.words["after"]+place+" Vorgestern")
		reply := matrixtest.Must(b.anke.Reply(b.ctx, room, line.ID, "Neu für mich war die Checkliste, die nehmen wir."))(b.t) // without a thread
		b.signed(b.anke, 0, reply, knowledge.Ack)
		if c := b.keptOne(reply); c.Kind != store.Experience || c.Title != place+" Vorgestern" {
			b.t.Errorf("kept: %+v", c)
		}
		thanks := matrixtest.Must(b.cem.ThreadReply(b.ctx, room, root, "Danke!"))(b.t)
		answer := matrixtest.Must(b.cem.ThreadReply(b.ctx, room, root, "Wir beginnen jetzt jede Runde mit einer Frage, hier im "+place+"."))(b.t)
		b.signed(b.cem, 0, answer, knowledge.Ack)
		b.told(b.cem, b.words["kept"])
		c := b.keptOne(answer)
		if c.Kind != store.Experience || c.Title != place+" Vorgestern" || c.Topics != "Pflege" || c.Author != b.cem.UserID || c.Audience != store.AudienceRoom || c.Kept {
			b.t.Errorf("kept: %+v", c)
		}
		if c := matrixtest.Must(b.cem.Edit(b.ctx, room, answer, "Wir beginnen jede Runde mit zwei Fragen."))(b.t); c == "" {
			b.t.Error("not edited")
		}
		b.until("the edit is not followed", func() bool {
			c := b.keptOne(answer)
			return c.Body == "Wir beginnen jede Runde mit zwei Fragen." && c.Title == place+" Vorgestern"
		})
		if list := matrixtest.Must(store.ContributionsOf(b.ctx, b.st.Reader(), thanks))(b.t); len(list) != 0 {
			b.t.Errorf("thanks are kept: %+v", list)
		}
		// an author says no with one tap
		asked := b.soon("not asked", func(ctx context.Context) (*event.Event, error) {
			return b.cem.WaitFrom(ctx, 0, func(evt *event.Event) bool {
				return evt.Sender == b.user && evt.Type == event.EventMessage && strings.Contains(evt.Content.AsMessage().Body, b.words["kept"]) &&
					strings.Contains(evt.Content.AsMessage().Body, place+".")
			})
		})
		b.react(b.cem, b.chat(b.cem), asked.ID, "❌")
		b.until("it is kept against its author's word", func() bool {
			return len(matrixtest.Must(store.ContributionsOf(b.ctx, b.st.Reader(), answer))(b.t)) == 0
		})
		// what is taken back is gone; before the thread had a line, nothing is kept
		gone := matrixtest.Must(b.ben.ThreadReply(b.ctx, room, root, "Die Checkliste hat uns sehr geholfen."))(b.t)
		b.signed(b.ben, 0, gone, knowledge.Ack)
		b.redact(b.ben, room, gone)
		b.until("it is kept after it was deleted", func() bool {
			return len(matrixtest.Must(store.ContributionsOf(b.ctx, b.st.Reader(), gone))(b.t)) == 0
		})
		elsewhere := matrixtest.Must(b.ben.ThreadReply(b.ctx, room, b.post("one/"+place), "Das hier ist nur so gesagt worden."))(b.t)
		b.done(b.ben, room)
		if list := matrixtest.Must(store.ContributionsOf(b.ctx, b.st.Reader(), elsewhere))(b.t); len(list) != 0 {
			b.t.Errorf("kept from a thread that was not asked: %+v", list)
		}
	}
}

func (b *bell) keptOne(e id.EventID) store.Contribution {
	b.t.Helper()
	list := matrixtest.Must(store.ContributionsOf(b.ctx, b.st.Reader(), e))(b.t)
	if len(list) != 1 {
		b.t.Fatalf("kept: %+v", list)
	}
	return list[0]
}

// changes moves what is tomorrow, and reminds of it by a reaction.
func (b *bell) changes() {
	alarms := map[string]id.EventID{}
	for place, room := range b.rooms {
		b.react(b.anke, room, b.post("all/"+place), "⏰")
		alarms[place] = b.react(b.cem, room, b.post("one/"+place), "⏰")
		b.told(b.anke, b.words["which"])
		b.until("not noted: "+place, func() bool { return b.reminders(b.cem, place+" Morgen") == 1 })
	}
	b.change(func(tx *store.Tx) error { return b.load(tx, 2*time.Hour) })
	for place, room := range b.rooms {
		b.done(b.ben, room) // the other process has no bell for what was imported
		news := b.soonFor(time.Minute, "no news in "+place, func(ctx context.Context) (*event.Event, error) {
			return b.anke.WaitFrom(ctx, 0, func(evt *event.Event) bool {
				return evt.Sender == b.user && evt.RoomID == room && evt.Type == event.EventMessage && strings.HasPrefix(evt.Content.AsMessage().Body, b.words["moved"]) &&
					strings.Contains(evt.Content.AsMessage().Body, place+" Morgen")
			})
		}).Content.AsMessage()
		if news.Mentions == nil || len(news.Mentions.UserIDs) != 1 || news.Mentions.UserIDs[0] != b.ben.UserID || news.Mentions.Room {
			b.t.Errorf("mentions: %+v", news.Mentions)
		}
	}
	for place, room := range b.rooms {
		if n := b.reminders(b.cem, place+" Morgen"); n != 1 {
			b.t.Errorf("%d reminders after it moved", n)
		}
		b.redact(b.cem, room, alarms[place])
		b.until("the reminder stays: "+place, func() bool { return b.reminders(b.cem, place+" Morgen") == 0 })
	}
	for place, room := range b.rooms { // a post that a moderator took down is none any more
		b.redact(b.anke, room, b.post("one/"+place))
		b.until("the post is still kept: "+place, func() bool {
			_, err := store.AnnouncementRoom(b.ctx, b.st.Reader(), "one/"+place)
			return errors.Is(err, store.ErrNotFound)
		})
	}
	for _, evt := range b.ben.Events() { // who is mentioned in a room is not told a second time
		if evt.Sender == b.user && evt.Type == event.EventMessage && strings.Contains(evt.Content.AsMessage().Body, b.words["told"]) {
			b.t.Errorf("told twice: %s", evt.Content.AsMessage().Body)
		}
	}
}

// reminders counts a member's reminders of an offer's next date.
func (b *bell) reminders(m *matrixtest.Member, title string) int {
	b.t.Helper()
	o := matrixtest.Must(store.OfferByNumber(b.ctx, b.st.Reader(), "DigIT", b.numbers[title]))(b.t)
	d, err := offers.NextOpen(b.ctx, b.st.Reader(), o.ID, time.Now())
	if errors.Is(err, store.ErrNotFound) {
		b.t.Fatalf("no date of %s", title)
	}
	return len(matrixtest.Must(store.RemindersFor(b.ctx, b.st.Reader(), o.ID, d.Key, m.UserID))(b.t))
}
