package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// The states of an offer, and (but for withdrawn) of one of its dates.
const (
	OfferActive    = "active"
	OfferCancelled = "cancelled"
	OfferWithdrawn = "withdrawn" // its source does not name it any more
)

// Offer is what a network's table holds: one thing on offer, with one date or many.
type Offer struct {
	ID          int64
	Network     string
	Number      int // counted up per network, stays for ever
	UID         string
	Source      string // feed address or imported file
	Sequence    int
	Status      string
	Kind        string
	Title       string
	Description string
	URL         string
	Location    string
	Host        string
	Topics      []string
	Zone        string // IANA name, the offer's own; may be empty
	Recurrence  string // JSON; what its dates are computed from
	Rule        string // RRULE for people; "" for a single date
	Hash        string // of everything that came from the source
	Expanded    time.Time
	Changed     time.Time

	// of those that members brought
	Author   id.UserID // "" from a feed or a file
	Room     id.RoomID // where; "" in a direct chat
	Capacity int       // places at each date; 0: as many as come
	Help     string    // HelpNeed or HelpGive: without dates, listed until it is closed; else ""
	Material string    // a link for afterwards
	Holidays string    // region (ISO 3166-2, "DE-NW") on whose public holidays it has no dates

	// what calendar programs know it by; the store sets both
	PublicUID string // its first UID, also if another source's offer has that by now
	Revision  int    // counted up at each change, and never below what Sequence was at one
}

// What an offer of kind help is.
const (
	HelpNeed = "need"
	HelpGive = "give"
)

// OfferMark is what an import compares with.
type OfferMark struct {
	ID       int64
	Number   int
	UID      string
	Source   string
	Sequence int
	Status   string
	Hash     string
	Title    string
}

const offerColumns = `f.id, f.network, f.number, f.uid, f.source, f.sequence, f.status, f.kind, f.title, f.description,
	f.url, f.location, f.host, f.topics, f.zone, f.recurrence, f.rule, f.hash, f.author, f.room_id,
	f.capacity, f.help, f.material, f.holidays, f.public_uid, f.revision, f.expanded_to, f.changed_at`

func (o *Offer) fields(topics *string, expanded, changed *int64) []any {
	return []any{&o.ID, &o.Network, &o.Number, &o.UID, &o.Source, &o.Sequence, &o.Status, &o.Kind, &o.Title, &o.Description,
		&o.URL, &o.Location, &o.Host, topics, &o.Zone, &o.Recurrence, &o.Rule, &o.Hash, &o.Author, &o.Room,
		&o.Capacity, &o.Help, &o.Material, &o.Holidays, &o.PublicUID, &o.Revision, expanded, changed}
}

func scanOffer(scan func(...any) error) (o Offer, err error) {
	var topics string
	var expanded, changed int64
	if err = scan(o.fields(&topics, &expanded, &changed)...); err != nil {
		return o, err
	}
	o.Expanded, o.Changed = Time(expanded), Time(changed)
	return o, json.Unmarshal([]byte(topics), &o.Topics)
}

// OfferByNumber is the network's offer of that number, withdrawn ones too, or
// ErrNotFound.
func OfferByNumber(ctx context.Context, q Querier, network string, number int) (Offer, error) {
	return oneOffer(ctx, q, `f.network = $1 AND f.number = $2`, network, number)
}

// OfferByID is the offer of that id, or ErrNotFound.
func OfferByID(ctx context.Context, q Querier, offer int64) (Offer, error) {
	return oneOffer(ctx, q, `f.id = $1`, offer)
}

func oneOffer(ctx context.Context, q Querier, where string, args ...any) (Offer, error) {
	o, err := scanOffer(q.QueryRowContext(ctx, `SELECT `+offerColumns+` FROM offer f WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return o, ErrNotFound
	}
	if err != nil {
		return o, fmt.Errorf("read offer: %w", err)
	}
	return o, nil
}

// OfferMarks are the marks of all offers of a network, by UID, and the highest
// number it ever gave.
func OfferMarks(ctx context.Context, q Querier, network string) (marks map[string]OfferMark, highest int, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id, number, uid, source, sequence, status, hash, title FROM offer WHERE network = $1`, network)
	if err != nil {
		return nil, 0, fmt.Errorf("read offers: %w", err)
	}
	defer rows.Close()
	marks = map[string]OfferMark{}
	for rows.Next() {
		var m OfferMark
		if err := rows.Scan(&m.ID, &m.Number, &m.UID, &m.Source, &m.Sequence, &m.Status, &m.Hash, &m.Title); err != nil {
			return nil, 0, fmt.Errorf("read offers: %w", err)
		}
		marks[m.UID] = m
		highest = max(highest, m.Number)
	}
	return marks, highest, rows.Err()
}

// Expandable are the offers of any network that are not withdrawn and whose
// dates are laid out no further than before; with id above after, in order.
func Expandable(ctx context.Context, q Querier, before time.Time, after int64, limit int) ([]Offer, error) {
	return Collect(ctx, q, scanOffer, `SELECT `+offerColumns+` FROM offer f
		WHERE f.id > $1 AND f.status <> 'withdrawn' AND f.expanded_to < $2 ORDER BY f.id LIMIT $3`, after, Millis(before), limit)
}

// WithdrawOffer marks an offer that its source does not name any more.
func (tx *Tx) WithdrawOffer(ctx context.Context, offer int64, now time.Time) error {
	old, err := OfferByID(ctx, tx, offer)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE offer SET status = 'withdrawn', revision = revision + 1, changed_at = $1 WHERE id = $2`, Millis(now), offer); err != nil {
		return err
	}
	gone := old
	gone.Status = OfferWithdrawn
	return tx.reindexOffer(ctx, &old, &gone)
}

// OfferWriter writes many offers and dates with prepared statements.
type OfferWriter struct {
	tx                                 *Tx
	insert, update, date, drop, extend *sql.Stmt
}

const occurrenceInsert = `INSERT INTO occurrence (offer_id, key, start_at, end_at, all_day, status, title, location, url)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// OfferWriter prepares a writer; Close it.
func (tx *Tx) OfferWriter(ctx context.Context) (*OfferWriter, error) {
	w := &OfferWriter{tx: tx}
	for _, one := range []struct {
		at    **sql.Stmt
		query string
	}{
		{&w.insert, `INSERT INTO offer (network, uid, source, sequence, status, kind, title, description, url, location,
			host, topics, zone, recurrence, rule, hash, author, room_id, capacity, help, material, holidays, expanded_to, changed_at, number,
			public_uid, revision)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
			CASE WHEN EXISTS (SELECT 1 FROM offer f WHERE f.network = $1 AND f.public_uid = $2) THEN $2 || '#' || $25 ELSE $2 END, $4)
			RETURNING id, public_uid, revision`},
		{&w.update, `UPDATE offer SET network = $1, uid = $2, source = $3, sequence = $4, status = $5, kind = $6, title = $7,
			description = $8, url = $9, location = $10, host = $11, topics = $12, zone = $13, recurrence = $14, rule = $15,
			hash = $16, author = $17, room_id = $18, capacity = $19, help = $20, material = $21, holidays = $22,
			expanded_to = $23, changed_at = $24, revision = $25 WHERE id = $26`},
		{&w.date, occurrenceInsert + ` ON CONFLICT (offer_id, key) DO UPDATE SET start_at = excluded.start_at,
			end_at = excluded.end_at, all_day = excluded.all_day, status = excluded.status, title = excluded.title,
			location = excluded.location, url = excluded.url`},
		{&w.drop, `DELETE FROM occurrence WHERE offer_id = $1 AND key = $2`},
		{&w.extend, `UPDATE offer SET expanded_to = $1, revision = revision + $2 WHERE id = $3`},
	} {
		s, err := tx.PrepareContext(ctx, one.query) //nolint:sqlclosecheck // OfferWriter.Close does
		if err != nil {
			return nil, errors.Join(fmt.Errorf("prepare to write offers: %w", err), w.Close())
		}
		*one.at = s
	}
	return w, nil
}

// Close frees the statements.
func (w *OfferWriter) Close() error {
	var err error
	for _, s := range []*sql.Stmt{w.insert, w.update, w.date, w.drop, w.extend} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

func (o *Offer) values() ([]any, error) {
	if o.Topics == nil {
		o.Topics = []string{}
	}
	topics, err := json.Marshal(o.Topics)
	return []any{o.Network, o.UID, o.Source, o.Sequence, o.Status, o.Kind, o.Title, o.Description, o.URL, o.Location,
		o.Host, string(topics), o.Zone, o.Recurrence, o.Rule, o.Hash,
		o.Author, o.Room, o.Capacity, o.Help, o.Material, o.Holidays, Millis(o.Expanded), Millis(o.Changed)}, err
}

// Insert adds an offer and sets its ID, PublicUID and Revision.
func (w *OfferWriter) Insert(ctx context.Context, o *Offer) error {
	values, err := o.values()
	if err != nil {
		return fmt.Errorf("add offer: %w", err)
	}
	if err := w.insert.QueryRowContext(ctx, append(values, o.Number)...).Scan(&o.ID, &o.PublicUID, &o.Revision); err != nil {
		return fmt.Errorf("add offer: %w", err)
	}
	w.tx.attend = true
	return w.tx.reindexOffer(ctx, nil, o)
}

// Update stores everything of an offer but its ID, number and PublicUID; its
// Revision is counted up.
func (w *OfferWriter) Update(ctx context.Context, o *Offer) error {
	values, err := o.values()
	if err != nil {
		return fmt.Errorf("change offer: %w", err)
	}
	old, err := OfferByID(ctx, w.tx, o.ID)
	if err != nil {
		return err
	}
	o.PublicUID, o.Revision = old.PublicUID, max(old.Revision+1, o.Sequence)
	if _, err := w.update.ExecContext(ctx, append(values, o.Revision, o.ID)...); err != nil {
		return fmt.Errorf("change offer: %w", err)
	}
	if err := w.tx.replanReminders(ctx, o.ID); err != nil {
		return err
	}
	return w.tx.reindexOffer(ctx, &old, o)
}

// PutDate stores a date; one with the same offer and key is replaced.
func (w *OfferWriter) PutDate(ctx context.Context, d Occurrence) error {
	status := OfferActive
	if d.Cancelled {
		status = OfferCancelled
	}
	_, err := w.date.ExecContext(ctx, d.Offer, Millis(d.Key), Millis(d.Start), Millis(d.End), d.AllDay, status, d.Title, d.Location, d.URL)
	if err != nil {
		return fmt.Errorf("lay out date: %w", err)
	}
	return nil
}

// DropDate removes a date that is not planned any more.
func (w *OfferWriter) DropDate(ctx context.Context, offer int64, key time.Time) error {
	_, err := w.drop.ExecContext(ctx, offer, Millis(key))
	return err
}

// Extended notes that an offer's dates are laid out until to; changed: calendar
// programs have to be told more than its rule.
func (w *OfferWriter) Extended(ctx context.Context, offer int64, to time.Time, changed bool) error {
	revisions := 0
	if changed {
		revisions = 1
	}
	_, err := w.extend.ExecContext(ctx, Millis(to), revisions, offer)
	return err
}

// ReviseOffer counts up an offer's Revision, where what calendars show of it
// changes beside it.
func (tx *Tx) ReviseOffer(ctx context.Context, offer int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE offer SET revision = revision + 1 WHERE id = $1`, offer)
	return err
}

// SetOfferSource makes another source the owner of an offer.
func (tx *Tx) SetOfferSource(ctx context.Context, offer int64, source string) error {
	_, err := tx.ExecContext(ctx, `UPDATE offer SET source = $1 WHERE id = $2`, source, offer)
	return err
}
