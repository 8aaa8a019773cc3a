package offers

import (
	"context"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// The kinds of the jobs that show a proposal to the organisers of its network,
// and that tell them what became of it.
const (
	AskKind     = "proposal"
	DecidedKind = "decided"
)

// AskArgs are the arguments of both jobs. Plain and HTML are what stands in the
// place of the question, once it is decided.
type AskArgs struct {
	Proposal int64  `json:"proposal"`
	Network  string `json:"network,omitempty"`
	Plain    string `json:"plain,omitempty"`
	HTML     string `json:"html,omitempty"`
}

// AskOrganisers has a waiting proposal shown to the organisers of its network,
// once.
func AskOrganisers(ctx context.Context, tx *store.Tx, proposal int64, now time.Time) error {
	_, err := schedule.Add(ctx, tx, store.ProposalKey(proposal, "asking"), AskKind, AskArgs{Proposal: proposal}, now)
	return err
}

// Decided has what became of a proposal said in the place of the question that
// organisers got.
func Decided(ctx context.Context, tx *store.Tx, p store.Proposal, text *lang.Text, now time.Time) error {
	_, err := schedule.Add(ctx, tx, store.ProposalKey(p.ID, "decided"), DecidedKind,
		AskArgs{Proposal: p.ID, Network: p.Network, Plain: text.Plain(), HTML: text.HTML()}, now)
	return err
}

// AskedKey is the outbox key of the question that an organiser gets.
func AskedKey(tx *store.Tx, proposal int64, organiser id.UserID) string {
	return store.ProposalKey(proposal, "ask", tx.HashPerson(organiser))
}
