package offers

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// SignAlarm is the reaction to an announcement that asks to be reminded.
const SignAlarm = "⏰"

// Alarm has a person reminded, an hour before, of the date of an announcement
// that they reacted to, and tells them in their direct chat; where it shows
// several they are asked once which is meant. v is for their direct chat.
func Alarm(ctx context.Context, tx *store.Tx, v View, by Reaction) error {
	items, err := store.AnnouncementItems(ctx, tx, by.Post)
	if err != nil {
		return fmt.Errorf("read announced dates: %w", err)
	}
	var open []Item
	for _, a := range items {
		i, there, err := DateNow(ctx, tx, a.Offer, a.Key)
		if err != nil {
			return err
		}
		if there && i.Status == store.OfferActive && v.StartOf(i).After(v.Now) {
			open = append(open, i)
		}
	}
	switch {
	case len(open) == 0:
		return nil
	case len(open) > 1:
		return alarmWhich(ctx, tx, v, by, open)
	}
	i := open[0]
	r, err := AskReminder(ctx, tx, v, store.Reminder{Offer: i.Offer, Key: i.Key, User: by.User, Minutes: int(reminded / time.Minute),
		Event: by.Event, Room: by.Room})
	text := new(lang.Text)
	if p, wrong := lang.AsProblem(err); wrong {
		text = v.Phrases.Text(v.Lang, p.Key, p.Values)
	} else if err != nil {
		return err
	} else if text, err = remindedNext(ctx, tx, v, r); err != nil {
		return err
	}
	key := fmt.Sprintf("alarm/%d/%d/%s", i.Offer, store.Millis(i.Key), tx.HashPerson(by.User)) // a tap again is no news
	_, err = tx.Send(ctx, store.Message{Key: key, User: by.User, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, v.Now)
	return err
}

func remindedNext(ctx context.Context, q store.Querier, v View, r *Reminded) (*lang.Text, error) {
	next, err := NextOpen(ctx, q, r.Offer, v.Now)
	return v.RemindedText(r, err == nil && next.Key.Equal(r.Key)), store.Ignore(err)
}

// alarmWhich asks which of several dates one is to be reminded of.
func alarmWhich(ctx context.Context, tx *store.Tx, v View, by Reaction, open []Item) error {
	return tellWhich(ctx, tx, v, by, open, "alarm/which/", "remind_which", func(t *lang.Text, i Item, next bool) {
		word := v.Prefix + v.say("remind_command") + " " + strconv.Itoa(i.Number)
		if !next {
			word += " " + v.day(i)
		}
		t.Code(word).Raw(" · " + v.when(i) + " · ").Bold(clip(i.Title, maxTitle))
	})
}

// AlarmBack undoes what a reaction asked for that is gone. What comes with a
// sign-up comes back. view is for the people of a network; room is where it is
// gone: the same event named elsewhere is not it.
func AlarmBack(ctx context.Context, tx *store.Tx, view func(network string) (View, bool), room id.RoomID, e id.EventID) error {
	r, err := tx.DropReminderBy(ctx, room, e)
	if err != nil {
		return store.Ignore(err)
	}
	return standardAgain(ctx, tx, view, r.Offer, r.Key, r.User)
}
