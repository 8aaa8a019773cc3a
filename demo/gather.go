package main

import (
	"context"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// gather lets members ask, answer, keep and find.
func (t *story) gather(ctx context.Context) error {
	t.chapter("What members know")
	n := t.n
	question, err := t.give(ctx, n.ben, n.secret, "!frage Wer hat Erfahrung mit einem Fahrdienst für ältere Menschen?")
	if err != nil {
		return err
	}
	t.question = question
	if err := t.consent(ctx, n.ben, "Fahrdienst"); err != nil {
		return err
	}
	answer, err := n.chris.ThreadReply(ctx, n.secret.id, question, "Wir fahren seit zwei Jahren mit Ehrenamtlichen, zwei Kleinbusse reichen.")
	if err != nil {
		return err
	}
	if err := t.all.wait(ctx, answer); err != nil {
		return err
	}
	if _, err := t.ask(ctx, n.dilara, n.secret, "!suche fahrdienste für senioren", "Frage F1", "Fahrdienst", "Kleinbusse", "matrix.to"); err != nil {
		return err
	}
	told, err := n.dilara.Send(ctx, n.plain.id, "Unser Tipp: die Tafel hat uns beim ersten Bus geholfen.")
	if err != nil {
		return err
	}
	if _, err := n.anke.React(ctx, n.plain.id, told, "📌"); err != nil {
		return err
	}
	if err := t.reacted(ctx, n.anke, told, "📝"); err != nil {
		return err
	}
	t.ok("Anke kept Dilara's message with 📌; Dilara is asked who may find it")
	// The two rooms see their own only: nothing was widened.
	if _, err := t.ask(ctx, n.ben, n.plain, "!suche kleinbusse", "nichts gefunden"); err != nil {
		return err
	}
	_, err = t.ask(ctx, n.chris, n.secret, "!offen", "Keine offene Frage")
	return err
}

// give says something that is to be kept, and waits for the sign that it is.
func (t *story) give(ctx context.Context, who *matrixtest.Member, in *room, text string) (id.EventID, error) {
	said, err := who.Send(ctx, in.id, text)
	if err != nil {
		return "", err
	}
	if err := t.all.wait(ctx, said); err != nil {
		return "", err
	}
	if err := t.reacted(ctx, who, said, "📝"); err != nil {
		return "", err
	}
	t.ok("kept: 📝")
	return said, nil
}

func (t *story) reacted(ctx context.Context, who *matrixtest.Member, to id.EventID, sign string) error {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	_, err := who.WaitFrom(wait, 0, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.ReactionEventContent)
		return ok && evt.Sender == t.n.buffet && c.RelatesTo.EventID == to && c.RelatesTo.Key == sign
	})
	if err != nil {
		return t.missing(ctx, err, "the bot puts %s under it", sign)
	}
	return nil
}

// consent waits for the question who may see it, in an encrypted direct chat.
func (t *story) consent(ctx context.Context, who *matrixtest.Member, about string) error {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	invite, err := who.WaitFrom(wait, 0, func(evt *event.Event) bool {
		return evt.Type == event.StateMember && evt.GetStateKey() == who.UserID.String() && evt.Sender == t.n.buffet &&
			evt.Content.AsMember().Membership == event.MembershipInvite
	})
	if err != nil {
		return t.missing(ctx, err, "the bot opens a direct chat with %s", who.Name)
	}
	if _, err := who.Join(ctx, invite.RoomID.String()); err != nil {
		return err
	}
	evt, err := t.fromBot(ctx, who, invite.RoomID, event.MsgText)
	if err != nil {
		return t.missing(ctx, err, "the bot asks %s who may see it", who.Name)
	}
	if !evt.Mautrix.WasEncrypted {
		t.fail("expected that the direct chat is encrypted")
	}
	t.message(evt.Mautrix.ReceivedAt, "direct chat of "+shownName(who.UserID), shownName(evt.Sender), "", evt.Content.AsMessage().Body, evt.Mautrix.WasEncrypted)
	t.ok("asked in an encrypted direct chat who may find what is said about %s; no answer: only the room", about)
	return nil
}
