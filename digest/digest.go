// Package digest makes of a thread, a room's day or a network's week a text of
// one screen, with a source for every line, with or without a language model.
//
// It knows nothing of how messages are read or sent: what is read from the
// homeserver is handed to it, and what it has to say goes through the outbox.
package digest

import (
	"context"
	"slices"
	"time"

	"buffet/lang"
)

// Message is one message as it reads now, with its newest edit.
type Message struct {
	ID        string // of the event; what lines name as their source
	Thread    string // root of the thread it stands in, "" for none; a root stands in its own
	ReplyTo   string // the message that it answers by a reply of its own, "" for none
	Sender    string // the same for all messages of one person
	Name      string // what people call them
	Text      string // plain, without the quote of a rich reply
	Sent      time.Time
	Reactions int  // how many people reacted to it
	Question  bool // somebody marked it as a question
}

// Talk is what was said in one place, in the order it was said.
type Talk struct {
	Lang     string // lang.German or lang.English: of those who read the summary
	Title    string // of the place or the mail thread, as people wrote it; may be ""
	Messages []Message
}

// Request asks for a summary.
type Request struct {
	Talk
	Words   int    // at most so many words in all lines together, names included; 0: DefaultWords
	Lines   int    // at most so many lines; 0: as many as Words allow
	Network string // whose budget pays for a model
	Simple  bool   // in simple language; only a model can
	// Names of others that may come up, such as all members of the room: a
	// model does not get to see them either.
	Names []string
}

// DefaultWords fit a phone's screen.
const DefaultWords = 110

// Roles of a line.
const (
	Said     = ""         // a statement
	Question = "question" // what was asked
	Answer   = "answer"   // belongs to the nearest Question before it
)

// Line is one statement of a summary.
type Line struct {
	Text    string   // one sentence or a few; of a person's own words verbatim
	Who     string   // whose words they are, "" if a model wrote the line
	Sources []string // ids of the messages it rests on; the first is where a link leads
	Role    string   // Said, Question or Answer
	Open    bool     // a Question that nobody answered in this talk
}

// Summary is what remains of a talk: lines in the order of their sources, but
// answers right after their question.
type Summary struct {
	Lines []Line
	Model string        // the host whose model wrote it; "": its people's own sentences
	Note  *lang.Problem // why it is not what was asked for, for people to read; nil: it is
}

// Summariser makes summaries. There are two: Extractive, which lets people
// speak for themselves and always works, and Model. An error is only ever
// that of ctx, or that there is nothing to sum up (ErrNothing).
type Summariser interface {
	Summarise(ctx context.Context, r Request) (*Summary, error)
}

// History is what was read from a room.
type History struct {
	Messages   []Message // in the order they were said; without bots, commands, joins and what was redacted
	Unreadable int       // messages that could not be decrypted
	Cut        bool      // there was more than is read at once; the oldest are missing
	From       time.Time // since when everybody in the room may see what is said, if what is older was left out for that
}

// Discreet is a Summariser that keeps further names from a model.
type Discreet struct {
	Summariser
	Names []string
}

// Summarise adds the names.
func (d *Discreet) Summarise(ctx context.Context, r Request) (*Summary, error) {
	r.Names = append(slices.Clone(r.Names), d.Names...)
	return d.Summariser.Summarise(ctx, r)
}
