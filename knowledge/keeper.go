// Package knowledge gathers what members ask and have learnt, with their
// consent, keeps it true when they edit or delete, and forgets it again.
//
// It writes through the transaction it is given and says what it has to say
// through the outbox; it knows nothing of how messages are read or sent.
package knowledge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// Place is the room in which something is gathered.
type Place struct {
	Network string
	Lang    string
	Prefix  string // as it is shown before words
	Room    id.RoomID
	Direct  bool // a direct chat: nobody else reads there
}

// Said is a message as its author left it.
type Said struct {
	Event  id.EventID
	Thread id.EventID // root of the thread it stands in, "" if none
	Author id.UserID
	Text   string
	Sent   time.Time
	// Title and Topics are those of what it is about, if it says so by where it stands.
	Title, Topics string
}

// Keeper gathers. It holds no state of its own.
type Keeper struct {
	Phrases *lang.Phrases
}

const (
	// Ack is the reaction that says: it is kept.
	Ack = "📝"
	// Solved is the reaction that says: the question is answered.
	Solved = "✅"

	maxBody = 20_000 // bytes of a contribution
)

// Gather keeps a message as a question or an experience (store.Question,
// store.Experience), because by said so with the event mark. The author's own
// word keeps it; others' marks keep it as long as one of them stands, unless
// its author says no. It is false if nothing new is kept: it was there
// before, it is empty, or one of the two wants nothing to be stored.
func (k *Keeper) Gather(ctx context.Context, tx *store.Tx, p Place, kind string, m Said, by id.UserID, mark id.EventID, now time.Time) (c store.Contribution, fresh bool, err error) {
	for _, user := range []id.UserID{m.Author, by} {
		if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(user)); err != nil || gone {
			return c, false, err
		}
	}
	if refused, err := refused(ctx, tx, refusal(m.Event)); err != nil || refused {
		return c, false, err
	}
	body := Clip(m.Text)
	if body == "" {
		return c, false, nil
	}
	m.Sent = past(m.Sent, now)
	c = store.Contribution{Network: p.Network, Kind: kind, Room: p.Room, Event: m.Event, EventRoom: p.Room, Author: m.Author,
		Kept: by == m.Author, Title: m.Title, Topics: m.Topics, Body: body, Sent: m.Sent, Gathered: now}
	if kind == store.Question {
		c.Thread = m.Event
		if m.Thread != "" {
			c.Thread = "" // threads do not nest: only plain replies answer it
		}
	}
	c, fresh, err = tx.AddContribution(ctx, c)
	if err != nil {
		return c, false, err
	}
	if by == m.Author && !c.Kept {
		c.Kept = true
		if err := tx.PutContribution(ctx, c); err != nil {
			return c, false, err
		}
	}
	if _, err := tx.AddMark(ctx, store.Mark{Event: mark, Room: p.Room, Sender: by, What: kind, Contribution: c.ID, At: now}); err != nil || !fresh {
		return c, false, err
	}
	if !p.Direct {
		if _, err := tx.Send(ctx, store.Message{Key: ackKey(c), Room: p.Room, ReplyTo: m.Event, Reaction: Ack}, now); err != nil {
			return c, false, err
		}
	}
	if kind == store.Question {
		if _, err := schedule.Add(ctx, tx, fmt.Sprintf("%s/%d", NudgeKind, c.ID), NudgeKind, nudgeArgs{c.ID}, now.Add(Quiet)); err != nil {
			return c, false, err
		}
	}
	return c, true, k.ask(ctx, tx, p, c, by, now)
}

// past is when something was said: a server that says later than now is wrong,
// and must not keep what was said for ever.
func past(sent, now time.Time) time.Time {
	if sent.After(now) {
		return now
	}
	return sent
}

func ackKey(c store.Contribution) string { return fmt.Sprintf("ack/%d", c.ID) }

func refusal(e id.EventID) id.EventID { return "no/" + e }

// refusalTo is the mark of somebody who wants no answer of theirs to a question
// to be kept.
func refusalTo(tx *store.Tx, question int64, author id.UserID) id.EventID {
	return refusalOf(question, tx.HashPerson(author))
}

// refused tells whether an author said no to keeping a message.
func refused(ctx context.Context, q store.Querier, marks ...id.EventID) (bool, error) {
	for _, m := range marks {
		if _, err := store.MarkOf(ctx, q, m); !errors.Is(err, store.ErrNotFound) {
			return err == nil, err
		}
	}
	return false, nil
}

// Clip is a text as it is kept: valid UTF-8, without space around it, of at
// most 20,000 bytes.
func Clip(text string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""))
	if len(text) > maxBody {
		text = text[:maxBody]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	return text
}

// Answer keeps a reply to a gathered question. What its asker says there, and
// what is no answer (thanks, emoji, asking back), only counts as life in the thread.
func (k *Keeper) Answer(ctx context.Context, tx *store.Tx, p Place, question int64, m Said, now time.Time) error {
	return k.answer(ctx, tx, p, question, m, false, now)
}

func (k *Keeper) answer(ctx context.Context, tx *store.Tx, p Place, question int64, m Said, chosen bool, now time.Time) error {
	q, err := store.ContributionByID(ctx, tx, question)
	if errors.Is(err, store.ErrNotFound) {
		return nil // taken back since
	} else if err != nil {
		return err
	}
	m.Sent = past(m.Sent, now)
	if m.Sent.After(q.Active) {
		q.Active = m.Sent
		if err := tx.PutContribution(ctx, q); err != nil {
			return err
		}
	}
	body := Clip(m.Text)
	if !chosen && (m.Author == q.Author || !lang.IsAnswer(body) || lang.OnlyAsks(body)) || body == "" {
		return nil
	}
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(m.Author)); err != nil || gone {
		return err
	}
	if refused, err := refused(ctx, tx, refusal(m.Event), refusalTo(tx, q.ID, m.Author)); err != nil || refused {
		return err
	}
	a := store.Contribution{Network: q.Network, Kind: store.Answer, Question: q.ID, Room: p.Room, Event: m.Event, EventRoom: p.Room,
		Author: m.Author, Kept: true, Body: body, Sent: m.Sent, Gathered: now}
	before, err := store.AnswersTo(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	asked := false
	for _, b := range before { // asked once for a thread: what they said of the first goes for all
		if b.Author == a.Author {
			a.Audience, a.Name, asked = b.Audience, b.Name, true
		}
	}
	a, fresh, err := tx.AddContribution(ctx, a)
	if err == nil && !fresh && a.Question == 0 { // its question was taken back and is kept again
		a.Question = q.ID
		return tx.PutContribution(ctx, a)
	}
	if err != nil || !fresh || asked {
		return err
	}
	return k.ask(ctx, tx, p, a, a.Author, now)
}

// Close marks a question as answered. Only its asker, who answered it, or an
// organiser may; it is false for others. A reply in the thread that is named
// becomes one of its answers.
func (k *Keeper) Close(ctx context.Context, tx *store.Tx, p Place, question int64, by id.UserID, organiser bool, mark id.EventID, reply *Said, now time.Time) (bool, error) {
	q, err := store.ContributionByID(ctx, tx, question)
	if err != nil {
		return false, err
	}
	may := organiser || by == q.Author
	if !may {
		answers, err := store.AnswersTo(ctx, tx, q.ID)
		if err != nil {
			return false, err
		}
		for _, a := range answers {
			may = may || a.Author == by
		}
	}
	if !may {
		return false, nil
	}
	if reply != nil && reply.Event != q.Event {
		if err := k.answer(ctx, tx, p, q.ID, *reply, true, now); err != nil {
			return false, err
		}
		if q, err = store.ContributionByID(ctx, tx, question); err != nil {
			return false, err
		}
	}
	if _, err := tx.AddMark(ctx, store.Mark{Event: mark, Room: p.Room, Sender: by, What: store.MarkClosed, Contribution: q.ID, At: now}); err != nil {
		return false, err
	}
	if !q.Closed.IsZero() {
		return true, nil
	}
	q.Closed, q.Active = now, now
	if err := tx.PutContribution(ctx, q); err != nil {
		return false, err
	}
	if q.Event == "" || p.Direct || q.EventRoom != q.Room {
		return true, nil
	}
	_, err = tx.Send(ctx, store.Message{Key: solvedKey(q), Room: q.Room, ReplyTo: q.Event, Reaction: Solved}, now)
	return true, err
}

// solvedKey is the key of our own ✅; each closing has its own.
func solvedKey(q store.Contribution) string {
	return fmt.Sprintf("solved/%d/%d", q.ID, q.Closed.UnixMilli())
}

// Reopen opens a question again.
func (k *Keeper) Reopen(ctx context.Context, tx *store.Tx, question int64, now time.Time) error {
	q, err := store.ContributionByID(ctx, tx, question)
	if errors.Is(err, store.ErrNotFound) || err == nil && q.Closed.IsZero() {
		return nil
	} else if err != nil {
		return err
	}
	key := solvedKey(q)
	if err := tx.DropMarks(ctx, q.ID, store.MarkClosed); err != nil {
		return err
	}
	q.Closed, q.Active = time.Time{}, now
	if err := tx.PutContribution(ctx, q); err != nil || q.Event == "" || q.EventRoom != q.Room {
		return err
	}
	_, err = tx.Send(ctx, store.Message{Key: key + "/back", Room: q.Room, Redacts: key}, now)
	return err
}
