package main

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
	"buffet/store"
)

const manySigns = 250

// Reactions that mean nothing are ignored, and a flood of them is answered
// once; others are not held up by it.
func TestOddReactions(t *testing.T) {
	c := newCircle(t)
	other := matrixtest.Must(c.anke.CreateRoom(c.ctx, matrixtest.RoomOptions{Name: "anderswo"}))(t)
	foreign := c.say(c.anke, other, "Wer hat Erfahrung mit fremden Räumen?")
	c.both(t, func(t *testing.T, room id.RoomID) {
		gone := c.say(c.ben, room, "Wer hat Erfahrung mit Gelöschtem?")
		c.redact(c.ben, room, gone)
		locked := matrixtest.Must(c.ben.Client.SendMessageEvent(c.ctx, room, event.EventEncrypted, &event.EncryptedEventContent{
			Algorithm: id.AlgorithmMegolmV1, SenderKey: "c2VuZGVy", SessionID: "bmlyZ2VuZHM", MegolmCiphertext: []byte("bmljaHRz")},
			mautrix.ReqSendEvent{DontEncrypt: true}))(t).EventID
		notice := matrixtest.Must(c.ben.SendContent(c.ctx, room, event.EventMessage, &event.MessageEventContent{MsgType: event.MsgNotice, Body: "Wer hat Erfahrung mit Bots?"}))(t)
		sticker := matrixtest.Must(c.ben.SendContent(c.ctx, room, event.EventSticker, &event.MessageEventContent{Body: "Kuchen", URL: "mxc://buffet.test/abc"}))(t)
		answer := c.ask(c.ben, room, "!hilfe").ID // the bot's own
		reaction := c.react(c.ben, room, answer, "❓")
		odd := []id.EventID{"$gibtesnicht", "$" + id.EventID(strings.Repeat("x", 43)), "unsinn", foreign, gone, locked, notice, sticker, answer, reaction, c.name(room)}
		for _, e := range odd {
			for _, sign := range []string{"❓", "📌", "✅", "👎"} {
				if _, err := c.cem.React(c.ctx, room, e, sign); err != nil {
					t.Logf("the homeserver refuses %s on %s: %v", sign, e, err)
				}
			}
		}
		msg := c.say(c.ben, room, "Was heißt eigentlich Gemeinwohl?")
		for _, sign := range []string{"", strings.Repeat("❓", 100), "question", "❓x", "1️⃣"} {
			_, _ = c.cem.React(c.ctx, room, msg, sign)
		}
		for _, raw := range []any{
			map[string]any{}, map[string]any{"m.relates_to": "x"}, map[string]any{"m.relates_to": map[string]any{"key": "❓"}},
			map[string]any{"m.relates_to": map[string]any{"rel_type": "m.thread", "event_id": msg, "key": "❓"}},
			map[string]any{"m.relates_to": map[string]any{"rel_type": "m.annotation", "event_id": 7, "key": []string{"❓"}}},
		} {
			_, _ = c.cem.SendContent(c.ctx, room, event.EventReaction, raw)
		}
		c.done(c.cem, room)
		for _, e := range append(odd, msg) {
			if got := c.kept(e); len(got) > 0 || c.signs(c.cem, e, knowledge.Ack) > 0 {
				t.Errorf("kept: %+v", got)
			}
		}
		c.react(c.anke, room, msg, "❓\ufe0f")
		c.signed(c.anke, 0, msg, knowledge.Ack)
	})
	if strings.Contains(c.p.log.String(), " ERR ") {
		t.Error("errors in the log")
	}
}

// A thousand ❓ in a minute by one person: they hear once of it, and others'
// are followed meanwhile.
func TestFloodOfReactions(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		msg := c.say(c.ben, room, "Wer hat Erfahrung mit Hochwasser?")
		var real id.EventID
		for i := range manySigns {
			c.react(c.cem, room, id.EventID("$"+strings.Repeat("a", 40)+string(rune('A'+i%26))+string(rune('A'+i/26))), "❓")
			if i == manySigns-20 {
				real = c.react(c.anke, room, msg, "❓")
			}
		}
		c.signed(c.anke, 0, msg, knowledge.Ack)
		c.done(c.cem, room)
		if c.told(c.cem, "Zeichen auf einmal"); c.tellings(c.cem, "Zeichen auf einmal") != 1 {
			t.Errorf("told %d times", c.tellings(c.cem, "Zeichen auf einmal"))
		}
		if len(c.kept(msg)) != 1 || real == "" {
			t.Error("another member's ❓ is lost")
		}
	})
	if strings.Contains(c.p.log.String(), " ERR ") {
		t.Error("errors in the log")
	}
	c.says(c.cem, c.chat(c.cem), "vergissmich ja", "Erledigt")
	c.done(c.cem, c.chat(c.cem))
	if list := c.tables(string(c.cem.UserID)); len(list) > 0 {
		t.Errorf("forgotten, and still in %v", list)
	}
}

// name is the event that gave a room its name.
func (c *circle) name(room id.RoomID) id.EventID {
	for _, evt := range c.anke.Events() {
		if evt.RoomID == room && evt.Type == event.StateRoomName {
			return evt.ID
		}
	}
	return "$none"
}

// After a room upgrade what was gathered is found in the new room, and the
// links lead to where it was said.
func TestUpgradeTakesContributionsAlong(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		topic := map[bool]string{false: "Kassenprüfung", true: "Satzungsänderung"}[room == c.encrypted]
		q := c.say(c.ben, room, "!frage Wer hat Erfahrung mit der "+topic+"?")
		c.signed(c.ben, 0, q, knowledge.Ack)
		asked := c.soon("not asked", c.asksAbout(c.ben, q))
		answer := matrixtest.Must(c.cem.ThreadReply(c.ctx, room, q, "Bei uns macht das die Steuerberaterin."))(t)
		c.done(c.cem, room)
		next := matrixtest.Must(c.anke.Upgrade(c.ctx, room, "11"))(t)
		for _, user := range []id.UserID{c.user, c.ben.UserID} {
			if err := c.anke.Invite(c.ctx, next, user); err != nil {
				t.Log(err) // the homeserver may have let it in already
			}
		}
		matrixtest.Must(c.ben.Join(c.ctx, next.String()))(t)
		c.joined(next)
		c.in(c.ben, next)
		c.until("not moved", func() bool { return c.question(q).Room == next })
		if got := c.kept(answer); len(got) != 1 || got[0].Room != next || got[0].EventRoom != room {
			t.Errorf("the answer after the upgrade: %+v", got)
		}
		found := c.finds(c.anke, next, topic, "Steuerberaterin", true).Content.AsMessage().Body
		if link := knowledge.Link(room, q, []string{"buffet.test"}); !strings.Contains(found, link) {
			t.Errorf("found without %s:\n%s", link, found)
		}
		c.finds(c.ben, c.chat(c.ben), topic, topic, true)
		c.finds(c.cem, c.chat(c.cem), topic, "Steuerberaterin", false) // not in the new room
		mark := c.ben.Mark()
		c.react(c.ben, c.chat(c.ben), asked.ID, "2️⃣")
		c.toldFrom(c.ben, mark, "im ganzen Netzwerk")
		if got := c.question(q).Audience; got != store.AudienceNetwork {
			t.Errorf("after the upgrade: %s", got)
		}
		again := c.say(c.ben, next, "!frage Wer kennt sich mit Protokollen aus?")
		c.signed(c.ben, 0, again, knowledge.Ack)
		c.says(c.ben, next, "!offen", "Protokollen")
	})
}
