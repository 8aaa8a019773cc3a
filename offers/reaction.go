package offers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"buffet/lang"
	"buffet/store"
)

const whichPrefix = "which/"

// Reaction is a person's reaction to an announcement, or to a question of ours
// about one.
type Reaction struct {
	Post string // outbox key of the announcement
	Sign string // without variation selectors and skin tones
	Coming
}

// React signs somebody up by a reaction and tells them in their direct chat:
// on a post with one date whatever means coming, with several its number; if it
// is not clear which is meant they are asked, once per post. v is for their
// direct chat.
func React(ctx context.Context, tx *store.Tx, v View, r Reaction) error {
	seats, err := seated(ctx, tx, r.Post)
	if err != nil || len(seats) == 0 {
		return err
	}
	date, ok := seats[SeatOfSign(r.Sign)]
	if SeatOfSign(r.Sign) == 0 {
		open, err := openSeats(ctx, tx, v, seats)
		if err != nil {
			return err
		}
		switch {
		case len(seats) == 1:
			date, ok = seats[slices.Collect(maps.Keys(seats))[0]], true
		case len(open) == 1: // the others are over or do not take place
			date, ok = seats[open[0].Seat], true
		case len(open) > 1:
			return askWhich(ctx, tx, v, r, open)
		}
	}
	if !ok {
		return nil
	}
	j, err := SignUp(ctx, tx, v, date.Offer, date.Key, r.Coming)
	if p, wrong := lang.AsProblem(err); wrong {
		if r.Sign == SignThumb && p.Key == "signup_over" {
			return nil // they only liked it
		}
		return refuse(ctx, tx, v, r.Coming, date, p)
	}
	if err != nil || !j.Fresh {
		return err
	}
	return confirm(ctx, tx, v, r.Coming, []*Joined{j})
}

// openSeats are the dates of a post that one can still sign up for, in order
// of their seats.
func openSeats(ctx context.Context, tx *store.Tx, v View, seats map[int]store.AnnouncementItem) (open []Item, err error) {
	for _, seat := range slices.Sorted(maps.Keys(seats)) {
		i, err := joinable(ctx, tx, v, seats[seat].Offer, seats[seat].Key)
		if _, wrong := lang.AsProblem(err); wrong {
			continue
		} else if err != nil {
			return nil, err
		}
		i.Seat = seat
		open = append(open, i)
	}
	return open, nil
}

// askWhich asks which of several dates one comes to.
func askWhich(ctx context.Context, tx *store.Tx, v View, r Reaction, open []Item) error {
	return tellWhich(ctx, tx, v, r, open, whichPrefix, "signup_which_post", func(t *lang.Text, i Item, next bool) {
		if sign := SeatSign(i.Seat); sign != "" {
			t.Raw(sign + " ")
		}
		t.Raw(v.when(i) + " · ").Bold(clip(i.Title, maxTitle)).Raw(" · ").Code(v.signUpWord(i, next))
	})
}

// tellWhich asks a person, once per post, which of several dates is meant; not
// those who want nothing stored. line is a date, which may be its offer's next.
func tellWhich(ctx context.Context, tx *store.Tx, v View, r Reaction, open []Item, prefix, head string, line func(t *lang.Text, i Item, next bool)) error {
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(r.User)); err != nil || gone {
		return err
	}
	t := new(lang.Text).Say(v.say(head))
	for _, i := range open {
		next, err := NextOpen(ctx, tx, i.Offer, v.Now)
		if err != nil {
			return err
		}
		line(t.Line(), i, next.Key.Equal(i.Key))
	}
	_, err := tx.Send(ctx, store.Message{Key: prefix + tx.HashPerson(r.User) + "/" + r.Post, User: r.User,
		Plain: t.Plain(), HTML: t.HTML(), IfThere: true}, v.Now)
	return err
}

// refuse tells somebody, once for each date, why they are not signed up.
func refuse(ctx context.Context, tx *store.Tx, v View, c Coming, date store.AnnouncementItem, p *lang.Problem) error {
	key := fmt.Sprintf("coming/%s/%d/%d/%s", p.Key, date.Offer, store.Millis(date.Key), tx.HashPerson(c.User))
	if p.Key == "signup_forgotten" {
		key = fmt.Sprintf("coming/%s/%s/%s", p.Key, tx.HashPerson(c.User), v.Now.UTC().Format(time.DateOnly))
	}
	t := v.Phrases.Text(v.Lang, p.Key, p.Values)
	_, err := tx.Send(ctx, store.Message{Key: key, User: c.User, Plain: t.Plain(), HTML: t.HTML(), IfThere: true}, v.Now)
	return err
}

// confirm tells somebody how they stand with what they signed up for, once for
// each time they sign up. The first time it says who sees their name.
func confirm(ctx context.Context, tx *store.Tx, v View, c Coming, list []*Joined) error {
	key := ""
	var news []*Joined
	for _, j := range list {
		one := fmt.Sprintf("coming/%d/%d/%s/%d", j.Item.Offer, store.Millis(j.Item.Key), tx.HashPerson(c.User), store.Millis(j.Since))
		first, err := tx.Tell(ctx, one, v.Now)
		if err != nil {
			return err
		}
		if first {
			key, news = one, append(news, j)
		}
	}
	if len(news) == 0 {
		return nil
	}
	t := v.standing(news[0])
	if len(news) > 1 {
		t = v.several(news)
	}
	if news[0].Name == "" {
		first, err := tx.Tell(ctx, "tapped/"+tx.HashPerson(c.User), v.Now)
		if err != nil {
			return err
		}
		if first {
			t.Line().Say(v.say("signup_tapped"))
		}
	}
	_, err := tx.Send(ctx, store.Message{Key: key, User: c.User, Plain: t.Plain(), HTML: t.HTML(), IfThere: true}, v.Now)
	return err
}
