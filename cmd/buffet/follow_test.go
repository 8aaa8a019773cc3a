package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
	"buffet/store"
)

// What is edited or deleted is so in what is kept, also if it was while the
// bot was down, or where it did not see it at all.
func TestFollowsEditsAndRedactions(t *testing.T) {
	c := newCircle(t)
	type told struct{ edited, gone, marked, answered, mark, answer id.EventID }
	down := map[id.RoomID]told{}
	c.both(t, func(t *testing.T, room id.RoomID) {
		q := c.say(c.ben, room, "!frage Wer kennt eine Softwre für Dienstpläne?")
		ack := c.signed(c.ben, 0, q, knowledge.Ack)
		answer := matrixtest.Must(c.cem.ThreadReply(c.ctx, room, q, "Wir schreiben sie mit Kreide an die Wandtafel."))(t)
		matrixtest.Must(c.ben.Edit(c.ctx, room, q, "!frage Wer kennt eine Software für Dienstpläne?"))(t)
		matrixtest.Must(c.anke.Edit(c.ctx, room, q, "!frage Wer hat das hier geschrieben?"))(t) // not hers to edit
		matrixtest.Must(c.cem.Edit(c.ctx, room, answer, "Wir schreiben sie mit Magneten an die Wandtafel."))(t)
		c.done(c.ben, room)
		c.done(c.cem, room)
		if got := c.question(q); got.Body != "Wer kennt eine Software für Dienstpläne?" {
			t.Errorf("edited: %q", got.Body)
		}
		c.finds(c.anke, room, "magneten", "Magneten", true)
		c.finds(c.anke, room, "kreide", "Kreide an", false)
		c.redact(c.cem, room, answer)
		c.done(c.cem, room)
		c.finds(c.anke, room, "magneten", "Magneten an", false)
		c.redact(c.ben, room, q)
		c.unsaid(c.ben, ack.ID)
		c.finds(c.anke, room, "dienstpläne", "Software", false)

		d := told{edited: c.say(c.ben, room, "!frage Wer hat Erfahrung mit Lastenrädern?"),
			gone:     c.say(c.ben, room, "!erfahrung Unser Lastenrad war nach einem Jahr kaputt."),
			marked:   c.say(c.ben, room, "Welche Versicherung nehmt ihr für Ehrenamtliche?"),
			answered: c.say(c.cem, room, "!frage Wer repariert Fahrräder?")}
		d.mark = c.react(c.cem, room, d.marked, "❓")
		for _, e := range []id.EventID{d.edited, d.gone, d.marked, d.answered} {
			c.signed(c.ben, 0, e, knowledge.Ack)
		}
		d.answer = matrixtest.Must(c.ben.ThreadReply(c.ctx, room, d.answered, "Die Werkstatt am Bahnhof macht das gut."))(t)
		c.done(c.ben, room)
		if len(c.kept(d.answer)) != 1 {
			t.Error("the answer is not kept")
		}
		down[room] = d
	})
	if t.Failed() {
		return
	}
	c.p.stop()
	for room, d := range down {
		matrixtest.Must(c.ben.Edit(c.ctx, room, d.edited, "!frage Wer hat Erfahrung mit Handkarren?"))(t)
		c.redact(c.ben, room, d.gone)
		c.redact(c.cem, room, d.mark)
		c.redact(c.ben, room, d.answer)
	}
	c.begin()
	for room, d := range down {
		c.done(c.ben, room)
		if got := c.question(d.edited).Body; got != "Wer hat Erfahrung mit Handkarren?" {
			t.Errorf("edited while down: %q", got)
		}
		for _, e := range []id.EventID{d.gone, d.marked, d.answer} {
			if got := c.kept(e); len(got) != 0 {
				t.Errorf("deleted while down, and kept: %+v", got)
			}
		}
	}

	// a gap that nobody fills: the token is taken on to after it
	c.p.stop()
	for room, d := range down {
		matrixtest.Must(c.ben.Edit(c.ctx, room, d.edited, "!frage Wer hat Erfahrung mit Rikschas?"))(t)
		c.redact(c.cem, room, d.answered)
	}
	c.recheck(c.plain, c.encrypted)
	c.begin()
	for room, d := range down {
		c.until("the gap is not followed", func() bool {
			return c.question(d.edited).Body == "Wer hat Erfahrung mit Rikschas?" && len(c.kept(d.answered)) == 0
		})
		c.done(c.ben, room)
	}
}

// recheck sets the stopped bot to after what has happened, as if it had been
// too much to read, and lets it look after these rooms.
func (c *circle) recheck(rooms ...id.RoomID) {
	c.t.Helper()
	st := c.database()
	now := time.Now()
	err := st.Write(c.ctx, func(tx *store.Tx) error {
		for _, room := range rooms {
			for _, evt := range c.anke.Events() { // seen already, for all that it knows
				if evt.RoomID == room && evt.StateKey == nil {
					in := store.Incoming{Event: evt.ID, Room: room, Kind: "seen", Sent: now}
					if err := tx.Keep(c.ctx, in, now); err != nil {
						return err
					}
				}
			}
			job := store.Job{Key: "recheck/test/" + room.String(), Kind: "recheck", Args: fmt.Sprintf(`{"room":%q}`, room), RunAt: now}
			if _, err := tx.AddJob(c.ctx, job); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// until looks again and again: another process's database has no bell for us.
func (c *circle) until(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatal(what)
		}
	}
}

// The card is asked for part by part, also over a restart; everything that is
// stored about a person comes as two files; and it is forgotten on their word.
func TestCardMyDataAndForgetting(t *testing.T) {
	c := newCircle(t)
	var all []id.EventID
	c.both(t, func(t *testing.T, room id.RoomID) {
		club := map[bool]string{false: "Zitronenfalterverein", true: "Tagpfauenaugenbund"}[room == c.encrypted]
		q := c.say(c.ben, room, "!frage Wer weiß etwas über Quastenflosser?")
		asked := c.soon("not asked", c.asksAbout(c.ben, q))
		dm := c.chat(c.ben)
		mark := c.ben.Mark()
		c.react(c.ben, dm, asked.ID, "2️⃣")
		c.toldFrom(c.ben, mark, "im ganzen Netzwerk")
		all = append(all, q)
		c.says(c.ben, dm, "erfahrung", "Schritt 1 von 4", "Situation")
		c.says(c.ben, dm, "Uns fehlten Fahrerinnen.", "Schritt 2 von 4")
		c.p.stop()
		c.begin()
		c.says(c.ben, dm, "Wir haben den "+club+" gefragt.", "Schritt 3 von 4")
		c.says(c.ben, dm, "weiter", "Schritt 4 von 4")
		c.says(c.ben, dm, "Frau Bienenfresser im Büro", "Uns fehlten Fahrerinnen.", club, "Bienenfresser")
		c.says(c.ben, dm, "1", "Schritt 1 von 4")
		c.says(c.ben, dm, "Uns fehlten sehr viele Fahrerinnen.", "sehr viele", club)
		c.says(c.ben, dm, "ja", "Festgehalten als E")
		c.finds(c.ben, dm, strings.ToLower(club), club, true)
		c.finds(c.anke, room, strings.ToLower(club), club, false)
		c.says(c.ben, dm, "netzwerk", "im ganzen Netzwerk")
		c.finds(c.anke, room, strings.ToLower(club), club, true)
	})
	if t.Failed() {
		return
	}
	c.says(c.ben, c.plain, "!wer ich: bergmolche", "bergmolche")
	marked := c.say(c.ben, c.plain, "Wie viele Grasfrösche passen in einen Teich?")
	c.react(c.anke, c.plain, marked, "❓")
	c.signed(c.ben, 0, marked, knowledge.Ack)
	dm := c.chat(c.ben)

	mine := c.say(c.ben, c.encrypted, "!meinedaten")
	c.signed(c.ben, 0, mine, "✅")
	for _, name := range []string{"buffet.html", "buffet.json"} {
		file := c.file(c.ben, name)
		for _, text := range []string{"Quastenflosser", "Zitronenfalterverein", "Tagpfauenaugenbund", "Grasfrösche", "bergmolche"} {
			if !strings.Contains(file, text) {
				t.Errorf("%s lacks %s:\n%s", name, text, file)
			}
		}
	}

	c.says(c.ben, dm, "vergissmich", "Sicher?")
	if len(c.kept(all[0])) == 0 {
		t.Error("forgotten without a yes")
	}
	c.says(c.ben, dm, "vergissmich ja", "Erledigt")
	c.done(c.ben, c.plain)
	c.done(c.ben, dm)
	for _, e := range append(all, marked) {
		if got := c.kept(e); len(got) > 0 {
			t.Errorf("still kept: %+v", got)
		}
	}
	for _, text := range []string{"Quastenflosser", "Zitronenfalter", "Grasfrösche", "bergmolch"} {
		if c.stored(text) {
			t.Errorf("%q is still in the running bot's files", text)
		}
	}
	again := c.say(c.ben, c.plain, "Wie viele Feuersalamander gibt es hier?")
	c.react(c.anke, c.plain, again, "❓")
	c.react(c.anke, c.plain, all[0], "❓")
	c.says(c.ben, c.plain, "!frage Wer zählt Feuersalamander?", "merkdirmich")
	c.done(c.anke, c.plain)
	c.done(c.anke, c.encrypted)
	if len(c.kept(again)) > 0 || c.signs(c.anke, again, knowledge.Ack) > 0 {
		t.Error("kept after being forgotten")
	}
	if err := c.st.Close(); err != nil { // the last one to close the file empties its log
		t.Fatal(err)
	}
	c.p.stop()
	c.traces(string(c.ben.UserID), "Quastenflosser", "quastenflosser", "Zitronenfalter", "zitronenfalter", "Tagpfauenaugen", "Bienenfresser", "bienenfresser",
		"Grasfrösche", "grasfrosch", "bergmolch", "Feuersalamander", "feuersalamander")
	c.begin()
	c.says(c.ben, dm, "merkdirmich", "wieder")
	pos := c.anke.Mark()
	c.react(c.cem, c.plain, again, "❓")
	c.signed(c.anke, pos, again, knowledge.Ack)
	c.soon("ben is not asked", c.asksAbout(c.ben, again))
}

// file is the file of that name that the bot sent to a member, decrypted.
func (c *circle) file(m *matrixtest.Member, name string) string {
	c.t.Helper()
	evt := c.soon("no file "+name, func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == c.user && evt.RoomID == c.direct[m.UserID] && evt.Type == event.EventMessage && evt.Content.AsMessage().GetFileName() == name
		})
	})
	content := evt.Content.AsMessage()
	if content.File == nil {
		c.t.Fatalf("%s is not encrypted", name)
	}
	return c.download(m, content)
}

// traces looks for what must not be in the stopped bot's files any more: texts
// anywhere, a user id in any table but those of the Matrix library.
func (c *circle) traces(user string, texts ...string) {
	c.t.Helper()
	var left []string
	for _, text := range texts {
		if c.stored(text) {
			left = append(left, text)
		}
	}
	c.st = c.database()
	for _, text := range left {
		c.t.Errorf("%q is still in the file: %v", text, c.tables(text))
	}
	if list := c.tables(user); len(list) > 0 {
		c.t.Errorf("%s is still in %v", user, list)
	}
}

// tables are the tables, but for those of the Matrix library, that hold a text.
func (c *circle) tables(text string) (list []string) {
	c.t.Helper()
	names := matrixtest.Must(store.Collect(c.ctx, c.st.Reader(), func(scan func(...any) error) (s [2]string, err error) { return s, scan(&s[0], &s[1]) },
		`SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'
			AND m.name NOT LIKE 'mx\_%' ESCAPE '\' AND m.name NOT LIKE 'crypto\_%' ESCAPE '\' ORDER BY 1, 2`))(c.t)
	for _, n := range names {
		var count int
		err := c.st.Reader().QueryRowContext(c.ctx, `SELECT count(*) FROM "`+n[0]+`" WHERE instr("`+n[1]+`", $1) > 0`, text).Scan(&count)
		if err != nil {
			c.t.Fatal(err)
		}
		if count > 0 {
			list = append(list, n[0]+"."+n[1])
		}
	}
	return slices.Compact(list)
}
