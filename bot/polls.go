package bot

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/offers"
	"buffet/store"
)

// The types of votes: as clients send them today, and as MSC3381 will have them.
const (
	voteType       = "org.matrix.msc3381.poll.response"
	stableVoteType = "m.poll.response"
)

// maxVotes is how many answers of a vote are read; no poll has more (MSC3381).
const maxVotes = 20

// maxAnswerID is how long an answer's id is at most, in bytes; ours are shorter.
const maxAnswerID = 32

// ballot is what the inbox keeps of a vote.
type ballot struct {
	Poll    id.EventID `json:"poll"`
	Answers []string   `json:"answers,omitempty"`
}

// vote keeps a vote in a poll of ours. One from a device that is not shown to
// be its sender's decides nothing.
func (b *Bot) vote(ctx context.Context, in *store.Incoming, evt *event.Event) (*store.Incoming, error) {
	if evt.Mautrix.WasEncrypted && doubtful(evt.Mautrix.TrustState) {
		return nil, nil
	}
	v, ok := readVote(evt)
	if !ok {
		return nil, nil
	}
	if mine, err := b.Store.WroteEvent(ctx, v.Poll); err != nil || !mine {
		return nil, err
	}
	return keepAs(in, store.InVote, v), nil
}

func readVote(evt *event.Event) (v ballot, ok bool) {
	var c struct {
		RelatesTo struct {
			Type  event.RelationType `json:"rel_type"`
			Event id.EventID         `json:"event_id"`
		} `json:"m.relates_to"`
		Response struct {
			Answers []string `json:"answers"`
		} `json:"org.matrix.msc3381.poll.response"`
		Selections []string `json:"m.selections"`
	}
	if json.Unmarshal(evt.Content.VeryRaw, &c) != nil || c.RelatesTo.Type != event.RelReference || c.RelatesTo.Event == "" {
		return v, false
	}
	v.Poll = c.RelatesTo.Event
	v.Answers = slices.Concat(c.Response.Answers, c.Selections)
	v.Answers = v.Answers[:min(len(v.Answers), maxVotes)]
	v.Answers = slices.DeleteFunc(v.Answers, func(s string) bool { return len(s) > maxAnswerID })
	return v, true
}

// voted handles a vote.
func (b *Bot) voted(ctx context.Context, in store.Incoming) error {
	var c ballot
	if json.Unmarshal([]byte(in.Content), &c) != nil {
		return b.tick(ctx, in, nil)
	}
	post, _, err := b.postOf(ctx, in, c.Poll)
	if err != nil {
		return err
	}
	if post == "" {
		return b.tick(ctx, in, nil)
	}
	if !b.marks.allow(in, time.Now()) {
		return b.tick(ctx, in, func(tx *store.Tx) error { return b.tellFlood(ctx, tx, store.Room{ID: in.Room}, in) })
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		key, err := store.KeyOf(ctx, tx, c.Poll)
		if err != nil || key != offers.PollKey(post) {
			return store.Ignore(err)
		}
		v, ok, err := b.postView(ctx, tx, post)
		if err != nil || !ok {
			return err
		}
		return offers.TakeVote(ctx, tx, v, offers.Vote{Post: post, Answers: c.Answers, Sent: in.Sent,
			Coming: offers.Coming{User: in.Sender, Event: in.Event, Room: in.Room, Poll: c.Poll}})
	})
}

// pollText is a text of a poll, in the form of today's clients (MSC1767).
type pollText struct {
	ID   string `json:"id,omitempty"`
	Text string `json:"org.matrix.msc1767.text"`
}

// pollContent is a poll as Matrix has it (MSC3381), with what other clients
// show instead.
func pollContent(m store.Message) any {
	answers := make([]pollText, len(m.Poll.Answers))
	for i, a := range m.Poll.Answers {
		answers[i] = pollText{ID: a.ID, Text: a.Text}
	}
	return map[string]any{
		"org.matrix.msc1767.text": m.Plain,
		"body":                    m.Plain,
		"m.mentions":              &event.Mentions{},
		event.EventUnstablePollStart.Type: map[string]any{
			"kind": "org.matrix.msc3381.poll.disclosed", "max_selections": m.Poll.Most,
			"question": pollText{Text: m.Poll.Question}, "answers": answers,
		},
	}
}
