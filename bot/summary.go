package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

const (
	summaryTimeout  = 5 * time.Minute // of an attempt: a model takes its time
	summaryTries    = 3
	summaryLines    = 8           // fit a phone
	summaryWait     = time.Second // for a room that is being read
	summaryPatience = time.Minute // with it
	rereads         = 3           // where people edit meanwhile
)

// errMended means that something was edited or taken back while it was read.
var errMended = errors.New("what was read has changed meanwhile")

// SummaryHandler does the jobs that sum up what was said.
func (b *Bot) SummaryHandler() map[string]schedule.Handler {
	return map[string]schedule.Handler{commands.SummaryKind: {Run: b.summarise, Timeout: summaryTimeout, Max: summaryTries, Share: 2}}
}

// summing is one summary in the making.
type summing struct {
	*Bot
	j       *schedule.Job
	a       commands.SummaryArgs
	network *Network
	by      digest.Summariser
	q       question
	// organisers are those who are to approve a text in simple language; none:
	// there is none.
	organisers []id.UserID
}

func (b *Bot) summarise(ctx context.Context, j *schedule.Job) error {
	s := &summing{Bot: b, j: j}
	if err := j.Decode(&s.a); err != nil {
		return err
	}
	select {
	case <-b.Synced():
	case <-ctx.Done():
		return ctx.Err()
	}
	err := s.settle(ctx)
	if err == nil {
		err = s.answer(ctx)
	}
	if errors.Is(err, store.ErrNotFound) {
		return s.gone(ctx)
	}
	if p, ok := lang.AsProblem(err); ok {
		return s.send(ctx, b.Phrases.Text(s.a.Lang, p.Key, p.Values), nil)
	}
	return err
}

// settle finds out whose room it is, who sums up, and whether the one who asks
// is in it.
func (s *summing) settle(ctx context.Context) error {
	room, err := s.Store.Room(ctx, s.a.Of)
	if err != nil {
		return err
	}
	if s.network = s.Network(room.Network); s.network == nil || room.Joined.IsZero() {
		return store.ErrNotFound
	}
	if s.a.Room != s.a.Of {
		if err := s.guard.members(ctx, s.a.Of); err != nil {
			return err
		}
		if !s.Account.Client.StateStore.IsMembership(ctx, s.a.Of, s.a.Sender, event.MembershipJoin) {
			return lang.Wrong("sum_not_there")
		}
	}
	s.by = digest.Extractive{}
	if s.Summariser != nil {
		if s.by, err = s.Summariser(ctx, s.Store.Reader(), s.network.Name, s.a.Of); err != nil {
			return err
		}
	}
	if s.a.Simple && s.Approve != nil {
		if s.organisers, err = s.OrganisersOf(ctx, s.a.Of); err != nil {
			return err
		}
	}
	s.q = question{of: s.a.Of, root: s.a.Root, simple: s.a.Simple, moving: s.a.Moving, lang: s.a.Lang, by: fmt.Sprintf("%T", s.by)}
	switch {
	case s.a.Moving:
		s.q.since = int64(s.a.Asked.Sub(s.a.Since).Seconds())
	case !s.a.Since.IsZero():
		s.q.since = s.a.Since.Unix()
	}
	return nil
}

// answer gives the answer that is known, or makes one.
func (s *summing) answer(ctx context.Context) error {
	if known, ok := s.talks.known(s.q, time.Now()); ok {
		waits, err := s.waits(ctx, known.draft)
		if err != nil {
			return err
		}
		err = errMended
		if waits {
			err = s.send(ctx, known.text, &known)
		}
		if !errors.Is(err, errMended) {
			return err
		}
	}
	state, mended, ok := s.talks.begin(s.a.Of, s.a.Root)
	if !ok {
		return s.wait(ctx)
	}
	defer s.talks.end(s.a.Of)
	if s.j.Attempts == 1 {
		if again, person, ok := s.talks.allow(s.a.Sender, s.a.Of, time.Now()); !ok {
			key := map[bool]string{true: "sum_limit_person", false: "sum_limit_room"}[person]
			at := again.Add(time.Minute).In(s.network.Zone)
			return lang.Wrong(key, lang.Values{"When": lang.Hours(s.a.Lang, at, at)})
		}
	}
	c := s.accompany(ctx)
	defer c.stop()
	for range rereads {
		made, err := s.make(ctx, c)
		if err != nil {
			return err
		}
		made.state = state
		c.stop()
		err = s.finish(ctx, made, mended)
		if !errors.Is(err, errMended) {
			return err
		}
		state, mended = s.talks.again(s.a.Of, s.a.Root)
	}
	return errMended
}

// waits tells whether the draft that an answer speaks of still waits for
// organisers; 0 is an answer without.
func (s *summing) waits(ctx context.Context, draft int64) (bool, error) {
	if draft == 0 {
		return true, nil
	}
	d, err := store.DigestByID(ctx, s.Store.Reader(), draft)
	return d.State == store.DigestDraft, store.Ignore(err)
}

// wait puts the job off until the room is not being read any more.
func (s *summing) wait(ctx context.Context) error {
	if time.Since(s.a.Asked) > summaryPatience {
		return lang.Wrong("sum_busy")
	}
	return s.Store.Write(ctx, func(tx *store.Tx) error { return s.j.Again(ctx, tx, time.Now().Add(summaryWait)) })
}

// read reads what is asked for.
func (s *summing) read(ctx context.Context, progress Progress) (*digest.History, error) {
	if s.a.Root == "" {
		return s.ReadSince(ctx, s.a.Of, s.a.Since, s.a.Asked, progress)
	}
	h, err := s.ReadThread(ctx, s.a.Of, s.a.Root, progress)
	if err == nil && !s.a.Since.IsZero() {
		for len(h.Messages) > 0 && h.Messages[0].Sent.Before(s.a.Since) {
			h.Messages = h.Messages[1:]
		}
	}
	return h, err
}

// made is a summary with what it was made of.
type made struct {
	answer
	draft []store.DigestLine // in simple language, for organisers to approve
}

// make reads, sums up and writes the answer.
func (s *summing) make(ctx context.Context, c *company) (*made, error) {
	h, err := s.read(ctx, c.reading)
	if err != nil {
		return nil, err
	}
	c.summing(len(h.Messages))
	sum := new(digest.Summary)
	if len(h.Messages) > 1 {
		r := digest.Request{Talk: digest.Talk{Lang: s.a.Lang, Messages: h.Messages}, Lines: summaryLines, Network: s.network.Name,
			Simple: len(s.organisers) > 0}
		sum, err = s.by.Summarise(ctx, r)
		if errors.Is(err, digest.ErrNothing) {
			sum, err = new(digest.Summary), nil
		}
		if err != nil {
			return nil, err
		}
	}
	if s.a.Simple && sum.Note == nil && len(sum.Lines) > 0 {
		sum.Note = s.notSimple(sum)
	}
	m := &made{answer: answer{sources: s.sources(h, sum), digest: s.digest(h, sum)}}
	if s.a.Simple && sum.Note == nil && len(sum.Lines) > 0 {
		m.digest.State, m.draft = store.DigestDraft, draftLines(sum, m.sources)
		m.text = s.say("sum_to_organisers")
		return m, nil
	}
	via, err := store.Via(ctx, s.Store.Reader(), s.a.Of, "")
	if err != nil {
		return nil, err
	}
	m.text = s.write(h, sum, func(e string) string { return knowledge.Link(s.a.Of, id.EventID(e), via) })
	return m, nil
}

func (s *summing) say(key string, values ...lang.Values) *lang.Text {
	return s.Phrases.Text(s.a.Lang, key, values...)
}
