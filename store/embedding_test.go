package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Nearest among 10,000 vectors.
func BenchmarkNearest(b *testing.B) {
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "x.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	vector := func() []float32 {
		v := make([]float32, 512)
		for i := range v {
			v[i] = float32(random.NormFloat64())
		}
		return v
	}
	err = s.Write(b.Context(), func(tx *store.Tx) error {
		ctx := context.Background()
		if err := tx.SetMeaning(ctx, "!r", true); err != nil {
			return err
		}
		for i := range 10_000 {
			c, _, err := tx.AddContribution(ctx, store.Contribution{Network: "N", Kind: store.Experience, Room: "!r", Event: id.EventID(fmt.Sprint("$", i)), Body: "x", Sent: time.Now()})
			if err == nil {
				err = tx.PutEmbedding(ctx, c, "m", vector())
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	query := store.NearQuery{Vector: vector(), Model: "m", Scopes: []string{"r/!r"}, Limit: 50}
	b.ReportAllocs()
	for b.Loop() {
		if list, err := store.Nearest(b.Context(), s.Reader(), query); err != nil || len(list) != 50 {
			b.Fatal(len(list), err)
		}
	}
}
