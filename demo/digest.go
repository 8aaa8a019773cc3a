package main

import (
	"context"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/schedule"
)

// sumUp sums up a thread for who did not read along, and the week.
func (t *story) sumUp(ctx context.Context) error {
	t.chapter("A thread and a week in short")
	n := t.n
	for _, said := range []struct {
		who  *matrixtest.Member
		text string
	}{
		{n.anke, "Und wie ist das versichert, wenn Ehrenamtliche fahren?"},
		{n.chris, "Über die Dienstfahrt-Kasko der Kommune, das kostet uns 380 € im Jahr."},
		{n.dilara, "Gibt es dafür einen Mustervertrag?"},
	} {
		e, err := said.who.ThreadReply(ctx, n.secret.id, t.question, said.text)
		if err != nil {
			return err
		}
		if err := t.all.wait(ctx, e); err != nil {
			return err
		}
	}
	begin := time.Now()
	said, err := n.ben.ThreadReply(ctx, n.secret.id, t.question, "!kurz")
	if err != nil {
		return err
	}
	if _, err := t.answer(ctx, asked{n.ben, "!kurz", said, 1}, n.secret, begin, []string{"Fahrdienst", "Kleinbusse", "380 €", "matrix.to"}); err != nil {
		return err
	}
	return t.weekly(ctx)
}

// weekly has the week's digest made, released and posted.
func (t *story) weekly(ctx context.Context) error {
	n := t.n
	t.say("The weekly digest is due on Fridays at 16:00. The demo stops the bot, writes into its database that it is due now, and starts it again.")
	if err := n.bot.stop(); err != nil {
		return err
	}
	if err := n.owe(ctx, schedule.Digest, time.Now()); err != nil {
		return err
	}
	mark := len(n.anke.Events())
	if err := n.bot.start(); err != nil {
		return err
	}
	draft, err := t.digested(ctx, t.alone, mark, "380 €")
	if err != nil {
		return t.missing(ctx, err, "Anke gets the digest as a draft")
	}
	if t.right(ctx, draft, true, "Fahrdienst", "Gefragt und beantwortet", "freigabe") {
		t.ok("a draft for the organiser, with numbers, in her encrypted direct chat")
	}
	mark = len(n.anke.Events())
	begin := time.Now()
	said, err := n.anke.Reply(ctx, t.alone, draft.ID, "freigabe")
	if err != nil {
		return err
	}
	if _, err := t.answer(ctx, asked{n.anke, "freigabe", said, 1}, &room{encrypted: true}, begin, []string{"Freigegeben"}); err != nil {
		return err
	}
	post, err := t.digested(ctx, n.secret.id, mark, "Fahrdienst")
	if err != nil {
		return t.missing(ctx, err, "the digest is posted in %s", n.secret.name)
	}
	if t.right(ctx, post, true, "Digest", "· Austausch", "380 €", "matrix.to") {
		t.ok("posted in %s, encrypted, every line with a link to its source", n.secret.name)
	}
	return nil
}

// digested waits for a text of the bot's that is no answer, as Anke gets it.
func (t *story) digested(ctx context.Context, in id.RoomID, from int, words string) (*event.Event, error) {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	return t.n.anke.WaitFrom(wait, from, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && evt.RoomID == in && evt.Sender == t.n.buffet && c.MsgType == event.MsgText && strings.Contains(c.Body, words)
	})
}
