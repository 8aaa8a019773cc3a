package offers

import (
	"context"
	"slices"
	"strconv"
	"time"

	"buffet/lang"
	"buffet/store"
)

// noneID names the answer of those who come to none of the dates: not every
// client lets people take a vote back.
const noneID = "none"

// maxAnswer is how long an answer of a poll may be (MSC3381 leaves it to
// clients, which cut).
const maxAnswer = 100

// sendPoll lets a poll follow a post, if its room wants one. Its answers are
// sign-ups. It is never ended: a vote for what is over does nothing.
func sendPoll(ctx context.Context, tx *store.Tx, v View, room AnnounceRoom, post string, items []Item) error {
	if on, err := store.Setting(ctx, tx, room.Room, store.SetPolls); err != nil || on != store.On {
		return err
	}
	p := &store.Poll{Question: v.say("poll_question"), Most: len(items)}
	t := new(lang.Text).Say(p.Question)
	for _, i := range items {
		text := new(lang.Text).Raw(clip(v.when(i)+" · "+i.Title, maxAnswer)).Plain()
		p.Answers = append(p.Answers, store.PollAnswer{ID: strconv.Itoa(i.Seat), Text: text})
		t.Line().Raw("• " + text)
	}
	p.Answers = append(p.Answers, store.PollAnswer{ID: noneID, Text: v.say("poll_none")})
	t.Line().Say(v.say("poll_foot", lang.Values{"Command": v.signUpWord(items[0], true)}))
	_, err := tx.Send(ctx, store.Message{Key: PollKey(post), Room: room.Room, Plain: t.Plain(), Poll: p}, v.Now)
	return err
}

// Vote is what somebody votes in the poll of an announcement. All of it
// replaces what they voted there before.
type Vote struct {
	Post    string   // outbox key of the announcement
	Answers []string // as the poll names them
	Sent    time.Time
	Coming  // with the poll
}

// TakeVote signs somebody up for the dates they vote for, and takes back what
// an earlier vote of theirs said beside that. What is over stays as it is. A
// vote that was sent before the last one changes nothing. v is for direct chats.
func TakeVote(ctx context.Context, tx *store.Tx, v View, vote Vote) error {
	seats, err := seated(ctx, tx, vote.Post)
	if err != nil || len(seats) == 0 {
		return err
	}
	if newest, err := tx.NoteVote(ctx, vote.Poll, vote.User, vote.Sent); err != nil || !newest {
		return err
	}
	before, err := store.WaysOfPoll(ctx, tx, vote.Poll, vote.User)
	if err != nil {
		return err
	}
	var news []*Joined
	kept := map[dateKey]bool{}
	for _, a := range vote.dates(seats) {
		kept[dateKey{a.Offer, store.Millis(a.Key)}] = true
		j, err := SignUp(ctx, tx, v, a.Offer, a.Key, vote.Coming)
		if p, wrong := lang.AsProblem(err); wrong {
			if p.Key == "signup_over" {
				continue
			}
			err = refuse(ctx, tx, v, vote.Coming, a, p)
		}
		if err != nil {
			return err
		}
		if j != nil && j.Fresh {
			news = append(news, j)
		}
	}
	for _, w := range before {
		if err := replaceVote(ctx, tx, v, w, vote, kept); err != nil {
			return err
		}
	}
	return confirm(ctx, tx, v, vote.Coming, news)
}

// dates are those that a vote names, in the order it does, each once; as many
// as the poll has.
func (vote Vote) dates(seats map[int]store.AnnouncementItem) (list []store.AnnouncementItem) {
	var seen []int
	for _, a := range vote.Answers {
		seat, err := strconv.Atoi(a)
		date, ok := seats[seat]
		if err != nil || !ok || seat < 1 || slices.Contains(seen, seat) {
			continue
		}
		seen = append(seen, seat)
		list = append(list, date)
	}
	return list
}

// replaceVote drops what an earlier vote said of a date. If the new one says
// it, too, the person stays where they are.
func replaceVote(ctx context.Context, tx *store.Tx, v View, w store.SignupWay, vote Vote, kept map[dateKey]bool) error {
	if w.Event == vote.Event {
		return nil
	}
	i, there, err := DateNow(ctx, tx, w.Offer, w.Key)
	if err != nil || there && i.Over(v.Now) {
		return err
	}
	if there && i.Status != store.OfferActive && kept[keyOf(i)] {
		return nil // they still mean to come, should it take place after all
	}
	return dropWay(ctx, tx, v, w)
}
