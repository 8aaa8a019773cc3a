package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// twinMark stands before the id of a message whose word does what a reaction
// would do; the mark is the message's.
const twinMark = "twin/"

// twin keeps a word that stands for a reaction as that reaction.
func (b *Bot) twin(ctx context.Context, tx *store.Tx, in store.Incoming, reply *commands.Reply) error {
	as := store.Incoming{Event: twinMark + in.Event, Room: in.Room, Sender: in.Sender, Sent: in.Sent}
	return tx.Keep(ctx, *keepAs(&as, store.InReaction, reacted{Sign: reply.Mark, Target: reply.MarkOn}), time.Now())
}

// marking handles a reaction.
func (b *Bot) marking(ctx context.Context, in store.Incoming) error {
	in.Event = id.EventID(strings.TrimPrefix(in.Event.String(), twinMark))
	var r reacted
	room, err := b.Store.Room(ctx, in.Room)
	if bad := json.Unmarshal([]byte(in.Content), &r); bad != nil || errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	post, which, err := b.postOf(ctx, in, r.Target)
	if err != nil {
		return err
	}
	asks, err := b.asksForYes(ctx, r.Target)
	if err != nil {
		return err
	}
	if post == "" && !asks && room.Direct == "" && onPosts(r.Sign) {
		return b.tick(ctx, in, nil) // on something else that we said
	}
	if !b.marks.allow(in, time.Now()) {
		return b.tick(ctx, in, func(tx *store.Tx) error { return b.tellFlood(ctx, tx, room, in) })
	}
	if asks {
		return b.answered(ctx, in, r)
	}
	switch {
	case room.Direct != "" && r.Sign == digest.Release:
		return b.released(ctx, in, r)
	case which && r.Sign == offers.SignAlarm:
		return b.alarm(ctx, in, post)
	case which && offers.MeansComing(r.Sign):
		return b.comes(ctx, in, post, r.Sign)
	case room.Direct != "":
		return b.chosen(ctx, in, r)
	}
	p, ok := b.place(room)
	if !ok {
		return b.tick(ctx, in, nil)
	}
	switch r.Sign {
	case signQuestion:
		return b.gather(ctx, in, p, store.Question, r.Target)
	case signExperience:
		return b.gather(ctx, in, p, store.Experience, r.Target)
	case signSolved:
		return b.solve(ctx, in, p, r.Target)
	}
	switch {
	case post != "" && offers.MeansComing(r.Sign):
		return b.comes(ctx, in, post, r.Sign)
	case post != "" && r.Sign == offers.SignAlarm:
		return b.alarm(ctx, in, post)
	default:
		return b.quieter(ctx, in, r)
	}
}

// quieter handles 👎 on a hint.
func (b *Bot) quieter(ctx context.Context, in store.Incoming, r reacted) error {
	return b.tick(ctx, in, func(tx *store.Tx) error {
		key, err := store.KeyOf(ctx, tx, r.Target)
		if err != nil || !strings.HasPrefix(key, knowledge.HintPrefix) {
			return store.Ignore(err)
		}
		_, err = tx.AddMark(ctx, store.Mark{Event: in.Event, Room: in.Room, Sender: in.Sender, What: store.MarkQuiet, At: time.Now()})
		return err
	})
}

// tellFlood tells a person, once a day, that we do not follow any more.
func (b *Bot) tellFlood(ctx context.Context, tx *store.Tx, room store.Room, in store.Incoming) error {
	now := time.Now()
	key := "flood/" + tx.HashPerson(in.Sender) + "/" + now.UTC().Format(time.DateOnly)
	first, err := tx.Tell(ctx, key, now)
	if err != nil || !first {
		return err
	}
	text := b.Phrases.Text(b.langOf(ctx, room.ID), "know_flood")
	_, err = tx.Send(ctx, store.Message{Key: key, User: in.Sender, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, now)
	return err
}

// chosen handles a reaction in a direct chat: an answer to who may see it.
func (b *Bot) chosen(ctx context.Context, in store.Incoming, r reacted) error {
	if knowledge.ChoiceOfSign(r.Sign) == "" {
		return b.tick(ctx, in, nil)
	}
	language := b.directLang(ctx, in.Sender)
	return b.tick(ctx, in, func(tx *store.Tx) error {
		key, err := store.KeyOf(ctx, tx, r.Target)
		if err != nil {
			return store.Ignore(err)
		}
		now := time.Now()
		text, err := b.keeper().Choose(ctx, tx, language, key, in.Sender, []knowledge.Choice{knowledge.ChoiceOfSign(r.Sign)}, in.Event, now)
		if err != nil || text == nil {
			return err
		}
		_, err = tx.Send(ctx, store.Message{Key: "chosen/" + in.Event.String(), Room: in.Room, Plain: text.Plain(), HTML: text.HTML(), Notice: true}, now)
		return err
	})
}

func (b *Bot) keeper() *knowledge.Keeper { return &knowledge.Keeper{Phrases: b.Phrases} }

// directLang is the language to speak with a person in a direct chat.
func (b *Bot) directLang(ctx context.Context, user id.UserID) string {
	if list, err := b.sharedNetworks(ctx, user); err == nil && len(list) > 0 {
		return list[0].Lang
	}
	return lang.German
}

// gather keeps the message that a reaction stands on, with the replies it has
// already. What cannot be read is not gathered.
func (b *Bot) gather(ctx context.Context, in store.Incoming, p knowledge.Place, kind string, target id.EventID) error {
	said, err := b.readMessage(ctx, in.Room, target)
	if errors.Is(err, errUnreadable) || err == nil && !said.Trusted {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	var replies []Said
	if kind == store.Question {
		if replies, err = b.readReplies(ctx, in.Room, target); err != nil {
			return err
		}
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		now := time.Now()
		c, fresh, err := b.keeper().Gather(ctx, tx, p, kind, b.given(*said, p), in.Sender, in.Event, now)
		if err != nil || !fresh {
			return err
		}
		for _, r := range replies {
			if !r.Trusted {
				continue
			}
			if err := b.keeper().Answer(ctx, tx, p, c.ID, b.given(r, p), now); err != nil {
				return err
			}
		}
		if kind != store.Question {
			return nil
		}
		return b.keeper().Hint(ctx, tx, p, c, now)
	})
}

// given is a message as gathering takes it: of a command only what it gives.
func (b *Bot) given(s Said, p knowledge.Place) knowledge.Said {
	a := commands.Incoming{Body: s.Text, Me: b.Account.Client.UserID, MyName: b.myName(), Prefix: b.Network(p.Network).Prefix}
	return knowledge.Said{Event: s.Event, Thread: s.Thread, Author: s.Author, Text: commands.Given(a), Sent: s.Sent}
}

// solve handles ✅ on a question or on a reply in its thread.
func (b *Bot) solve(ctx context.Context, in store.Incoming, p knowledge.Place, target id.EventID) error {
	q, reply, err := b.solved(ctx, in.Room, p, target)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, errUnreadable) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	organiser, err := b.isOrganiser(ctx, b.Network(p.Network), in.Room, in.Sender)
	if err != nil {
		return err
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		_, err := b.keeper().Close(ctx, tx, p, q.ID, in.Sender, organiser, in.Event, reply, time.Now())
		return store.Ignore(err)
	})
}

func (b *Bot) solved(ctx context.Context, room id.RoomID, p knowledge.Place, target id.EventID) (q store.Contribution, reply *knowledge.Said, err error) {
	list, err := store.ContributionsOf(ctx, b.Store.Reader(), target)
	if err != nil {
		return q, nil, err
	}
	for _, c := range list {
		switch {
		case c.Room != room:
		case c.Kind == store.Question:
			return c, nil, nil
		case c.Kind == store.Answer && c.Question != 0:
			q, err = store.ContributionByID(ctx, b.Store.Reader(), c.Question)
			return q, nil, err
		}
	}
	said, err := b.readMessage(ctx, room, target)
	if err != nil {
		return q, nil, err
	}
	if q, err = b.questionOf(ctx, b.Store.Reader(), replied{Thread: said.Thread, ReplyTo: said.ReplyTo}); err != nil {
		return q, nil, err
	}
	if !said.Trusted || q.Room != room {
		return q, nil, store.ErrNotFound
	}
	given := b.given(*said, p)
	return q, &given, nil
}

// reply handles a reply that may answer a gathered question, or what people
// take along from a date.
func (b *Bot) reply(ctx context.Context, in store.Incoming) error {
	var r replied
	room, err := b.Store.Room(ctx, in.Room)
	if bad := json.Unmarshal([]byte(in.Content), &r); bad != nil || errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	p, ok := b.place(room)
	if !ok {
		return b.tick(ctx, in, nil)
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		q, err := b.questionOf(ctx, tx, r)
		if errors.Is(err, store.ErrNotFound) {
			return b.takeAlong(ctx, tx, in, p, r)
		}
		if err != nil || q.Room != in.Room {
			return err
		}
		said := knowledge.Said{Event: in.Event, Thread: r.Thread, Author: in.Sender, Text: r.Text, Sent: in.Sent}
		return b.keeper().Answer(ctx, tx, p, q.ID, said, time.Now())
	})
}

// amend handles an edit.
func (b *Bot) amend(ctx context.Context, in store.Incoming) error {
	var e edited
	if err := json.Unmarshal([]byte(in.Content), &e); err != nil {
		return b.tick(ctx, in, nil)
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		if source, err := store.IsDigestSource(ctx, tx, e.Target, in.Sender); err != nil {
			return err
		} else if source {
			if err := tx.VoidEvent(ctx, in.Room, e.Target); err != nil {
				return err
			}
		}
		if e.Only {
			return nil
		}
		return b.keeper().Edit(ctx, tx, in.Room, e.Target, in.Sender, e.Text, time.Now())
	})
}

// noticed puts ❓ under what is plainly a question; its author's tap keeps it.
func (b *Bot) noticed(ctx context.Context, in store.Incoming) error {
	return b.tick(ctx, in, func(tx *store.Tx) error {
		if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(in.Sender)); err != nil || gone {
			return err
		}
		_, err := tx.Send(ctx, store.Message{Key: "noticed/" + in.Event.String(), Room: in.Room, ReplyTo: in.Event, Reaction: signQuestion}, time.Now())
		return err
	})
}
