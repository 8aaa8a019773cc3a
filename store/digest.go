package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// The kinds of digests.
const (
	DigestWeekly  = "weekly"
	DigestSummary = "summary" // an answer to "kurz"
	DigestPreview = "preview" // what one organiser was shown of the next digest
)

// The states of a digest. A summary is published at once, or a draft first if
// organisers approve it.
const (
	DigestDraft     = "draft"
	DigestApproved  = "approved" // on its way out
	DigestPublished = "published"
	DigestLapsed    = "lapsed"  // nobody approved it; what was in it moves on
	DigestRefused   = "refused" // not to come again
)

// Why a line is not shown any more.
const (
	LineOut  = "out"  // organisers left it out
	LineVoid = "void" // its source was taken back, narrowed or changed
)

// Digest is a text made of what was said in a window of time.
type Digest struct {
	ID         int64
	Kind       string
	Network    string
	Room       id.RoomID  // where it is posted
	Thread     id.EventID // of a summary: the thread it is posted in
	Event      id.EventID // of a summary: the message that asked for it
	Audience   string     // who may read it: AudienceRoom and its siblings
	State      string
	Lang       string
	Place      string    // what the room was called, "" if that is not known
	From, To   time.Time // the window
	Made       time.Time
	Decided    time.Time // when it was published, lapsed or refused
	Model      string    // host of the model that wrote it, "" for none
	Note       string    // why it is not what was asked for: a phrase's key
	Simple     bool      // in simple language
	Questions  int       // new ones in the window
	Answers    int
	Unreadable int
	Cut        bool // there was more than is read at once: the oldest messages are missing
	Voids      int  // how often lines became void
}

// DigestLine is one line of a digest.
type DigestLine struct {
	Seq        int    // the order, from 1
	Number     int    // as organisers see it; a question and its answers share one
	Section    string // as digest has it
	Role       string
	Open       bool
	Label      string // a number such as F12
	Who        string // whose words they are; "": a member, or a model
	Text       string // "" of an offer
	Link       string // of imported contributions; else it is made of the first source
	Offer      int64
	Occurrence time.Time // the offer's date, as Occurrence.Key
	Gone       string    // "", LineOut or LineVoid
	Sources    []DigestSource
}

// DigestSource is a message or a contribution that a line rests on.
type DigestSource struct {
	Event        id.EventID
	Room         id.RoomID // the room that event stands in
	Contribution int64
	Author       id.UserID
	Hash         string // of its text
}

const digestColumns = `id, kind, network, room_id, thread_id, event_id, audience, state, lang, place, from_at, to_at, made_at, decided_at,
	model, note, simple, questions, answers, unreadable, cut, voids`

func scanDigest(scan func(...any) error) (d Digest, err error) {
	var from, to, made, decided int64
	err = scan(&d.ID, &d.Kind, &d.Network, &d.Room, &d.Thread, &d.Event, &d.Audience, &d.State, &d.Lang, &d.Place, &from, &to, &made, &decided,
		&d.Model, &d.Note, &d.Simple, &d.Questions, &d.Answers, &d.Unreadable, &d.Cut, &d.Voids)
	d.From, d.To, d.Made, d.Decided = Time(from), Time(to), Time(made), Time(decided)
	return d, err
}

// AddDigest keeps a new digest with its lines and their sources, and gives its id.
func (tx *Tx) AddDigest(ctx context.Context, d Digest, lines []DigestLine) (n int64, err error) {
	err = tx.queryRow(ctx, `INSERT INTO digest (kind, network, room_id, thread_id, event_id, audience, state, lang, from_at, to_at, made_at,
		decided_at, model, note, simple, questions, answers, unreadable, place, cut)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) RETURNING id`,
		d.Kind, d.Network, d.Room, d.Thread, d.Event, d.Audience, d.State, d.Lang, Millis(d.From), Millis(d.To), Millis(d.Made),
		Millis(d.Decided), d.Model, d.Note, d.Simple, d.Questions, d.Answers, d.Unreadable, d.Place, d.Cut).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("keep digest: %w", err)
	}
	for _, l := range lines {
		if err := tx.addDigestLine(ctx, n, l); err != nil {
			return 0, fmt.Errorf("keep line of digest: %w", err)
		}
	}
	return n, nil
}

func (tx *Tx) addDigestLine(ctx context.Context, digest int64, l DigestLine) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO digest_line (digest_id, seq, number, section, role, is_open, label, who, text, link, offer_id,
		occurrence, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, digest, l.Seq, l.Number, l.Section, l.Role, l.Open,
		l.Label, l.Who, l.Text, l.Link, l.Offer, Millis(l.Occurrence), l.Gone); err != nil {
		return err
	}
	return tx.addDigestSources(ctx, digest, l)
}

func (tx *Tx) addDigestSources(ctx context.Context, digest int64, l DigestLine) error {
	for i, s := range l.Sources {
		if _, err := tx.ExecContext(ctx, `INSERT INTO digest_source (digest_id, seq, n, event_id, room_id, contribution_id, author, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, digest, l.Seq, i, s.Event, s.Room, s.Contribution, s.Author, s.Hash); err != nil {
			return fmt.Errorf("keep source of digest: %w", err)
		}
	}
	return nil
}

// AddDigestSources keeps what a digest rests on as a whole, without lines: that
// of an answer whose words are kept nowhere.
func (tx *Tx) AddDigestSources(ctx context.Context, digest int64, list []DigestSource) error {
	return tx.addDigestSources(ctx, digest, DigestLine{Sources: list})
}

// DropDigest forgets one digest, what it rests on and which messages show it.
func (tx *Tx) DropDigest(ctx context.Context, digest int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM digest WHERE id = $1`, digest); err != nil {
		return fmt.Errorf("forget digest: %w", err)
	}
	return nil
}

// DigestByID is the digest of that id, or ErrNotFound.
func DigestByID(ctx context.Context, q Querier, n int64) (Digest, error) {
	return oneDigest(ctx, q, `id = $1`, n)
}

// LastDigest is the newest weekly digest of a room and an audience that was
// decided for good (published or refused), or ErrNotFound: the next window
// begins where its own ends.
func LastDigest(ctx context.Context, q Querier, room id.RoomID, audience string) (Digest, error) {
	return oneDigest(ctx, q, `kind = 'weekly' AND room_id = $1 AND audience = $2 AND state IN ('approved', 'published', 'refused') ORDER BY to_at DESC, id DESC LIMIT 1`, room, audience)
}

// NewestDigest is the weekly digest published last that members of these rooms
// may read: those of the rooms themselves, and those of the networks that are
// for more than a room; or ErrNotFound. One of which nothing is left but what
// is coming up does not count.
func NewestDigest(ctx context.Context, q Querier, rooms []id.RoomID, networks []string) (Digest, error) {
	where, args := `kind = 'weekly' AND state = 'published'
		AND EXISTS (SELECT 1 FROM digest_line l WHERE l.digest_id = digest.id AND l.gone = '' AND l.role <> 'more' AND l.section <> 'coming') AND (0`, []any(nil)
	for _, r := range rooms {
		args = append(args, r)
		where += fmt.Sprintf(" OR room_id = $%d", len(args))
	}
	for _, n := range networks {
		args = append(args, n)
		where += fmt.Sprintf(" OR network = $%d AND audience <> 'room'", len(args))
	}
	return oneDigest(ctx, q, where+`) ORDER BY decided_at DESC, id DESC LIMIT 1`, args...)
}

func oneDigest(ctx context.Context, q Querier, where string, args ...any) (Digest, error) {
	d, err := scanDigest(q.QueryRowContext(ctx, `SELECT `+digestColumns+` FROM digest WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return d, ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read digest: %w", err)
	}
	return d, nil
}

// Digests are the weekly digests of a network, newest first; of all networks
// with "".
func Digests(ctx context.Context, q Querier, network string, limit int) ([]Digest, error) {
	list, err := Collect(ctx, q, scanDigest, `SELECT `+digestColumns+` FROM digest WHERE kind = 'weekly' AND ($1 = '' OR network = $1)
		ORDER BY made_at DESC, id DESC LIMIT $2`, network, limit)
	if err != nil {
		return nil, fmt.Errorf("read digests: %w", err)
	}
	return list, nil
}

// DigestLines are the lines of a digest in order, those that are gone too.
func DigestLines(ctx context.Context, q Querier, digest int64) ([]DigestLine, error) {
	lines, err := Collect(ctx, q, func(scan func(...any) error) (l DigestLine, err error) {
		var at int64
		err = scan(&l.Seq, &l.Number, &l.Section, &l.Role, &l.Open, &l.Label, &l.Who, &l.Text, &l.Link, &l.Offer, &at, &l.Gone)
		l.Occurrence = Time(at)
		return l, err
	}, `SELECT seq, number, section, role, is_open, label, who, text, link, offer_id, occurrence, gone FROM digest_line WHERE digest_id = $1 ORDER BY seq`, digest)
	if err != nil {
		return nil, fmt.Errorf("read lines of digest: %w", err)
	}
	at := map[int]int{}
	for i, l := range lines {
		at[l.Seq] = i
	}
	type source struct {
		seq int
		DigestSource
	}
	sources, err := Collect(ctx, q, func(scan func(...any) error) (s source, err error) {
		return s, scan(&s.seq, &s.Event, &s.Room, &s.Contribution, &s.Author, &s.Hash)
	}, `SELECT seq, event_id, room_id, contribution_id, author, hash FROM digest_source WHERE digest_id = $1 ORDER BY seq, n`, digest)
	if err != nil {
		return nil, fmt.Errorf("read sources of digest: %w", err)
	}
	for _, s := range sources {
		if i, ok := at[s.seq]; ok {
			lines[i].Sources = append(lines[i].Sources, s.DigestSource)
		}
	}
	return lines, nil
}

// SetDigestState moves a digest on from one state to another; false if it is
// not in that state any more.
func (tx *Tx) SetDigestState(ctx context.Context, digest int64, from, to string, now time.Time) (bool, error) {
	did, err := tx.changed(ctx, `UPDATE digest SET state = $1, decided_at = $2 WHERE id = $3 AND state = $4`, to, Millis(now), digest, from)
	if err != nil {
		return false, fmt.Errorf("move digest on: %w", err)
	}
	return did, nil
}

// DropLines marks the lines of these numbers as gone, those that are gone
// already aside.
func (tx *Tx) DropLines(ctx context.Context, digest int64, why string, numbers ...int) error {
	for _, n := range numbers {
		if _, err := tx.ExecContext(ctx, `UPDATE digest_line SET gone = $1 WHERE digest_id = $2 AND number = $3 AND gone = ''`, why, digest, n); err != nil {
			return fmt.Errorf("leave line out: %w", err)
		}
	}
	return nil
}

// WipeDigest takes the words out of a digest that is not needed any more, and
// keeps what its lines rest on.
func (tx *Tx) WipeDigest(ctx context.Context, digest int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE digest_line SET text = '', who = '' WHERE digest_id = $1`, digest); err != nil {
		return fmt.Errorf("wipe digest: %w", err)
	}
	return nil
}

// DigestRooms are the rooms that weekly digests are kept of.
func DigestRooms(ctx context.Context, q Querier) ([]id.RoomID, error) {
	return Collect(ctx, q, func(scan func(...any) error) (r id.RoomID, err error) { return r, scan(&r) },
		`SELECT DISTINCT room_id FROM digest WHERE kind = 'weekly' ORDER BY room_id`)
}

// DropDigests forgets digests that were made before a time in a room (weekly
// ones) or anywhere (summaries and previews, with room "").
func (tx *Tx) DropDigests(ctx context.Context, room id.RoomID, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM digest WHERE made_at < $1 AND ($2 = '' AND kind <> 'weekly' OR room_id = $2 AND kind = 'weekly')`,
		Millis(before), room); err != nil {
		return fmt.Errorf("forget digests: %w", err)
	}
	return nil
}
