package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// OfferKind is the kind of search hits that are offers; all other kinds are
// those of contributions.
const OfferKind = "offer"

// RoomScope, NetworkScope and PublicScope name those who may see a document:
// a room's members, a network's, everybody.
func RoomScope(room id.RoomID) string    { return "r/" + room.String() }
func NetworkScope(network string) string { return "n/" + network }
func PublicScope(network string) string  { return "p/" + network }

// Scope is who may see the contribution.
func (c Contribution) Scope() string {
	switch c.Audience {
	case AudienceNetwork:
		return NetworkScope(c.Network)
	case AudiencePublic:
		return PublicScope(c.Network)
	}
	return RoomScope(c.Room)
}

// sameDocument tells whether search sees no difference.
func sameDocument(a, b Contribution) bool {
	return a.Scope() == b.Scope() && a.Title == b.Title && a.Body == b.Body && a.Topics == b.Topics && a.Question == b.Question && a.Sent.Equal(b.Sent)
}

// SearchQuery is what to look for, and for whom. ParseQuery makes one from
// what a person typed; the rest is filled in by whoever asks.
type SearchQuery struct {
	Text     string    // words that should be there, the more the better; a whole question will do
	Must     []string  // phrases that must be there, word by word
	Not      []string  // words or phrases that must not
	Prefixes []string  // beginnings of words, one word for each of which must be there
	Kinds    []string  // Question, Answer, Experience, OfferKind; none: all
	Scopes   []string  // what the asker may see; nothing else is read or counted
	Limit    int       // hits wanted; 0: 10
	Offset   int       // hits left out before
	Now      time.Time // for the age of what is found; zero: age counts nothing
}

// MatchFloor is the Match from which on a question has probably been asked
// before. Of the open sets' questions, 88 of 100 said to be known are (of bank
// customers' 41 in 100 are found so, of English questions about an illness, in
// other words throughout, 11); German ones in quite other words do not reach
// it ("eval retrieval -match").
const MatchFloor = 0.6

// SearchHit is one thing found.
type SearchHit struct {
	Kind     string
	ID       int64           // of the contribution or the offer
	Question int64           // of an answer that stands alone: its question, which the asker may not see; 0: none
	Answers  []int64         // of a question: its matching answers that the asker may see, best first
	Score    float64         // for the order only
	Match    float64         // 0 to 1, the same scale for every query: how sure it is that both say the same
	Words    map[string]bool // what matched, as lang.Token.Word, for lang.Snippet
}

// Search is what fits best of what the scopes may see, best first. total is
// how many hits there are in all; only the best 200 documents are looked at.
// No query is wrong: one without a word finds nothing.
func Search(ctx context.Context, q Querier, query SearchQuery) (hits []SearchHit, total int, err error) {
	if tx, ok := q.(*Tx); ok {
		if err := tx.flushIndex(ctx); err != nil {
			return nil, 0, err
		}
	}
	s := &search{q: q, query: query}
	if query.Limit <= 0 {
		s.query.Limit = 10
	}
	hits, total, err = s.run(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("search: %w", err)
	}
	return hits, total, nil
}
