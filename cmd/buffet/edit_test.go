package main

import (
	"context"
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

// table is a circle in whose rooms ben has brought a weekly series, from nine
// days ahead on, and which is announced there.
type table struct {
	*circle
	language string
	first    time.Time
	number   map[id.RoomID]int
	posts    map[id.RoomID]*event.Event
}

func newTable(t *testing.T, language string) *table {
	t.Helper()
	x := &table{language: language, number: map[id.RoomID]int{}, posts: map[id.RoomID]*event.Event{}}
	x.circle = newCircleBy(t, func(h *house) { h.lang = language })
	zone := matrixtest.Must(time.LoadLocation("Europe/Berlin"))(t)
	x.first = time.Now().In(zone).AddDate(0, 0, 9)
	for _, room := range []id.RoomID{x.plain, x.encrypted} {
		day, _, _ := strings.Cut(lang.Day(language, x.first), ",")
		line := fmt.Sprintf("!bring %s, jeden %s ab %s 14–15 Uhr, Haus Kiel", x.title(room), day, x.day(0))
		if language == lang.English {
			line = fmt.Sprintf("!bring %s, every %s from %s 2pm-3pm, Haus Kiel", x.title(room), day, x.first.Format("2 January 2006"))
		}
		x.yes(x.ben, room, x.says(x.ben, room, line, x.title(room)), x.title(room))
		var n int
		if err := x.st.Reader().QueryRowContext(x.ctx, `SELECT number FROM offer WHERE title = $1`, x.title(room)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		x.number[room] = n
	}
	x.announce(zone)
	return x
}

func (x *table) title(room id.RoomID) string {
	return map[bool]string{false: "Lesekreis", true: "Nähtreff"}[room == x.encrypted]
}

// day is that many weeks after the first date.
func (x *table) day(weeks int) string { return x.first.AddDate(0, 0, 7*weeks).Format("2.1.2006") }

// yes says yes to what was shown.
func (x *table) yes(m *matrixtest.Member, room id.RoomID, shown *event.Event, want ...string) *event.Event {
	x.t.Helper()
	word := map[string]string{lang.German: "ja", lang.English: "yes"}[x.language]
	said := matrixtest.Must(m.Reply(x.ctx, room, shown.ID, word))(x.t)
	evt := matrixtest.Must(m.WaitReply(x.ctx, said))(x.t)
	for _, w := range want {
		if body := evt.Content.AsMessage().Body; !strings.Contains(body, w) {
			x.t.Errorf("the yes is answered without %q:\n%s", w, body)
		}
	}
	return evt
}

// announce posts both series, while the bot is down.
func (x *table) announce(zone *time.Location) {
	x.t.Helper()
	x.p.stop()
	phrases := matrixtest.Must(lang.Load())(x.t)
	x.change(func(tx *store.Tx) error {
		for _, room := range []id.RoomID{x.plain, x.encrypted} {
			r := offers.AnnounceRoom{Room: room, Network: "DigIT", Lang: x.language, Zone: zone, Prefix: "!"}
			filter := fmt.Sprintf(`{"days":40,"words":[%q]}`, x.title(room))
			if _, err := offers.Announce(x.ctx, tx, phrases, r, filter, time.Now(), time.Now(), "post/"+room.String()); err != nil {
				return err
			}
		}
		return nil
	})
	mark := x.ben.Mark()
	x.begin(x.plain, x.encrypted)
	for _, room := range []id.RoomID{x.plain, x.encrypted} {
		x.posts[room] = matrixtest.Must(x.ben.WaitFrom(x.ctx, mark, func(evt *event.Event) bool {
			return evt.Sender == x.user && evt.RoomID == room && evt.Type == event.EventMessage && evt.Content.AsMessage().MsgType == event.MsgText
		}))(x.t)
	}
}

// change does something to the store of a bot that is down.
// shows waits until the room's announcement shows a text.
func (x *table) shows(room id.RoomID, text string) string {
	x.t.Helper()
	evt := x.edited(x.ben, x.posts[room].ID, text)
	if secret := room == x.encrypted; evt.Mautrix.WasEncrypted != secret {
		x.t.Errorf("the edit is encrypted: %v", !secret)
	}
	return evt.Content.AsMessage().NewContent.Body
}

// Who brought a series changes one date, what follows, all of it, and takes it
// off the table; the announcement is edited in place.
func TestChangesASeries(t *testing.T) {
	x := newTable(t, lang.German)
	x.both(t, func(t *testing.T, room id.RoomID) {
		n := x.number[room]
		cmd := func(text string, args ...any) string {
			return fmt.Sprintf("!aendere %d ", n) + fmt.Sprintf(text, args...)
		}
		x.says(x.cem, room, cmd("alle titel Meins"), "jemand anderes")
		x.says(x.ben, room, cmd("wann 15 Uhr"), "Welche Termine", fmt.Sprintf("!aendere %d alle wann 15 Uhr", n))
		shown := x.says(x.ben, room, cmd("%s wann 15:15 Uhr", x.day(1)), "14:00–15:00 Uhr →", "15:15–16:15 Uhr")
		x.react(x.cem, room, shown.ID, "✅")
		x.react(x.ben, room, shown.ID, "✅")
		x.soon("the answer to the tap", func(ctx context.Context) (*event.Event, error) { return x.ben.WaitReply(ctx, shown.ID) })
		body := x.shows(room, "15:15–16:15 Uhr")
		if strings.Count(body, "14:00–15:00 Uhr") < 2 {
			t.Errorf("other dates moved, too:\n%s", body)
		}
		x.yes(x.ben, room, x.says(x.ben, room, cmd("ab %s ort Rathaus", x.day(2)), "Haus Kiel → Rathaus"), "Geändert")
		if body = x.shows(room, "Rathaus"); strings.Count(body, "Haus Kiel") != 2 {
			t.Errorf("places:\n%s", body)
		}
		x.yes(x.ben, room, x.says(x.ben, room, cmd("alle wann 17–18 Uhr")), "Geändert")
		if body = x.shows(room, "17:00–18:00 Uhr"); !strings.Contains(body, "15:15–16:15 Uhr") || strings.Contains(body, "14:00") {
			t.Errorf("times:\n%s", body)
		}
		x.yes(x.ben, room, x.says(x.ben, room, fmt.Sprintf("!absage %d %s Grippe", n, x.day(0)), "fällt aus", "Grund: Grippe"), "Abgesagt")
		x.shows(room, "fällt aus")
		x.yes(x.ben, room, x.says(x.ben, room, cmd("%s findet statt", x.day(0)), "findet statt"), "Geändert")
		x.twoAtOnce(t, room, cmd)
		x.yes(x.anke, room, x.says(x.anke, room, fmt.Sprintf("!absage %d alle", n), "Das Angebot fällt aus"), "Abgesagt")
		x.told(x.ben, "hat abgesagt")
		x.says(x.ben, room, cmd("titel x"), "ist abgesagt")
	})
}

// twoAtOnce: the second of two people is told what changed, and asked again.
func (x *table) twoAtOnce(t *testing.T, room id.RoomID, cmd func(string, ...any) string) {
	t.Helper()
	first := x.says(x.ben, room, cmd("alle ort Bibliothek"), "→ Bibliothek")
	second := x.says(x.anke, room, cmd("alle titel %s neu", x.title(room)))
	x.yes(x.anke, room, second, "Geändert")
	again := x.yes(x.ben, room, first, "Inzwischen", "Titel: "+x.title(room)+" → "+x.title(room)+" neu", "→ Bibliothek")
	x.yes(x.ben, room, again, "Geändert")
	x.says(x.cem, room, fmt.Sprintf("!angebot %d", x.number[room]), x.title(room)+" neu", "Bibliothek")
}

func TestChangesASeriesInEnglish(t *testing.T) {
	x := newTable(t, lang.English)
	x.both(t, func(t *testing.T, room id.RoomID) {
		n := x.number[room]
		day := x.first.AddDate(0, 0, 7).Format("2 January 2006")
		x.yes(x.ben, room, x.says(x.ben, room, fmt.Sprintf("!edit %d %s when 3:15pm", n, day), "14:00–15:00 →", "15:15–16:15"), "Changed")
		x.shows(room, "15:15–16:15")
		x.says(x.ben, room, fmt.Sprintf("!edit %d when yesterday", n), "is over")
		x.yes(x.ben, room, x.says(x.ben, room, fmt.Sprintf("!cancel %d from %s", n, day)), "ends before that")
		if body := x.shows(room, "cancelled"); strings.Contains(body, "15:15–16:15 · "+x.title(room)+" · Exchange") {
			t.Errorf("the post:\n%s", body)
		}
	})
}
