package main

import (
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

const crashDates = 16

// TestOffersCrash kills the bot at random instants while people sign up for
// dates with one place, move up, hear that all dates have moved and are
// reminded of them, and then counts: everything once.
func TestOffersCrash(t *testing.T) {
	d := newCrashDates(t)
	stop, killed := make(chan struct{}), make(chan int)
	go d.killing(stop, killed)
	for k := range crashDates {
		d.signUp(k)
	}
	d.until("not everybody is signed up", d.settled)
	d.move()
	for k := range crashDates {
		d.told(d.comes(k), d.reminder(k))
	}
	close(stop)
	t.Logf("%d kills", <-killed)
	for _, room := range d.rooms {
		d.done(d.anke, room)
	}
	for _, m := range []*matrixtest.Member{d.ben, d.cem} { // what waits for them comes before that
		d.says(m, d.chat(m), "hilfe")
	}
	d.count()
}

type crashDatesTest struct {
	*circle
	rooms []id.RoomID
	began time.Time
	posts []id.EventID
}

func newCrashDates(t *testing.T) *crashDatesTest {
	t.Helper()
	c := newCircle(t)
	d := &crashDatesTest{circle: c, rooms: []id.RoomID{c.plain, c.encrypted}, began: time.Now()}
	zone := matrixtest.Must(time.LoadLocation("Europe/Berlin"))(t)
	phrases := matrixtest.Must(lang.Load())(t)
	d.p.stop()
	d.change(func(tx *store.Tx) error {
		if err := d.load(tx, 24*time.Hour); err != nil {
			return err
		}
		for k := range crashDates {
			room := offers.AnnounceRoom{Room: d.rooms[k%2], Network: "DigIT", Lang: lang.German, Zone: zone, Prefix: "!"}
			filter := fmt.Sprintf(`{"days":30,"words":["Essen","Nr%02d"]}`, k)
			if _, err := offers.Announce(d.ctx, tx, phrases, room, filter, d.began, d.began, fmt.Sprintf("crash/%d", k)); err != nil {
				return err
			}
		}
		return nil
	})
	d.p = d.start()
	for k := range crashDates {
		d.posts = append(d.posts, d.from(d.anke, d.rooms[k%2], d.title(k)).ID)
	}
	return d
}

func (d *crashDatesTest) title(k int) string { return fmt.Sprintf("Essen Nr%02d", k) }

func (d *crashDatesTest) reminder(k int) string { return "Erinnerung: " + d.title(k) }

// comes is who has the place in the end: Ben, unless he gave it back.
func (d *crashDatesTest) comes(k int) *matrixtest.Member {
	if d.givenBack(k) {
		return d.cem
	}
	return d.ben
}

func (d *crashDatesTest) givenBack(k int) bool { return k%4 < 2 } // in either room

// load reads the calendar: the dates lie so much after an hour from now, one
// second apart, with one place each.
func (d *crashDatesTest) load(tx *store.Tx, later time.Duration) error {
	var s strings.Builder
	s.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//DE\r\n")
	now := time.Now()
	for k := range crashDates {
		fmt.Fprintf(&s, "BEGIN:VEVENT\r\nUID:crash-%d\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:%s\r\nEND:VEVENT\r\n",
			k, now.Add(time.Hour+later+time.Duration(k)*time.Second).UTC().Format("20060102T150405Z"), d.title(k))
	}
	s.WriteString("END:VCALENDAR\r\n")
	cal, err := offers.ReadCalendar(strings.NewReader(s.String()), offers.ReadOptions{Zone: time.UTC, Now: now})
	if err != nil {
		return err
	}
	if _, err := offers.Import(d.ctx, tx, "DigIT", "essen.ics", cal, now); err != nil {
		return err
	}
	_, err = tx.ExecContext(d.ctx, `UPDATE offer SET capacity = 1`)
	return err
}

// signUp has Ben take the place, in three ways, and Cem wait for it; sometimes
// Ben gives it back.
func (d *crashDatesTest) signUp(k int) {
	d.t.Helper()
	room, word := d.rooms[k%2], fmt.Sprintf("!dabei %d", k+1)
	d.again(func() error { _, err := d.ben.React(d.ctx, room, d.posts[k], "👍"); return err })
	d.told(d.ben, "Du bist dabei: "+d.title(k))
	d.again(func() error { _, err := d.ben.React(d.ctx, room, d.posts[k], "🍽️"); return err })
	d.send(d.cem, room, word)
	d.send(d.cem, room, word)
	if d.givenBack(k) {
		d.told(d.cem, "Warteliste: "+d.title(k))
		d.send(d.ben, room, fmt.Sprintf("!dochnicht %d", k+1))
	}
}

// settled tells whether each date has those who are to come and to wait.
func (d *crashDatesTest) settled() bool {
	d.t.Helper()
	for k := range crashDates {
		o := matrixtest.Must(store.OfferByNumber(d.ctx, d.st.Reader(), "DigIT", k+1))(d.t)
		date := matrixtest.Must(store.NextDate(d.ctx, d.st.Reader(), o.ID, d.began))(d.t)
		list := matrixtest.Must(store.Signups(d.ctx, d.st.Reader(), o.ID, date.Key))(d.t)
		want := 2
		if d.givenBack(k) {
			want = 1
		}
		if len(list) != want || list[0].User != d.comes(k).UserID || list[0].Waiting || len(list) == 2 && !list[1].Waiting {
			return false
		}
	}
	return true
}

// move brings the dates so near that their reminders are due in a moment.
func (d *crashDatesTest) move() {
	d.t.Helper()
	d.change(func(tx *store.Tx) error { return d.load(tx, 4*time.Second) })
}

// asked is how often Cem's two commands stand in the room: Dendrite under load
// takes a request of a client twice now and then.
func (d *crashDatesTest) asked(k int) (n int) {
	d.t.Helper()
	for _, evt := range d.anke.Messages(d.rooms[k%2]) {
		if evt.Sender == d.cem.UserID && evt.Content.AsMessage().Body == fmt.Sprintf("!dabei %d", k+1) {
			n++
		}
	}
	if n < 2 {
		d.t.Errorf("%d of two commands for %s", n, d.title(k))
	}
	return n
}

func (d *crashDatesTest) count() {
	d.t.Helper()
	if !d.settled() {
		d.t.Error("who comes has changed")
	}
	for k := range crashDates {
		back := d.givenBack(k)
		for _, want := range []struct {
			who  *matrixtest.Member
			text string
			n    int
		}{
			{d.ben, "Du bist dabei: " + d.title(k), 1},
			{d.cem, "Warteliste: " + d.title(k), d.asked(k)}, // an answer to each command
			{d.cem, "Ein Platz ist frei geworden, du bist dabei: " + d.title(k), map[bool]int{true: 1}[back]},
			{d.ben, d.reminder(k), map[bool]int{false: 1}[back]},
			{d.cem, d.reminder(k), map[bool]int{true: 1}[back]},
		} {
			if n := d.tellings(want.who, want.text); n != want.n {
				d.t.Errorf("%s was told %d times, want %d: %s", want.who.Name, n, want.n, want.text)
			}
		}
		moved := 0
		for _, evt := range d.anke.Messages(d.rooms[k%2]) {
			if body := evt.Content.AsMessage().Body; evt.Sender == d.user && strings.Contains(body, "Verschoben: "+d.title(k)) {
				moved++
			}
			if evt.Sender == d.user && evt.RoomID == d.encrypted && evt.Type == event.EventMessage && !evt.Mautrix.WasEncrypted {
				d.t.Errorf("plaintext in the encrypted room: %s", evt.ID)
			}
		}
		if moved != 1 {
			d.t.Errorf("the room was told %d times that %s moved", moved, d.title(k))
		}
	}
}
