package main

import (
	"context"
	"regexp"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
)

// onTable is how the bot names an offer that it has just kept.
var onTable = regexp.MustCompile(`(\d+) · Lesekreis`)

// bring is a member who brings an offer, another who comes, and an organiser
// who has to cancel it.
func (t *story) bring(ctx context.Context) error {
	t.chapter("A dish of one's own")
	n := t.n
	day := time.Now().In(n.zone).AddDate(0, 0, 9).Format("2.1.")
	echo, err := t.ask(ctx, n.ben, n.plain, "!bring Lesekreis, "+day+" 18–20 Uhr, Bibliothek, 1 Platz", "Titel: Lesekreis", "18:00–20:00 Uhr", "Plätze: 1")
	if err != nil {
		return err
	}
	kept, err := t.reply(ctx, n.ben, n.plain, echo.ID, "ja", "Steht auf dem Buffet", "Lesekreis")
	if err != nil {
		return err
	}
	found := onTable.FindStringSubmatch(kept.Content.AsMessage().Body)
	if found == nil {
		t.fail("expected that the bot says the number of the new offer")
		return nil
	}
	number := found[1]
	if _, err := t.ask(ctx, n.dilara, t.english, "going "+number, "You are signed up", "Lesekreis"); err != nil {
		return err
	}
	if _, err := t.ask(ctx, n.chris, n.secret, "!teilnehmer "+number, "eine Person kommt", "ausgebucht"); err != nil {
		return err
	}
	mark := n.dilara.Mark()
	if echo, err = t.ask(ctx, n.anke, n.plain, "!absage "+number+" Wasserschaden", "Lesekreis", "Wasserschaden"); err != nil {
		return err
	}
	if _, err := t.reply(ctx, n.anke, n.plain, echo.ID, "ja", "Abgesagt", number); err != nil {
		return err
	}
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	told, err := n.dilara.WaitFrom(wait, mark, func(evt *event.Event) bool {
		return evt.Type == event.EventMessage && evt.RoomID == t.english.id && evt.Sender == n.buffet && strings.Contains(evt.Content.AsMessage().Body, "Wasserschaden")
	})
	if err != nil {
		return t.missing(ctx, err, "Dilara hears that it is off")
	}
	if t.right(ctx, told, true, "Lesekreis") {
		t.ok("who had signed up hears of it, with the reason")
	}
	return nil
}
