package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// BenchmarkUnsent500 is what the sender asks for before each message while
// 500 rooms wait for an announcement.
func BenchmarkUnsent500(b *testing.B) {
	st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "buffet.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	now := time.Now()
	if err := st.Write(b.Context(), func(tx *store.Tx) error {
		for i := range 500 {
			if _, err := tx.Send(b.Context(), store.Message{Key: fmt.Sprint(i), Room: id.RoomID(fmt.Sprintf("!%d:x", i)),
				Plain: strings.Repeat("Kollegiale Beratung, ", 200), HTML: strings.Repeat("<b>Kollegiale</b> Beratung, ", 200)}, now); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if list, _, err := st.Unsent(b.Context(), now, 8); err != nil || len(list) != 8 || list[7].Key != "7" {
			b.Fatal(len(list), err)
		}
	}
}
