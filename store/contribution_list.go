package store

import "context"

// ContributionByUID is the network's imported contribution of that kind and
// id where it comes from, or ErrNotFound.
func ContributionByUID(ctx context.Context, q Querier, network, kind, uid string) (Contribution, error) {
	return oneContribution(ctx, q, `c.network = $1 AND c.uid = $2 AND c.uid <> '' AND c.kind = $3`, network, uid, kind)
}

// ContributionsAfter are at most limit questions and experiences of a network
// whose ids are above after, in the order they were kept: a page for readers
// of everything. Answers come by AnswersTo.
func ContributionsAfter(ctx context.Context, q Querier, network string, after int64, limit int) ([]Contribution, error) {
	return contributions(ctx, q, `c.network = $1 AND c.id > $2 AND c.kind <> 'answer' ORDER BY c.id LIMIT $3`, network, after, limit)
}
