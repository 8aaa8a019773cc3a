package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"buffet/lang"
)

// document is what the index takes of a contribution or an offer.
type document struct {
	ref    int64 // a contribution's id, or an offer's with a minus
	kind   int
	scope  string
	fields [3]string // title, text, topics
}

// The kinds as search_doc has them.
const (
	kindQuestion = iota + 1
	kindAnswer
	kindExperience
	kindOffer
)

func kindNumber(kind string) int {
	return map[string]int{Question: kindQuestion, Answer: kindAnswer, Experience: kindExperience, OfferKind: kindOffer}[kind]
}

func contributionDocument(c Contribution) document {
	return document{c.ID, kindNumber(c.Kind), c.Scope(), [3]string{c.Title, c.Body, c.Topics}}
}

func offerDocument(o *Offer) document {
	text := strings.Join([]string{o.Description, o.Location, o.Host}, "\n")
	return document{-o.ID, kindOffer, NetworkScope(o.Network), [3]string{o.Title, text, strings.Join(o.Topics, " ")}}
}

// shortText is up to how many words a text's stop words are indexed: they
// carry short questions, and only weigh down long texts.
const shortText = 24

// stems are the terms of a document and how often each stands in it, and the
// number of its words.
func (d document) stems(cache *stemCache) (terms map[string]int, length int) {
	terms = map[string]int{}
	var stops []string
	for _, text := range d.fields {
		lang.Scan(text, func(word []byte, _, _ int) {
			length++
			if !lang.IsStop(word) {
				terms[cache.stem(word)]++
			} else if len(stops) < shortText {
				stops = append(stops, cache.stem(word))
			}
		})
	}
	if length <= shortText {
		for _, s := range stops {
			terms[s]++
		}
	}
	return terms, length
}

// stemCache keeps the stems of words that come again and again.
type stemCache struct{ by map[string]string }

func (c *stemCache) stem(word []byte) string {
	if s, ok := c.by[string(word)]; ok {
		return s
	}
	if c.by == nil || len(c.by) > 20000 {
		c.by = map[string]string{}
	}
	w := string(word)
	s := lang.Stem(w)
	c.by[w] = s
	return s
}

// lengthClass is a document's length in two bits.
func lengthClass(length int) int {
	switch {
	case length <= 10:
		return 0
	case length <= 30:
		return 1
	case length <= 90:
		return 2
	}
	return 3
}

// indexBuffer is what a transaction has to add to the index.
type indexBuffer struct {
	cache   stemCache
	scopes  map[string]*scopeRow
	docs    []docRow
	refs    map[int64]bool   // of docs
	terms   map[string]int32 // the terms of entries, counted
	names   []string         // the other way round
	entries []bufferEntry
}

type scopeRow struct {
	id, docs, length, next int64
	changed                bool
}

type docRow struct {
	scope, num, ref int64
	kind, length    int
}

type bufferEntry struct {
	term  int32
	bits  uint8 // how often, how long
	scope int64
	num   int64
}

// maxBuffered is how many postings a transaction keeps before it writes them.
const maxBuffered = 200_000

func (tx *Tx) buffer() *indexBuffer {
	if tx.pending == nil {
		tx.pending = &indexBuffer{scopes: map[string]*scopeRow{}, refs: map[int64]bool{}, terms: map[string]int32{}}
	}
	return tx.pending
}

// index adds a contribution to the index when the transaction commits.
func (tx *Tx) index(ctx context.Context, c Contribution) error {
	return tx.indexDocument(ctx, contributionDocument(c))
}

// reindexOffer brings the index from an offer's old state, if it has one, to
// its new one. Withdrawn ones are not in it.
func (tx *Tx) reindexOffer(ctx context.Context, old, o *Offer) error {
	was, is := old != nil && old.Status != OfferWithdrawn, o.Status != OfferWithdrawn
	if was && is && offerDocument(old) == offerDocument(o) {
		return nil
	}
	if was {
		if err := tx.unindexDocument(ctx, offerDocument(old)); err != nil {
			return err
		}
	}
	if !is {
		return nil
	}
	return tx.indexDocument(ctx, offerDocument(o))
}

func (tx *Tx) indexDocument(ctx context.Context, d document) error {
	b := tx.buffer()
	scope, err := tx.scope(ctx, d.scope)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	terms, length := d.stems(&b.cache)
	tx.place(scope, docRow{ref: d.ref, kind: d.kind, length: length}, terms)
	if len(b.entries) >= maxBuffered {
		return tx.flushIndex(ctx)
	}
	return nil
}

// place gives a document the scope's next number and buffers it.
func (tx *Tx) place(scope *scopeRow, d docRow, terms map[string]int) {
	b := tx.buffer()
	d.scope, d.num = scope.id, scope.next
	scope.next++
	scope.docs++
	scope.length += int64(d.length)
	scope.changed = true
	b.docs = append(b.docs, d)
	b.refs[d.ref] = true
	for term, n := range terms {
		local, ok := b.terms[term]
		if !ok {
			local = int32(len(b.names)) //nolint:gosec // bounded by maxBuffered
			b.terms[term] = local
			b.names = append(b.names, term)
		}
		b.entries = append(b.entries, bufferEntry{local, uint8(min(n, 4)-1)<<2 | uint8(lengthClass(d.length)), scope.id, d.num}) //nolint:gosec // two bits each
	}
}

// scope is the row of a name, which is made if there is none.
func (tx *Tx) scope(ctx context.Context, name string) (*scopeRow, error) {
	b := tx.buffer()
	if s := b.scopes[name]; s != nil {
		return s, nil
	}
	s := &scopeRow{}
	err := tx.QueryRowContext(ctx, `SELECT id, docs, length, next FROM search_scope WHERE name = $1`, name).Scan(&s.id, &s.docs, &s.length, &s.next)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, `INSERT INTO search_scope (name, docs, length, next) VALUES ($1, 0, 0, 0) RETURNING id`, name).Scan(&s.id)
	}
	if err != nil {
		return nil, err
	}
	b.scopes[name] = s
	return s, nil
}

// flushIndex writes what index buffered.
func (tx *Tx) flushIndex(ctx context.Context) error {
	b := tx.pending
	if b == nil {
		return nil
	}
	tx.pending = nil
	err := tx.flushDocs(ctx, b)
	if err == nil && len(b.entries) > 0 {
		err = tx.flushEntries(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return nil
}

func (tx *Tx) flushDocs(ctx context.Context, b *indexBuffer) error {
	for _, s := range b.scopes {
		if !s.changed {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE search_scope SET docs = $1, length = $2, next = $3 WHERE id = $4`, s.docs, s.length, s.next, s.id); err != nil {
			return err
		}
	}
	slices.SortFunc(b.docs, func(x, y docRow) int { return cmp.Or(cmp.Compare(x.scope, y.scope), cmp.Compare(x.num, y.num)) })
	w := newRows(tx, `INSERT INTO search_doc (scope, num, ref, kind, length) VALUES `, ``, 5)
	for _, d := range b.docs {
		if err := w.add(ctx, d.scope, d.num, d.ref, d.kind, d.length); err != nil {
			return err
		}
	}
	return w.close(ctx)
}

func (tx *Tx) flushEntries(ctx context.Context, b *indexBuffer) error {
	ids, err := tx.termIDs(ctx, b.names)
	if err != nil {
		return err
	}
	slices.SortFunc(b.entries, func(x, y bufferEntry) int {
		return cmp.Or(cmp.Compare(ids[x.term], ids[y.term]), cmp.Compare(x.scope, y.scope), cmp.Compare(x.num, y.num))
	})
	w := newRows(tx, `INSERT INTO search_posting (term, scope, chunk, data) VALUES `,
		` ON CONFLICT (term, scope, chunk) DO UPDATE SET data = CAST(search_posting.data || excluded.data AS BLOB)`, 4)
	for i := 0; i < len(b.entries); {
		e := b.entries[i]
		var data []byte
		for ; i < len(b.entries) && b.entries[i].term == e.term && b.entries[i].scope == e.scope && b.entries[i].num>>chunkBits == e.num>>chunkBits; i++ {
			data = appendPosting(data, b.entries[i].num, b.entries[i].bits)
		}
		if err := w.add(ctx, ids[e.term], e.scope, e.num>>chunkBits, data); err != nil {
			return err
		}
	}
	return w.close(ctx)
}
