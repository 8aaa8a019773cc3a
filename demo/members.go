package main

import (
	"context"
	"regexp"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// numbered is an offer in a list: "12 · Do, 3. Dez, 14:00 Uhr · Title".
var numbered = regexp.MustCompile(`(?m)^(\d+) · .*$`)

// seated is an offer in an announcement: "1️⃣ Nr. 12 · Do, 3. Dez, ...".
var seated = regexp.MustCompile(`(?m)^\S+ Nr\. \d+ · .*$`)

// numberOf finds an offer in a list that the bot has sent.
func (t *story) numberOf(list *event.Event, title string) string {
	for _, m := range numbered.FindAllStringSubmatch(list.Content.AsMessage().Body, -1) {
		if strings.Contains(m[0], title) {
			return m[1]
		}
	}
	t.fail("expected that the list shows “%s” with its number", title)
	return "1"
}

func (t *story) membersAsk(ctx context.Context) error {
	t.chapter("Members ask")
	n := t.n
	if _, err := t.ask(ctx, n.ben, n.plain, "!angebote", "Angebote", "weitere"); err != nil {
		return err
	}
	const title = "Kollegiale Beratung"
	list, err := t.ask(ctx, n.chris, n.secret, "!angebote kollegiale", title)
	if err != nil {
		return err
	}
	offer, err := t.ask(ctx, n.chris, n.secret, "!angebot "+t.numberOf(list, title), title, "Donnerstag", "verlegt", "Lindenhof")
	if err != nil {
		return err
	}
	if err := t.file(ctx, n.chris, n.secret, offer, title); err != nil {
		return err
	}
	if err := t.mention(ctx, n.dilara, n.secret, "hilfe", "!angebote", "!hilfe"); err != nil {
		return err
	}
	if _, err := t.ask(ctx, n.chris, n.plain, "/offers 14 days exchange", "in den nächsten 14 Tagen", "Austausch", "Klausurtag"); err != nil {
		return err
	}
	if _, err := t.ask(ctx, n.ben, n.secret, "!angebtoe", "!angebote"); err != nil {
		return err
	}
	for _, talk := range []string{"Zum Digitalen Frühstück komme ich gern, wenn es wieder stattfindet.", "!wetter Musterstadt"} {
		if err := t.chat(ctx, n.dilara, n.plain, talk); err != nil {
			return err
		}
	}
	t.ok("not for the bot, so it keeps quiet (checked at the end)")
	return nil
}

func (t *story) organiserPlans(ctx context.Context) error {
	t.chapter("The organiser plans")
	n := t.n
	const plan = "!plan ankuendigung mo 9:00"
	if _, err := t.ask(ctx, n.ben, n.plain, plan, n.anke.UserID.String()); err != nil {
		return err
	}
	if _, err := t.ask(ctx, n.anke, n.plain, plan, "montags", "09:00", "Nächster Lauf: Montag"); err != nil {
		return err
	}
	if _, err := t.ask(ctx, n.anke, n.secret, "!plan", t.slot.In(n.zone).Format("15:04"), "nächster Lauf"); err != nil {
		return err
	}
	return t.preview(ctx)
}

// preview asks for what concerns only the one who asks: the room sees ✅, the
// rest comes to a direct chat that the bot opens.
func (t *story) preview(ctx context.Context) error {
	n := t.n
	mark := len(n.anke.Events())
	said, err := n.anke.Send(ctx, n.plain.id, "!vorschau")
	if err != nil {
		return err
	}
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	invite, err := n.anke.WaitFrom(wait, mark, func(evt *event.Event) bool {
		return evt.Type == event.StateMember && evt.GetStateKey() == n.anke.UserID.String() &&
			evt.Content.AsMember().Membership == event.MembershipInvite
	})
	if err != nil {
		return t.missing(ctx, err, "the bot opens a direct chat with Anke")
	}
	t.alone = invite.RoomID
	if _, err := n.anke.Join(ctx, invite.RoomID.String()); err != nil {
		return err
	}
	evt, err := t.fromBot(ctx, n.anke, invite.RoomID, "")
	if err != nil {
		return t.missing(ctx, err, "the preview comes to Anke's direct chat")
	}
	tick, err := n.anke.WaitFrom(wait, mark, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.ReactionEventContent)
		return ok && evt.Sender == n.buffet && c.RelatesTo.EventID == said && c.RelatesTo.Key == "✅"
	})
	if err != nil {
		return t.missing(ctx, err, "the room sees ✅ under Anke's !vorschau")
	}
	if err := t.all.wait(wait, tick.ID); err != nil {
		return err
	}
	if t.right(ctx, evt, true, "Das Buffet") {
		t.ok("a preview for Anke alone, in an encrypted chat; the room sees ✅")
	}
	return nil
}

// directChat is a member who needs no prefix there, and writes English.
func (t *story) directChat(ctx context.Context) error {
	t.chapter("Alone with the bot")
	n := t.n
	chat := &room{name: "direct chat", encrypted: true}
	t.english = chat
	var err error
	chat.id, err = n.dilara.CreateRoom(ctx, matrixtest.RoomOptions{Encrypted: true, Direct: true, Invite: []id.UserID{n.buffet}})
	if err != nil {
		return err
	}
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	if err := n.dilara.WaitMember(wait, chat.id, n.buffet, event.MembershipJoin); err != nil {
		return t.missing(ctx, err, "the bot accepts Dilara's invitation")
	}
	const title = "Keeping a network alive"
	list, err := t.ask(ctx, n.dilara, chat, "offers month training", "in the next 30 days", "Training", title)
	if err != nil {
		return err
	}
	// An offer of another time zone says so, in the reader's time and in its own.
	offer, err := t.ask(ctx, n.dilara, chat, "offer "+t.numberOf(list, title), title, "America/New_York")
	if err != nil {
		return err
	}
	return t.file(ctx, n.dilara, chat, offer, title)
}
