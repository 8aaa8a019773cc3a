package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// The sections of a digest, in the order they stand in it.
const (
	Coming      = "coming"     // what is on offer next
	Answered    = "answered"   // questions with the answers they got
	Unanswered  = "open"       // questions that wait
	Experiences = "experience" // what members have learnt
	Threads     = "thread"     // what was talked about most
	Summed      = "summary"    // the only one of a summary
)

// More is the role of a line that is no line: there are so many more in its
// section as its Label says. Its number is 0 and it has no source.
const More = "more"

// How much of each section a digest shows.
const (
	comingDays     = 7
	maxComing      = 3
	maxAnswered    = 3
	maxUnanswered  = 3
	maxHelp        = 2 // below them
	maxExperiences = 2
	maxThreads     = 3
	spare          = 3  // candidates beyond that, for those of which nothing can be quoted
	maxAnswers     = 50 // of a question that a summary is made of
)

// thinWeek is how many new things make a digest: questions, answers and
// experiences said in the window, and what is looked for or to be given, count one each, a busy thread two (it is a
// question and an answer at least). What is coming up does not count: the
// announcements tell it.
const thinWeek = 2

// Composer chooses what is in a weekly digest.
type Composer struct {
	Phrases *lang.Phrases
	// Read reads a room from the homeserver. Without it, or if that is refused
	// for good (ErrUnreadable), a digest has no threads.
	Read func(ctx context.Context, room id.RoomID, since, until time.Time) (*History, error)
	// Summariser is who writes for a network when texts of these rooms are put
	// into it; nil: Extractive. A model is to keep the names of the rooms'
	// members to itself (Discreet).
	Summariser func(ctx context.Context, q store.Querier, network string, rooms []id.RoomID) Summariser
	Hash       func(id.UserID) string // store.HashPerson; needed with Read
	Log        zerolog.Logger
}

// ErrUnreadable means that what was said in a room may not be read, now or
// later.
var ErrUnreadable = errors.New("the room may not be read")

// Draft is a digest that is not stored yet.
type Draft struct {
	store.Digest
	Lines []store.DigestLine
}

// Compose makes the digest of a window for an audience (store.AudienceRoom and
// its siblings), of place's room or network. It is nil after a thin week. It
// may take a while, for it reads the room, and a model may write: q is not to
// be a transaction.
func (c *Composer) Compose(ctx context.Context, q store.Querier, place offers.AnnounceRoom, audience string, from, to time.Time, simple bool) (*Draft, error) {
	w := &writing{Composer: c, q: q, place: place, scopes: scopesOf(place, audience), shown: map[id.EventID]bool{}, draft: &Draft{Digest: store.Digest{
		Kind: store.DigestWeekly, Network: place.Network, Room: place.Room, Audience: audience, State: store.DigestDraft, Lang: place.Lang,
		From: from, To: to, Simple: simple}}}
	if err := w.choose(ctx); err != nil {
		return nil, err
	}
	if w.said < thinWeek {
		return nil, nil
	}
	if err := w.write(ctx); err != nil {
		return nil, err
	}
	if !w.told {
		return nil, nil
	}
	return w.draft, w.fit(ctx)
}

func scopesOf(place offers.AnnounceRoom, audience string) []string {
	switch audience {
	case store.AudienceRoom:
		return knowledge.RoomScopes(place.Room, place.Network)
	case store.AudienceNetwork:
		return []string{store.NetworkScope(place.Network), store.PublicScope(place.Network)}
	}
	return []string{store.PublicScope(place.Network)}
}

// Hash is that of a source's text: a source has changed if it is another one.
// Blanks and line breaks make no difference.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(oneLine(text)))
	return hex.EncodeToString(sum[:])
}

// TextOf is the text of a contribution that lines are made of, and Hash is
// taken of: imported questions may have a title only.
func TextOf(c store.Contribution) string {
	if strings.TrimSpace(c.Body) == "" {
		return c.Title
	}
	return c.Body
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
