package main

import (
	"context"
	"regexp"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

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
	english  *room      // Dilara's
}

func newStory(s *screen, n *network) *story {
	s.zone = n.zone
	return &story{screen: s, n: n, all: newWatcher(s, n.anke, false, n.plain, n.secret), aside: newWatcher(s, n.dilara, true, n.plain, n.secret)}
}

func (t *story) watchers() []*watcher { return []*watcher{t.all, t.aside} }

// tell plays the story. An error ends it; a check that fails does not.
func (t *story) tell(ctx context.Context) error {
	for _, part := range []func(context.Context) error{t.moveIn, t.arrive, t.announce, t.membersAsk, t.gather, t.organiserPlans, t.sumUp, t.directChat, t.bring, t.count} {
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
		if found := len(seated.FindAllString(body, -1)); found < 5 {
			t.fail("expected that the announcement shows at least 5 offers, not %d", found)
		} else if t.right(ctx, evt, r.encrypted, "Das Buffet", "!angebote") {
			t.ok("announced in %s%s, due %s", r.name, map[bool]string{true: ", encrypted"}[r.encrypted], clock)
		}
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
