package bot

import (
	"context"
	"encoding/json"
	"errors"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// The contents of inbox rows that gathering is made of.
type (
	reacted struct {
		Sign   string     `json:"sign"`
		Target id.EventID `json:"target"`
	}
	redacted struct {
		Target id.EventID `json:"target"`
	}
	edited struct {
		Target id.EventID `json:"target"`
		Text   string     `json:"text"`
		Only   bool       `json:"only,omitempty"` // that it was edited, not what it says now
	}
	replied struct {
		Thread  id.EventID `json:"thread,omitempty"`
		ReplyTo id.EventID `json:"reply_to,omitempty"`
		Text    string     `json:"text"`
	}
)

// What reactions in a room mean, without variation selectors.
const (
	signQuestion   = "❓"
	signExperience = "📌"
	signSolved     = "✅"
	signQuiet      = "👎"
	signNo         = "❌"
)

// reaction keeps a reaction that may mean something to us.
func (b *Bot) reaction(ctx context.Context, room store.Room, in *store.Incoming, evt *event.Event) (*store.Incoming, error) {
	if evt.Content.ParseRaw(event.EventReaction) != nil && evt.Content.Parsed == nil {
		return nil, nil
	}
	c, ok := evt.Content.Parsed.(*event.ReactionEventContent)
	if !ok || c.RelatesTo.EventID == "" {
		return nil, nil
	}
	sign := knowledge.Sign(c.RelatesTo.Key)
	known := sign == signQuestion || sign == signExperience || sign == signSolved || sign == signQuiet || sign == signNo
	if room.Direct != "" {
		known = knowledge.ChoiceOfSign(sign) != "" || sign == digest.Release
	}
	if !known && onPosts(sign) {
		var err error // they are common: only those on what we wrote are kept
		if known, err = b.Store.WroteEvent(ctx, c.RelatesTo.EventID); err != nil {
			return nil, err
		}
	}
	if !known {
		return nil, nil
	}
	return keepAs(in, store.InReaction, reacted{Sign: sign, Target: c.RelatesTo.EventID}), nil
}

func keepAs(in *store.Incoming, kind string, content any) *store.Incoming {
	raw, err := json.Marshal(content)
	if err != nil {
		return nil
	}
	in.Kind, in.Content = kind, string(raw)
	return in
}

func (b *Bot) redaction(in *store.Incoming, evt *event.Event) *store.Incoming {
	target := evt.Redacts
	if target == "" {
		s, _ := evt.Content.Raw["redacts"].(string) // room version 11 and later
		target = id.EventID(s)
	}
	if target == "" {
		return nil
	}
	return keepAs(in, store.InRedaction, redacted{Target: target})
}

// edit keeps an edit of a gathered message, or of one that an answer of ours
// rests on or is about to. pending is whether something in that room waits to
// be handled, which may gather it; what a doubtful device says is not kept.
func (b *Bot) edit(ctx context.Context, in *store.Incoming, c *event.MessageEventContent, a commands.Incoming, pending, unsure bool) (*store.Incoming, error) {
	target := c.RelatesTo.GetReplaceID()
	only, err := b.editOfSource(ctx, in, target)
	if err != nil {
		return nil, err
	}
	list, err := store.ContributionsOf(ctx, b.Store.Reader(), target)
	if err != nil || c.NewContent == nil {
		return nil, err
	}
	if !unsure && (len(list) > 0 || pending) {
		a.Body, a.HTML = c.NewContent.Body, c.NewContent.FormattedBody
		return keepAs(in, store.InEdit, edited{Target: target, Text: knowledge.Clip(commands.Given(a))}), nil
	}
	return only, nil
}

// editOfSource keeps that a message was edited, whatever it says now, if an
// answer of ours rests on it or is about to.
func (b *Bot) editOfSource(ctx context.Context, in *store.Incoming, target id.EventID) (*store.Incoming, error) {
	read := b.talks.beingRead(in.Room) // before the source is looked for: the answer may be on its way
	source, err := store.IsDigestSource(ctx, b.Store.Reader(), target, in.Sender)
	if err != nil || !source && !read {
		return nil, err
	}
	return keepAs(in, store.InEdit, edited{Target: target, Only: true}), nil
}

// unaddressed looks at a message that is not for us: it may answer a gathered
// question, or what people take along from a date, or plainly be a question in a
// room that wants these recognised.
func (b *Bot) unaddressed(ctx context.Context, room store.Room, in *store.Incoming, c *event.MessageEventContent, pending bool) (*store.Incoming, error) {
	r := replied{Thread: c.RelatesTo.GetThreadParent(), ReplyTo: c.RelatesTo.GetNonFallbackReplyTo()}
	if r.Thread != "" || r.ReplyTo != "" {
		if !pending {
			_, err := b.questionOf(ctx, b.Store.Reader(), r)
			if errors.Is(err, store.ErrNotFound) {
				_, err = afterwordOf(ctx, b.Store.Reader(), room.ID, r, in.Sent)
			}
			if errors.Is(err, store.ErrNotFound) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
		}
		c.RemoveReplyFallback()
		r.Text = knowledge.Clip(c.Body)
		return keepAs(in, store.InReply, r), nil
	}
	if on, err := store.Setting(ctx, b.Store.Reader(), room.ID, store.SetDetect); err != nil || on != store.On || !lang.IsQuestion(c.Body) {
		return nil, err
	}
	if c.Mentions != nil && len(c.Mentions.UserIDs) > 0 {
		return nil, nil // to one person
	}
	return keepAs(in, store.InNoticed, struct{}{}), nil // its text is not kept: its author has not said yes
}

// questionOf is the question that a reply answers, or store.ErrNotFound.
func (b *Bot) questionOf(ctx context.Context, q store.Querier, r replied) (store.Contribution, error) {
	if r.Thread != "" {
		if c, err := store.QuestionOfThread(ctx, q, r.Thread); !errors.Is(err, store.ErrNotFound) {
			return c, err
		}
	}
	list, err := store.ContributionsOf(ctx, q, r.ReplyTo)
	if err != nil {
		return store.Contribution{}, err
	}
	for _, c := range list {
		if c.Kind == store.Question {
			return c, nil
		}
	}
	return store.Contribution{}, store.ErrNotFound
}

// place is where something is gathered; not ok outside of our networks.
func (b *Bot) place(room store.Room) (knowledge.Place, bool) {
	n := b.Network(room.Network)
	if n == nil {
		return knowledge.Place{}, false
	}
	return knowledge.Place{Network: n.Name, Lang: n.Lang, Prefix: commands.ShownPrefix(n.Prefix), Room: room.ID}, true
}

// PlaceOf is the place that a room is for gathering; not ok if the bot is not
// in it, or its network is not configured any more.
func (b *Bot) PlaceOf(ctx context.Context, q store.Querier, room id.RoomID) (knowledge.Place, bool, error) {
	r, err := store.RoomIn(ctx, q, room)
	if errors.Is(err, store.ErrNotFound) {
		return knowledge.Place{}, false, nil
	} else if err != nil {
		return knowledge.Place{}, false, err
	}
	p, ok := b.place(r)
	return p, ok && !r.Joined.IsZero(), nil
}
