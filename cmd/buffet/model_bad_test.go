package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/internal/modeltest"
)

// badModel is a way in which a model is of no use, and what people are told.
type badModel struct {
	name  string
	reply modeltest.Reply
	note  string
}

// lie answers with one line of its own for each message.
func lie(change func(l *modeltest.Line)) modeltest.Reply {
	return modeltest.Lines(func(in []modeltest.Input) (lines []modeltest.Line) {
		for _, one := range in {
			l := modeltest.Line{Text: one.Who + " schreibt: " + strings.TrimRight(one.Text, ".!?") + ".", Sources: one.Numbers, Role: "said"}
			change(&l)
			lines = append(lines, l)
		}
		return lines
	})
}

// badModels are all of them; elsewhere is where one sends what it gets.
func badModels(elsewhere string) []badModel {
	const busy, quota, slow, gone = "zu viel zu tun", "Das Guthaben beim Sprachmodell ist aufgebraucht", "zu lange gebraucht", "nicht erreichbar"
	const refused, useless, unsure, denied = "wollte das nicht zusammenfassen", "konnte ich nichts anfangen", "war nicht belegt", "nimmt meine Anfragen nicht an"
	lines := func(text string) string {
		answer, _ := json.Marshal(map[string]any{"lines": []modeltest.Line{{Text: text, Sources: []int{1}, Role: "said"}}})
		return string(answer)
	}
	return []badModel{
		{"429", modeltest.Status(http.StatusTooManyRequests, "rate_limit_exceeded", "0"), busy},
		{"quota", modeltest.Status(http.StatusTooManyRequests, "insufficient_quota", "0"), quota},
		{"key", modeltest.Status(http.StatusUnauthorized, "invalid_api_key", ""), denied},
		{"hangs", modeltest.Hang, slow},
		{"hangs later", modeltest.HangHalf, slow},
		{"500", modeltest.HTML(http.StatusInternalServerError), gone},
		{"cut", modeltest.CutBody, useless},
		{"dropped", modeltest.Drop, gone},
		{"redirected", modeltest.Redirect(elsewhere), gone},
		{"cut stream", modeltest.CutStream, useless},
		{"prose", modeltest.Say("Gerne! Der Vorstand tritt zurück."), useless},
		{"other JSON", modeltest.Say(`{"summary":"Der Vorstand tritt zurück."}`), useless},
		{"two objects", modeltest.Say(lines("P1 fragt nach einem Fahrdienst.") + lines("Der Vorstand tritt zurück.")), useless},
		{"empty", modeltest.Say(""), useless},
		{"no lines", modeltest.Say(`{"lines":[]}`), useless},
		{"refusal", modeltest.Refuse, refused},
		{"filter", modeltest.Ends("content_filter"), refused},
		{"sources", lie(func(l *modeltest.Line) { l.Sources = []int{4711} }), unsure},
		{"quotes", lie(func(l *modeltest.Line) { l.Text += " Dazu: „Der Vorstand tritt zurück“." }), unsure},
		{"links", lie(func(l *modeltest.Line) { l.Text += " Mehr: https://boese.example/x" }), unsure},
		{"markdown", lie(func(l *modeltest.Line) { l.Text = "[" + l.Text + "](https://boese.example)" }), unsure},
		{"room", lie(func(l *modeltest.Line) { l.Text = "@room " + l.Text }), unsure},
		{"HTML", lie(func(l *modeltest.Line) { l.Text += " <img src=x onerror=alert(1)>" }), unsure},
		{"English", lie(func(l *modeltest.Line) {
			l.Text = "They all agreed that the board is going to resign before the end of the week."
		}), unsure},
	}
}

// Whatever is wrong with a model, who asks gets an answer, soon, in the
// members' words, with a note that says why; the log has no word of theirs.
func TestModelMisbehaves(t *testing.T) {
	c, s := modelled(t, "", func(*house) {})
	members := []*matrixtest.Member{c.anke, c.ben, c.cem}
	rooms := []id.RoomID{c.plain, c.encrypted}
	for _, room := range rooms {
		c.says(c.anke, room, "!einstellungen modell an", "127.0.0.1")
	}
	elsewhere := modeltest.New(t)
	for n, bad := range badModels(elsewhere.Endpoint() + "/chat/completions") {
		if n > 0 && n%6 == 0 { // nobody may ask more often
			c.quiet(t)
			c.anew()
		}
		for i, room := range rooms {
			root := c.rides(room)
			s.Script(bad.reply)
			sent, began := len(s.Requests()), time.Now()
			evt, body := c.short(members[(n+i)%3], room, root, "!kurz")
			c.edifies(t, bad, evt, body, room)
			if took := time.Since(began); took > 45*time.Second {
				t.Errorf("%s: answered after %s", bad.name, took)
			}
			if got := len(s.Requests()) - sent; got == 0 || got > 6 {
				t.Errorf("%s: %d requests", bad.name, got)
			}
		}
	}
	c.quiet(t)
	if n := len(elsewhere.Requests()); n > 0 {
		t.Errorf("%d requests went to a machine that nobody named", n)
	}
	inventor := new(modeltest.Inventor)
	s.Script(inventor.Reply)
	c.anew()
	for _, room := range rooms { // a third of it is invented: that is left out
		root := c.rides(room)
		c.inThread(c.ben, room, root, "Am Montag entscheidet der Beirat, ob wir selbst fahren.")
		c.inThread(c.anke, room, root, "Den Antrag an die Gemeinde schreibe ich bis Ostern.")
		evt, body := c.short(c.ben, room, root, "!kurz")
		c.harmless(evt, room)
		if !strings.Contains(body, byModel) || !strings.Contains(body, "Wir nutzen den Bürgerbus") || c.linked(body) < 3 {
			t.Errorf("where a third is invented:\n%s", body)
		}
		c.invents(t, body)
	}
	if len(inventor.Invented()) == 0 {
		t.Error("nothing was invented")
	}
}

// rides is a thread of three messages.
func (c *circle) rides(room id.RoomID) (root id.EventID) {
	c.t.Helper()
	root = c.say(c.ben, room, "Wer hat Erfahrung mit einem Fahrdienst für ältere Leute?")
	c.inThread(c.cem, room, root, "Wir nutzen den Bürgerbus der Gemeinde, der fährt dienstags und freitags.")
	c.inThread(c.anke, room, root, "Bei uns zahlt die Stadt ein Taxi zum halben Preis.")
	return root
}

// edifies checks the answer that stands for that of a bad model.
func (c *circle) edifies(t *testing.T, bad badModel, evt *event.Event, body string, room id.RoomID) {
	t.Helper()
	for _, want := range []string{bad.note, ", deshalb stehen hier die Sätze der Mitglieder.", "„Wir nutzen den Bürgerbus der Gemeinde, der fährt dienstags und freitags.“", "Fahrdienst für ältere Leute?“"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s: does not say %q:\n%s", bad.name, want, body)
		}
	}
	if strings.Contains(body, "verfasst") || c.linked(body) < 3 {
		t.Errorf("%s:\n%s", bad.name, body)
	}
	c.harmless(evt, room)
	c.invents(t, body)
	if evt.Mautrix.WasEncrypted != (room == c.encrypted) {
		t.Errorf("%s: not encrypted as the room is", bad.name)
	}
}

// invents checks that nothing that only a model said is in a text.
func (c *circle) invents(t *testing.T, body string) {
	t.Helper()
	for _, word := range []string{"Vorstand", "boese", "Ziegenhals", "Minister", "P9999", "mail77", "Euro", "Februar", "They ", "Ignoriere", "9998887", "Dazu:", "Gerne"} {
		if strings.Contains(body, word) {
			t.Errorf("invents %q:\n%s", word, body)
		}
	}
}

// quiet checks that the log has nothing of what people said: services repeat
// it in what they complain about.
func (c *circle) quiet(t *testing.T) {
	t.Helper()
	log := c.p.log.String()
	for _, words := range []string{"Bürgerbus", "Fahrdienst", "halben Preis"} {
		if strings.Contains(log, words) {
			t.Errorf("the log says %q:\n%s", words, log)
		}
	}
	if !strings.Contains(log, "127.0.0.1") {
		t.Errorf("the log says nothing of the model:\n%s", log)
	}
}
