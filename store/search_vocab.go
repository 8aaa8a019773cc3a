package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"buffet/lang"
)

// chunkBits: a row of search_posting is about 4096 documents.
const chunkBits = 12

func appendPosting(data []byte, num int64, bits uint8) []byte {
	return binary.LittleEndian.AppendUint16(data, uint16(num&(1<<chunkBits-1))|uint16(bits)<<chunkBits) //nolint:gosec // 12 bits and 4
}

// termBits: a row of search_gram is about 65536 terms.
const termBits = 16

// termIDs are the ids of terms; those that are new are added, with their grams.
func (tx *Tx) termIDs(ctx context.Context, terms []string) ([]int64, error) {
	known := map[string]int64{}
	for part := range slices.Chunk(terms, 500) {
		if err := termsNamed(ctx, tx, part, known); err != nil {
			return nil, err
		}
	}
	ids := make([]int64, len(terms))
	var next int64
	var fresh []string
	for i, t := range terms {
		id, ok := known[t]
		if !ok {
			if next == 0 {
				if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM search_term`).Scan(&next); err != nil {
					return nil, err
				}
			}
			id = next + int64(len(fresh))
			fresh = append(fresh, t)
		}
		ids[i] = id
	}
	return ids, tx.addTerms(ctx, fresh, next)
}

func (tx *Tx) addTerms(ctx context.Context, terms []string, first int64) error {
	w := newRows(tx, `INSERT INTO search_term (id, term) VALUES `, ``, 2)
	type key struct{ gram, chunk int64 }
	grams := map[key][]byte{}
	for i, t := range terms {
		term := first + int64(i)
		if err := w.add(ctx, term, t); err != nil {
			return err
		}
		for _, g := range gramsOf(t) {
			k := key{int64(g), term >> termBits}
			grams[k] = binary.LittleEndian.AppendUint16(grams[k], uint16(term&(1<<termBits-1))) //nolint:gosec // 16 bits
		}
	}
	if err := w.close(ctx); err != nil {
		return err
	}
	w = newRows(tx, `INSERT INTO search_gram (gram, chunk, data) VALUES `,
		` ON CONFLICT (gram, chunk) DO UPDATE SET data = CAST(search_gram.data || excluded.data AS BLOB)`, 3)
	for k, data := range grams {
		if err := w.add(ctx, k.gram, k.chunk, data); err != nil {
			return err
		}
	}
	return w.close(ctx)
}

// gramsOf are the different grams of a term, in their order.
func gramsOf(term string) []uint32 {
	var list []uint32
	lang.Grams([]byte(term), func(g uint32) {
		if !slices.Contains(list, g) {
			list = append(list, g)
		}
	})
	return list
}

func termsNamed(ctx context.Context, q Querier, terms []string, into map[string]int64) error {
	if len(terms) == 0 {
		return nil
	}
	args := make([]any, len(terms))
	for i, t := range terms {
		args[i] = t
	}
	rows, err := q.QueryContext(ctx, `SELECT term, id FROM search_term WHERE term IN (`+places(len(terms))+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t string
		var id int64
		if err := rows.Scan(&t, &id); err != nil {
			return err
		}
		into[t] = id
	}
	return rows.Err()
}

func places(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String()
}

func numbers[T ~int64 | ~uint32](list []T) string {
	var b strings.Builder
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(n), 10))
	}
	return b.String()
}

// unindex takes a contribution, as it was indexed, out of the index: its
// postings, and the words that no other document has.
func (tx *Tx) unindex(ctx context.Context, c Contribution) error {
	return tx.unindexDocument(ctx, contributionDocument(c))
}

func (tx *Tx) unindexDocument(ctx context.Context, d document) error {
	if tx.pending != nil && tx.pending.refs[d.ref] {
		if err := tx.flushIndex(ctx); err != nil {
			return err
		}
	}
	var scope, num, length int64
	err := tx.QueryRowContext(ctx, `DELETE FROM search_doc WHERE ref = $1 RETURNING scope, num, length`, d.ref).Scan(&scope, &num, &length)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = tx.shrinkScope(ctx, scope, length)
	}
	if err != nil {
		return fmt.Errorf("take out of index: %w", err)
	}
	var cache stemCache
	terms, _ := d.stems(&cache)
	for term := range terms {
		if err := tx.dropPosting(ctx, term, scope, num); err != nil {
			return fmt.Errorf("take out of index: %w", err)
		}
	}
	return nil
}

// shrinkScope takes one document from what a scope has, where that is known.
func (tx *Tx) shrinkScope(ctx context.Context, scope, length int64) error {
	if tx.pending != nil {
		for _, s := range tx.pending.scopes {
			if s.id == scope {
				s.docs, s.length, s.changed = s.docs-1, s.length-length, true
				return nil
			}
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE search_scope SET docs = docs - 1, length = length - $1 WHERE id = $2`, length, scope)
	return err
}

func (tx *Tx) dropPosting(ctx context.Context, term string, scope, num int64) error {
	var id int64
	var data []byte
	chunk := num >> chunkBits
	err := tx.QueryRowContext(ctx, `SELECT t.id, p.data FROM search_term t JOIN search_posting p ON p.term = t.id
		WHERE t.term = $1 AND p.scope = $2 AND p.chunk = $3`, term, scope, chunk).Scan(&id, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if data = without(data, uint16(num&(1<<chunkBits-1)), 1<<chunkBits-1); len(data) > 0 { //nolint:gosec // 12 bits
		_, err := tx.ExecContext(ctx, `UPDATE search_posting SET data = $1 WHERE term = $2 AND scope = $3 AND chunk = $4`, data, id, scope, chunk)
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM search_posting WHERE term = $1 AND scope = $2 AND chunk = $3`, id, scope, chunk); err != nil {
		return err
	}
	var used bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM search_posting WHERE term = $1)`, id).Scan(&used); err != nil || used {
		return err
	}
	return tx.dropTerm(ctx, term, id)
}

// dropTerm removes a word that no document has any more.
func (tx *Tx) dropTerm(ctx context.Context, term string, id int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM search_term WHERE id = $1`, id); err != nil {
		return err
	}
	for _, g := range gramsOf(term) {
		var data []byte
		err := tx.QueryRowContext(ctx, `SELECT data FROM search_gram WHERE gram = $1 AND chunk = $2`, g, id>>termBits).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		data = without(data, uint16(id&(1<<termBits-1)), 1<<termBits-1) //nolint:gosec // 16 bits
		query, args := `UPDATE search_gram SET data = $1 WHERE gram = $2 AND chunk = $3`, []any{data, g, id >> termBits}
		if len(data) == 0 {
			query, args = `DELETE FROM search_gram WHERE gram = $1 AND chunk = $2`, args[1:]
		}
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

// without is data but for its 2-byte entries that are entry under the mask.
func without(data []byte, entry, mask uint16) []byte {
	kept := data[:0]
	for i := 0; i+1 < len(data); i += 2 {
		if binary.LittleEndian.Uint16(data[i:])&mask != entry {
			kept = append(kept, data[i], data[i+1])
		}
	}
	return kept
}
