package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// What a proposal is about, and whom it waits for.
const (
	ProposeBring  = "bring"  // a new offer
	ProposeEdit   = "edit"   // a change of one
	ProposeCancel = "cancel" // that one is off
	ProposeJoin   = "join"   // that two offers are one

	ProposalAsked   = "asked"   // for its author's yes
	ProposalWaiting = "waiting" // for an organiser's
	ProposalDone    = "done"    // for nobody any more; its content is wiped
)

// Proposal is what waits for a yes.
type Proposal struct {
	ID       int64
	Network  string
	Room     id.RoomID // where it was said; "" in a direct chat
	Author   id.UserID
	Kind     string
	State    string
	Lang     string // that it was said in
	Key      string // outbox key of the message that shows it to its author
	Offer    int64  // of an offer that is there
	Sequence int    // that offer's, as it was shown
	Content  string // JSON, as the kind has it
	At       time.Time
}

const proposalColumns = `id, network, room_id, author, kind, state, lang, ask_key, offer_id, sequence, content, at`

func scanProposal(scan func(...any) error) (p Proposal, err error) {
	var at int64
	err = scan(&p.ID, &p.Network, &p.Room, &p.Author, &p.Kind, &p.State, &p.Lang, &p.Key, &p.Offer, &p.Sequence, &p.Content, &at)
	p.At = Time(at)
	return p, err
}

// ProposalByID is the proposal of that id, or ErrNotFound.
func ProposalByID(ctx context.Context, q Querier, proposal int64) (Proposal, error) {
	return oneProposal(ctx, q, `id = $1`, proposal)
}

// ProposalOfKey is the proposal that the message of that outbox key shows to
// its author, or ErrNotFound.
func ProposalOfKey(ctx context.Context, q Querier, key string) (Proposal, error) {
	return oneProposal(ctx, q, `ask_key = $1`, key)
}

// ProposalShown is the proposal that the message of that outbox key shows, to
// its author or, if approving, to an organiser; or ErrNotFound.
func ProposalShown(ctx context.Context, q Querier, key string) (p Proposal, approving bool, err error) {
	rest, ok := strings.CutPrefix(key, proposalPrefix)
	if number, _, asks := strings.Cut(rest, "/ask/"); ok && asks {
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return p, false, ErrNotFound
		}
		p, err = ProposalByID(ctx, q, n)
		return p, true, err
	}
	p, err = ProposalOfKey(ctx, q, key)
	return p, false, err
}

const proposalPrefix = "proposal/"

// ProposalKey is the outbox key of a message about a proposal: "ask" and the
// hash of an organiser, for one.
func ProposalKey(proposal int64, what ...string) string {
	return fmt.Sprintf("%s%d/%s", proposalPrefix, proposal, strings.Join(what, "/"))
}

// LastProposal is what a person was last asked to say yes to in that room ("":
// in their direct chat) since then, decided or not, or ErrNotFound.
func LastProposal(ctx context.Context, q Querier, author id.UserID, room id.RoomID, since time.Time) (Proposal, error) {
	return oneProposal(ctx, q, `author = $1 AND room_id = $2 AND at >= $3 ORDER BY id DESC LIMIT 1`, author, room, Millis(since))
}

// AskedProposals are all that a person was asked to say yes to in that room
// since then, and did not answer, oldest first.
func AskedProposals(ctx context.Context, q Querier, author id.UserID, room id.RoomID, since time.Time) ([]Proposal, error) {
	return Collect(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposal
		WHERE author = $1 AND room_id = $2 AND at >= $3 AND state = 'asked' ORDER BY id`, author, room, Millis(since))
}

func oneProposal(ctx context.Context, q Querier, where string, args ...any) (Proposal, error) {
	p, err := scanProposal(q.QueryRowContext(ctx, `SELECT `+proposalColumns+` FROM proposal WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read proposal: %w", err)
	}
	return p, nil
}

// WaitingBefore are those that were made before then and still wait for
// organisers, oldest first.
func WaitingBefore(ctx context.Context, q Querier, before time.Time) ([]Proposal, error) {
	return Collect(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposal WHERE state = 'waiting' AND at < $1 ORDER BY id`, Millis(before))
}

// ProposalsFrom are those that are not decided and were made by the message of
// whose answer that is the outbox key, or out of it: then their content has the
// key as a JSON string.
func ProposalsFrom(ctx context.Context, q Querier, key string) ([]Proposal, error) {
	return Collect(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposal
		WHERE state <> 'done' AND (ask_key = $1 OR instr(content, '"' || $1 || '"') > 0) ORDER BY id`, key)
}

// ProposalKeysIn are the outbox keys of the answers to all messages in a room
// that what is not decided was made of (ProposalsFrom).
func ProposalKeysIn(ctx context.Context, q Querier, room id.RoomID) ([]string, error) {
	return Collect(ctx, q, func(scan func(...any) error) (s string, err error) { return s, scan(&s) },
		`SELECT ask_key FROM proposal WHERE room_id = $1 AND state <> 'done' AND ask_key <> ''
		UNION SELECT f.value FROM proposal p, json_each(CASE WHEN p.content = '' THEN '{}' ELSE p.content END, '$.from') f
			WHERE p.room_id = $1 AND p.state <> 'done'`, room)
}

// ProposalsBy are a person's proposals, oldest first.
func ProposalsBy(ctx context.Context, q Querier, author id.UserID) ([]Proposal, error) {
	return Collect(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposal WHERE author = $1 ORDER BY id`, author)
}

// WaitingProposals are those that wait for the organisers of a network and were
// made since then, oldest first.
func WaitingProposals(ctx context.Context, q Querier, network string, since time.Time) ([]Proposal, error) {
	return Collect(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposal
		WHERE network = $1 AND state = 'waiting' AND at >= $2 ORDER BY id`, network, Millis(since))
}

// JoinsAsked is how many questions whether two offers are one wait for the
// organisers of a network, without those about what is gone.
func JoinsAsked(ctx context.Context, q Querier, network string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM proposal p WHERE network = $1 AND kind = 'join' AND state = 'waiting'
		AND (SELECT count(*) FROM offer WHERE id IN (p.offer_id, p.content ->> '$.other') AND status <> 'withdrawn') = 2`, network).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count questions about offers: %w", err)
	}
	return n, nil
}

// PutProposal stores a new proposal and sets its ID.
func (tx *Tx) PutProposal(ctx context.Context, p *Proposal) error {
	err := tx.QueryRowContext(ctx, `INSERT INTO proposal (network, room_id, author, kind, state, lang, ask_key, offer_id, sequence, content, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		p.Network, p.Room, p.Author, p.Kind, p.State, p.Lang, p.Key, p.Offer, p.Sequence, p.Content, Millis(p.At)).Scan(&p.ID)
	if err != nil {
		return fmt.Errorf("keep proposal: %w", err)
	}
	return nil
}

// SettleProposal wipes a proposal that was decided; it is false if that was
// done before: somebody was faster. The row stays for a while, so that a second
// yes is known as one.
func (tx *Tx) SettleProposal(ctx context.Context, proposal int64) (bool, error) {
	return tx.changed(ctx, `UPDATE proposal SET state = 'done', content = '' WHERE id = $1 AND state <> 'done'`, proposal)
}

// RenewProposal settles a proposal and puts it anew as it is in p, under
// another ID: what its author says to the message that shows it is about that.
func (tx *Tx) RenewProposal(ctx context.Context, p *Proposal) error {
	if _, err := tx.ExecContext(ctx, `UPDATE proposal SET state = 'done', content = '', ask_key = '' WHERE id = $1`, p.ID); err != nil {
		return fmt.Errorf("renew proposal: %w", err)
	}
	return tx.PutProposal(ctx, p)
}

// LastCancelled is what was last done, but by that person, to have an offer or
// dates of it off, if nobody heard yet that it was undone (its key "back"); its
// author was told then. ErrNotFound if there is none.
func LastCancelled(ctx context.Context, q Querier, offer int64, but id.UserID) (Proposal, error) {
	return oneProposal(ctx, q, `offer_id = $1 AND kind = 'cancel' AND state = 'done' AND author <> $2
		AND EXISTS (SELECT 1 FROM outbox WHERE key = $3 || proposal.id || '/told')
		AND NOT EXISTS (SELECT 1 FROM proposal p JOIN outbox o ON o.key = $3 || p.id || '/back' WHERE p.offer_id = $1 AND p.id > proposal.id)
		ORDER BY id DESC LIMIT 1`, offer, but, proposalPrefix)
}

// Await hands a proposal that its author said yes to over to the organisers.
func (tx *Tx) Await(ctx context.Context, proposal int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE proposal SET state = 'waiting' WHERE id = $1 AND state = 'asked'`, proposal)
	return err
}

// ForgetProposals removes those that were made before then.
func (tx *Tx) ForgetProposals(ctx context.Context, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM proposal WHERE at < $1`, Millis(before)); err != nil {
		return fmt.Errorf("forget proposals: %w", err)
	}
	return nil
}

// ProposalAsks are the messages that asked others about a person's proposals,
// or about an offer that they brought: their keys and whom or where they went.
// Nothing else of them is filled in.
func ProposalAsks(ctx context.Context, q Querier, author id.UserID) ([]Message, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (m Message, err error) { return m, scan(&m.Key, &m.Room, &m.User) },
		`SELECT o.key, o.room_id, o.user_id FROM proposal p JOIN outbox o ON o.key GLOB $1 || p.id || '/ask/*'
		WHERE (p.author = $2 OR p.offer_id IN (SELECT id FROM offer WHERE author = $2 AND author <> '')
			OR CASE WHEN json_valid(p.content) THEN p.content ->> '$.other' END IN (SELECT id FROM offer WHERE author = $2 AND author <> ''))
		AND o.key NOT GLOB $1 || p.id || '/ask/*/*' ORDER BY o.seq`, proposalPrefix, author)
	if err != nil {
		return nil, fmt.Errorf("read who was asked: %w", err)
	}
	return list, nil
}
