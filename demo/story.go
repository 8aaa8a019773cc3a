package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/schedule"
)

const (
	// patience is how long a step may take before it counts as failed.
	patience = 15 * time.Second
	// A coming full minute is waited for if it is this near; less than soonest
	// and the bot would not have moved in by then.
	soonest, latest = 3 * time.Second, 6 * time.Second
)

// story is what happens in the network, every step of it checked.
type story struct {
	*screen
	n     *network
	all   *watcher // Anke's, for both rooms and her direct chats
	aside *watcher // Dilara's, for her direct chats

	slot  time.Time // when the announcement is due
	near  bool      // that was still to come when the bot started
	asked []asked

	question id.EventID // Ben's, in the encrypted room
	alone    id.RoomID  // Anke's direct chat
}

// asked is something said, and how often the bot was to answer.
type asked struct {
	who     *matrixtest.Member
	what    string
	event   id.EventID
	answers int
}

func newStory(s *screen, n *network) *story {
	s.zone = n.zone
	return &story{screen: s, n: n, all: newWatcher(s, n.anke, false, n.plain, n.secret), aside: newWatcher(s, n.dilara, true, n.plain, n.secret)}
}

func (t *story) watchers() []*watcher { return []*watcher{t.all, t.aside} }

// tell plays the story. An error ends it; a check that fails does not.
func (t *story) tell(ctx context.Context) error {
	for _, part := range []func(context.Context) error{t.moveIn, t.arrive, t.announce, t.membersAsk, t.gather, t.organiserPlans, t.sumUp, t.directChat, t.count} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// moveIn gets the bot ready as an operator would.
func (t *story) moveIn(ctx context.Context) error {
	t.ok("homeserver %s (Dendrite), with accounts for the bot, the organiser Anke and the members Ben, Chris and Dilara", t.n.server.URL)
	t.ok("network “%s”: room %s, and room %s, which is encrypted", networkName, t.n.plain.name, t.n.secret.name)
	if err := t.n.configure(time.Time{}); err != nil {
		return err
	}
	said, err := t.n.bot.call(ctx, "login", "--recovery-key-file", t.n.bot.config+".recovery")
	if err != nil {
		return err
	}
	lines := strings.Split(said, "\n")
	t.ok("buffet login: %s", lines[len(lines)-1])
	said, err = t.n.importProgramme(ctx, time.Now())
	if err != nil {
		return err
	}
	if summary := allNew.FindString(said); summary != "" {
		t.ok("buffet import demo/angebote.ics, its dates moved to the present: %s", summary)
	} else {
		t.fail("expected that the import brings 15 new offers, but it says: %s", said)
	}
	return nil
}

// allNew is the line that sums an import up.
var allNew = regexp.MustCompile(`(?m)^15 \pL+, 0 .*$`)

// arrive starts the bot and sees that it introduces itself.
func (t *story) arrive(ctx context.Context) error {
	t.chapter("The bot comes in")
	// The full minute that has just passed, or the coming one if it is near.
	now := time.Now()
	t.slot = now.Truncate(time.Minute)
	if next := t.slot.Add(time.Minute); next.Sub(now) > soonest && next.Sub(now) <= latest {
		t.slot, t.near = next, true
	}
	if err := t.n.configure(t.slot); err != nil {
		return err
	}
	if err := t.n.bot.start(); err != nil {
		return err
	}
	for _, r := range []*room{t.n.plain, t.n.secret} {
		evt, err := t.fromBot(ctx, t.n.ben, r.id, event.MsgNotice)
		if err != nil {
			return t.missing(ctx, err, "the bot introduces itself in %s", r.name)
		}
		if t.right(ctx, evt, r.encrypted, networkName, "!angebote") {
			t.ok("it introduces itself in %s%s", r.name, sealed(r.encrypted))
		}
	}
	return nil
}

func sealed(encrypted bool) string {
	if encrypted {
		return ", encrypted from its first word and from a device that members can trust"
	}
	return ""
}

// announce lets the schedule fire.
func (t *story) announce(ctx context.Context) error {
	t.chapter("The announcement")
	clock := t.slot.In(t.n.zone).Format("15:04")
	if t.slot.After(time.Now()) {
		t.say("The config says %s, every day. That is in %d seconds.", clock, int(time.Until(t.slot).Seconds())+1)
	} else {
		was := "no bot was running then, for the demo had only begun"
		if t.near {
			was = "but the bot was still moving in"
		}
		t.say("The config says %s, every day; %s. Instead of waiting for tomorrow, the demo stops the bot, "+
			"writes into its database that today's announcement is still due, and starts it again: "+
			"the bot finds that it was down at %s, and makes up for it.", clock, was, clock)
		if err := t.n.bot.stop(); err != nil {
			return err
		}
		if err := t.n.owe(ctx, schedule.Announcement, t.slot); err != nil {
			return err
		}
		if err := t.n.bot.start(); err != nil {
			return err
		}
	}
	for _, r := range []*room{t.n.plain, t.n.secret} {
		evt, err := t.fromBot(ctx, t.n.ben, r.id, event.MsgText)
		if err != nil {
			return t.missing(ctx, err, "the offers are announced in %s", r.name)
		}
		if evt.Mautrix.ReceivedAt.Before(t.slot) {
			t.fail("expected that %s gets the announcement at %s, not before", r.name, clock)
		}
		body := evt.Content.AsMessage().Body
		if found := len(numbered.FindAllString(body, -1)); found < 5 {
			t.fail("expected that the announcement shows at least 5 offers, not %d", found)
		} else if t.right(ctx, evt, r.encrypted, "Das Buffet", "!angebote") {
			t.ok("announced in %s%s, due %s", r.name, map[bool]string{true: ", encrypted"}[r.encrypted], clock)
		}
	}
	return nil
}

// numbered is an offer in a list: "12 · Do, 3. Dez, 14:00 Uhr · Title".
var numbered = regexp.MustCompile(`(?m)^(\d+) · .*$`)

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

// file waits for the calendar file that comes with an answer.
func (t *story) file(ctx context.Context, who *matrixtest.Member, in *room, answer *event.Event, want ...string) error {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	to := answer.Content.AsMessage().RelatesTo.GetReplyTo()
	evt, err := who.WaitFrom(wait, 0, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && c.MsgType == event.MsgFile && c.RelatesTo.GetReplyTo() == to
	})
	if err != nil {
		return t.missing(ctx, err, "the offer comes with a file")
	}
	c := evt.Content.AsMessage()
	if t.right(ctx, evt, in.encrypted, want...) && c.GetInfo().MimeType == "text/calendar" && (c.File != nil) == in.encrypted {
		t.ok("with it %s for the calendar, %d bytes%s", c.GetFileName(), c.GetInfo().Size, map[bool]string{true: ", encrypted"}[in.encrypted])
	} else {
		t.fail("expected a calendar file that is encrypted as its room is, not %s", c.GetFileName())
	}
	return nil
}

// count sees at the end that everything was said once and nothing twice.
func (t *story) count(ctx context.Context) error {
	t.chapter("Counted")
	failed := t.failures()
	t.say("One more question in each room: the bot works in order, so what it would say twice has come before the answer.")
	last := map[*room]string{t.n.plain: "heute", t.n.secret: "morgen"}
	for _, r := range []*room{t.n.plain, t.n.secret} {
		if _, err := t.ask(ctx, t.n.chris, r, "!angebote "+last[r], last[r]); err != nil {
			return err
		}
		posts, digests := 0, 0
		for _, evt := range t.n.ben.Messages(r.id) {
			if evt.Sender == t.n.buffet && evt.Content.AsMessage().MsgType == event.MsgText {
				if strings.HasPrefix(evt.Content.AsMessage().Body, "Digest") {
					digests++
				} else {
					posts++
				}
			}
			if evt.Sender == t.n.buffet && evt.Mautrix.WasEncrypted != r.encrypted {
				t.fail("expected that all that the bot says in %s is encrypted or not as the room is", r.name)
			}
		}
		if posts != 1 {
			t.fail("expected exactly one announcement in %s, not %d", r.name, posts)
		}
		if want := map[bool]int{true: 1}[r == t.n.secret]; digests != want {
			t.fail("expected %d digests in %s, not %d", want, r.name, digests)
		}
	}
	for _, a := range t.asked {
		if got := t.answers(a); got != a.answers {
			t.fail("expected %d answers to “%s”, not %d", a.answers, a.what, got)
		}
	}
	if t.failures() == failed {
		t.ok("one announcement per room, one digest where it was released, one answer per question, none to what was not meant for the bot, all in Austausch encrypted")
	}
	return nil
}

// answers counts them; the file that comes with one is a part of it.
func (t *story) answers(a asked) (count int) {
	for _, evt := range a.who.Events() {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		if ok && evt.Sender == t.n.buffet && c.RelatesTo.GetReplyTo() == a.event && c.MsgType != event.MsgFile {
			count++
		}
	}
	return count
}

// ask says something and checks the bot's answer.
func (t *story) ask(ctx context.Context, who *matrixtest.Member, in *room, text string, want ...string) (*event.Event, error) {
	begin := time.Now()
	said, err := who.Send(ctx, in.id, text)
	if err != nil {
		return nil, err
	}
	return t.answer(ctx, asked{who, text, said, 1}, in, begin, want)
}

// mention calls the bot by its name.
func (t *story) mention(ctx context.Context, who *matrixtest.Member, in *room, text string, want ...string) error {
	begin := time.Now()
	said, err := who.Mention(ctx, in.id, t.n.buffet, text)
	if err != nil {
		return err
	}
	_, err = t.answer(ctx, asked{who, text, said, 1}, in, begin, want)
	return err
}

// chat says something that the bot is not to answer.
func (t *story) chat(ctx context.Context, who *matrixtest.Member, in *room, text string) error {
	said, err := who.Send(ctx, in.id, text)
	if err != nil {
		return err
	}
	t.asked = append(t.asked, asked{who, text, said, 0})
	return t.all.wait(ctx, said)
}

func (t *story) answer(ctx context.Context, a asked, in *room, begin time.Time, want []string) (*event.Event, error) {
	t.asked = append(t.asked, a)
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	evt, err := a.who.WaitReply(wait, a.event)
	if err != nil {
		return nil, t.missing(ctx, err, "the bot answers “%s”", a.what)
	}
	if evt.Content.AsMessage().MsgType != event.MsgNotice {
		t.fail("expected that an answer is a notice, not %s", evt.Content.AsMessage().MsgType)
	}
	if t.right(ctx, evt, in.encrypted, want...) {
		took := evt.Mautrix.ReceivedAt.Sub(begin).Round(time.Millisecond)
		t.ok("answered after %s%s", took, map[bool]string{true: ", encrypted"}[in.encrypted])
	}
	return evt, nil
}

// fromBot waits for the bot's first message of that type in a room; "" is any.
func (t *story) fromBot(ctx context.Context, who *matrixtest.Member, in id.RoomID, kind event.MessageType) (*event.Event, error) {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	return who.WaitFrom(wait, 0, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && evt.RoomID == in && evt.Sender == t.n.buffet && (kind == "" || c.MsgType == kind)
	})
}

// right checks a message of the bot, once it has been printed.
func (t *story) right(ctx context.Context, evt *event.Event, encrypted bool, want ...string) bool {
	failed := t.failures()
	by := t.all
	if !slices.ContainsFunc(t.all.member.Events(), func(e *event.Event) bool { return e.RoomID == evt.RoomID }) {
		by = t.aside
	}
	if err := by.wait(ctx, evt.ID); err != nil {
		t.fail("expected that %s sees it, too: %v", by.member.Name, err)
	}
	c := evt.Content.AsMessage()
	for _, w := range want {
		if !strings.Contains(c.Body, w) {
			t.fail("expected “%s” in it", w)
		}
	}
	if encrypted != evt.Mautrix.WasEncrypted {
		t.fail("expected it to be encrypted: %v, but that is %v", encrypted, evt.Mautrix.WasEncrypted)
	}
	if encrypted && evt.Mautrix.TrustState < id.TrustStateCrossSignedTOFU {
		t.fail("expected it from a device that its owner has signed, not one that is %s", evt.Mautrix.TrustState)
	}
	if evt.Sender != t.n.buffet {
		t.fail("expected it from the bot, not from %s", evt.Sender)
	}
	if c.Mentions == nil || len(c.Mentions.UserIDs) > 0 || c.Mentions.Room {
		t.fail("expected that it mentions nobody, and says so")
	}
	return t.failures() == failed
}

// missing is a step that did not come in time: the story goes no further.
func (t *story) missing(ctx context.Context, err error, what string, args ...any) error {
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("expected that "+what+" within %s", append(args, patience)...)
}

// invite says how to come in.
func (t *story) invite() {
	n := t.n
	t.chapter("Come in")
	t.say("All of this goes on until Ctrl-C, and then it is gone. Sign in with any Matrix client on this machine:")
	t.say("")
	t.say("  homeserver  %s", n.server.URL)
	t.say("  user        anke (organiser), ben, chris or dilara")
	t.say("  password    %s", password)
	t.say("  rooms       #%s:%s and #%s:%s", n.plain.alias, n.server.Name, n.secret.alias, n.server.Name)
	t.say("")
	t.say("Then type !angebote or !hilfe, or write to @buffet:%s. A device that is new cannot read what was said in the encrypted room "+
		"before it came; it can read all that is said from now on.", n.server.Name)
	t.say("The bot's config and log: %s, %s", n.bot.config, n.bot.log)
}
