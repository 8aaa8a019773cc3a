package bot

import (
	"encoding/json"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/lang"
)

// TestMenuInputIsRead: whatever a client's menu left in a message, the message
// itself reads as it is, and counts only where the menu's part is not for us.
func TestMenuInputIsRead(t *testing.T) {
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	table, err := commands.New(phrases)
	if err != nil {
		t.Fatal(err)
	}
	b := &Bot{Commands: table, Account: &Account{Client: &mautrix.Client{UserID: "@buffet:x"}}}
	const rest = `"msgtype":"m.text","body":"!hilfe","m.relates_to":{"m.in_reply_to":{"event_id":"$r"}}`
	for _, c := range []struct {
		name, content string
		want          heard
		ours, others  bool
	}{
		{name: "a choice", content: `{` + rest + `,"m.mentions":{"user_ids":["@buffet:x"]},"org.matrix.msc4391.command":{"command":"angebot","arguments":{"nummer":3}}}`,
			want: heard{Text: "angebot 3", Named: true}, ours: true},
		{name: "no command", content: `{` + rest + `,"m.mentions":{"user_ids":["@buffet:x","@anke:x"]},"org.matrix.msc4391.command":{"command":7}}`,
			want: heard{Menu: `{"command":7}`}, ours: true},
		{name: "no object", content: `{` + rest + `,"m.mentions":{"user_ids":["@buffet:x"]},"org.matrix.msc4391.command":[[null]]}`,
			want: heard{Menu: `[[null]]`}, ours: true},
		{name: "null", content: `{` + rest + `,"m.mentions":{"user_ids":["@buffet:x"]},"org.matrix.msc4391.command":null}`,
			want: heard{Menu: `null`}, ours: true},
		{name: "another bot's", content: `{` + rest + `,"m.mentions":{"user_ids":["@other:x"]},"org.matrix.msc4391.command":{"command":"angebote"}}`, others: true},
		{name: "nobody's", content: `{` + rest + `,"m.mentions":{},"org.matrix.msc4391.command":{"command":"angebote"}}`},
		{name: "nobody named", content: `{` + rest + `,"org.matrix.msc4391.command":{"command":"angebote"}}`},
	} {
		evt := &event.Event{Type: event.EventMessage, ID: id.EventID("$1")}
		if err := json.Unmarshal([]byte(c.content), &evt.Content); err != nil {
			t.Fatal(err)
		}
		_ = evt.Content.ParseRaw(event.EventMessage) // as the library does after decrypting, faults or not
		m, menu, there := readable(evt)
		if m == nil || m.Body != "!hilfe" || m.RelatesTo.GetReplyTo() != "$r" || !there {
			t.Errorf("%s: reads as %+v, %v", c.name, m, there)
			continue
		}
		got, ours, others := b.chose(m, menu)
		if got != c.want || ours != c.ours || others != c.others {
			t.Errorf("%s: %+v, ours %v, others' %v", c.name, got, ours, others)
		}
	}
	for _, broken := range []string{`{"msgtype":7,"org.matrix.msc4391.command":{}}`, `{"body":"x","m.relates_to":[],"msgtype":"m.text"}`} {
		evt := &event.Event{Type: event.EventMessage}
		if err := json.Unmarshal([]byte(broken), &evt.Content); err != nil {
			t.Fatal(err)
		}
		_ = evt.Content.ParseRaw(event.EventMessage)
		if m, _, _ := readable(evt); m != nil {
			t.Errorf("%s reads as %+v", broken, m)
		}
	}
}
